// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.assemble;

import static io.tallystick.export.assemble.CoreExport.ACME_3;
import static io.tallystick.export.assemble.CoreExport.GLOBEX_0;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.bundle.BundleLine;
import io.tallystick.bundle.Manifest;
import io.tallystick.entry.Bytes;
import io.tallystick.entry.ChainId;
import io.tallystick.topic.LedgerIntegrityException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PartitionWindowTest {
    @TempDir
    Path scratch;

    private final SampleLedger ledger = new SampleLedger();
    private final Manifest.Window window = ledger.window();
    private PartitionWindow partition;

    @BeforeEach
    void begin() {
        partition = new PartitionWindow(scratch, 1 << 20, Compressors.ofExporter(), Optional.empty(), List.of());
    }

    @AfterEach
    void close() throws IOException {
        partition.close();
    }

    private List<ChainSegment> end(Manifest.Window of) throws IOException {
        return end(of, Map.of());
    }

    private List<ChainSegment> end(Manifest.Window of, Map<ChainId, SourceStatus> claims) throws IOException {
        return partition.end(of, claims, (chain, ended, files) -> List.of());
    }

    @Test
    void segmentsOfTwoWindowsJoin() throws IOException {
        // Given
        partition.append(ACME_3, ledger.genesis(ACME_3));
        partition.append(ACME_3, ledger.event(ACME_3, "1"));
        ChainSegment first = end(ledger.seal().window()).get(0);
        partition.append(ACME_3, ledger.event(ACME_3, "2"));

        // When
        ChainSegment second = end(ledger.seal().window()).get(0);

        // Then
        assertThat(second.before()).isEqualTo(first.after());
        assertThat(second.prev()).isEqualTo(first.lastLeaf());
        assertThat(second.source()).isEqualTo(new Manifest.SourceSpan(1, 2));
        assertThat(second.after().size()).isEqualTo(3);
    }

    @Test
    void anIdleChainKeepsItsPlaceAndItsLastClaim() throws IOException {
        // Given
        Instant asOf = Instant.parse("2026-11-21T03:20:00.000Z");
        partition.append(ACME_3, ledger.genesis(ACME_3));
        end(ledger.seal().window(), Map.of(ACME_3, new SourceStatus(5, asOf)));

        // When
        ChainSegment idle = end(ledger.seal().window()).get(0);

        // Then
        assertThat(idle.isIdle()).isTrue();
        assertThat(idle.status()).contains(new SourceStatus(5, asOf));
        assertThat(idle.tally()).isEqualTo(EntryTally.NONE);
    }

    @Test
    void leavesNoFilesBehindAWindow() throws IOException {
        // Given
        partition.append(ACME_3, ledger.genesis(ACME_3));
        partition.append(ACME_3, ledger.event(ACME_3, "\"" + "x".repeat(100_000) + "\""));

        // When
        end(ledger.seal().window());

        // Then
        try (Stream<Path> files = Files.list(scratch)) {
            assertThat(files).isEmpty();
        }
    }

    @Test
    void refusesAnEntryTwice() throws IOException {
        // Given
        StoredEntry genesis = ledger.genesis(ACME_3);
        partition.append(ACME_3, genesis);

        // When / Then
        assertThatThrownBy(() -> partition.append(ACME_3, genesis))
                .isInstanceOf(LedgerIntegrityException.class)
                .hasMessageContaining("entry 1 of acme/3: seq 0, expected 1");
    }

    @Test
    void refusesAHoleInAChain() throws IOException {
        // Given
        partition.append(ACME_3, ledger.genesis(ACME_3));
        ledger.event(ACME_3, "1");
        StoredEntry third = ledger.event(ACME_3, "2");

        // When / Then
        assertThatThrownBy(() -> partition.append(ACME_3, third))
                .isInstanceOf(LedgerIntegrityException.class)
                .hasMessageContaining("seq 2, expected 1");
    }

    @Test
    void refusesAnEntryOfAnotherHistory() throws IOException {
        // Given
        SampleLedger other = new SampleLedger(window.start().minus(SampleLedger.WINDOW));
        partition.append(ACME_3, ledger.genesis(ACME_3));
        other.genesis(ACME_3);
        StoredEntry foreign = other.event(ACME_3, "1");

        // When / Then
        assertThatThrownBy(() -> partition.append(ACME_3, foreign))
                .isInstanceOf(LedgerIntegrityException.class)
                .hasMessageContaining("prev");
    }

    @Test
    void refusesAnEntryUnderAnotherChain() {
        // Given
        StoredEntry genesis = ledger.genesis(GLOBEX_0);

        // When / Then
        assertThatThrownBy(() -> partition.append(ACME_3, genesis))
                .isInstanceOf(LedgerIntegrityException.class)
                .hasMessageContaining("globex/0");
    }

    @Test
    void refusesAPayloadTheEntryDoesNotCommitTo() throws IOException {
        // Given
        partition.append(ACME_3, ledger.genesis(ACME_3));
        StoredEntry event = ledger.event(ACME_3, "1");
        BundleLine.Opening payload = event.payload().orElseThrow();
        StoredEntry forged = new StoredEntry(
                event.entry(),
                event.context(),
                Optional.of(new BundleLine.Opening(Optional.of(Bytes.of("2".getBytes(UTF_8))), payload.salt())));

        // When / Then
        assertThatThrownBy(() -> partition.append(ACME_3, forged))
                .isInstanceOf(LedgerIntegrityException.class)
                .hasMessageContaining("payload");
    }

    @Test
    void refusesAnEntryWithoutItsPayload() throws IOException {
        // Given
        partition.append(ACME_3, ledger.genesis(ACME_3));
        StoredEntry event = ledger.event(ACME_3, "1");

        // When / Then
        assertThatThrownBy(() ->
                        partition.append(ACME_3, new StoredEntry(event.entry(), event.context(), Optional.empty())))
                .isInstanceOf(LedgerIntegrityException.class)
                .hasMessageContaining("no line can be made");
    }

    @Test
    void refusesAContextTheEntryDoesNotCommitTo() throws IOException {
        // Given
        partition.append(ACME_3, ledger.genesis(ACME_3));
        StoredEntry event = ledger.event(ACME_3, "1");
        BundleLine.Opening context = event.context().orElseThrow();
        StoredEntry forged = new StoredEntry(
                event.entry(),
                Optional.of(new BundleLine.Opening(
                        context.bytes(), event.payload().orElseThrow().salt())),
                event.payload());

        // When / Then
        assertThatThrownBy(() -> partition.append(ACME_3, forged))
                .isInstanceOf(LedgerIntegrityException.class)
                .hasMessageContaining("context");
    }

    @Test
    void refusesAWindowThatDoesNotFollow() throws IOException {
        // Given
        end(window);
        Manifest.Window later = new Manifest.Window(
                window.end().plus(SampleLedger.WINDOW), window.end().plus(SampleLedger.WINDOW.multipliedBy(2)));

        // When / Then
        assertThatThrownBy(() -> end(later))
                .isInstanceOf(LedgerIntegrityException.class)
                .hasMessageContaining("expected a window from 2026-11-21T03:30:00Z");
    }

    @Test
    void refusesABoundaryBeforeAnEntryOfItsWindow() throws IOException {
        // Given: the entry is recorded after the window's end
        SampleLedger late = new SampleLedger(window.end().plus(Duration.ofMinutes(15)));
        partition.append(ACME_3, late.genesis(ACME_3));

        // When / Then
        assertThatThrownBy(() -> end(window))
                .isInstanceOf(LedgerIntegrityException.class)
                .hasMessageContaining("recorded from");
    }
}
