// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tallystick.anchor.external.RegistryHistory;
import io.tallystick.anchor.registry.RegistryBuilder;
import io.tallystick.anchor.registry.SealedWindow;
import io.tallystick.anchor.registry.WindowHead;
import io.tallystick.anchor.window.WindowGrid;
import io.tallystick.avro.Tick;
import io.tallystick.entry.ChainId;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.tree.CompactRange;
import io.tallystick.tree.Hash;
import io.tallystick.tree.Proofs;
import io.tallystick.tree.TreeHead;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class RegistryWindowsTest {
    private static final Instant START = Instant.parse("2026-11-21T12:00:00Z");
    private static final WindowGrid GRID = new WindowGrid(Duration.ofMinutes(15));

    private final RegistryWindows windows = new RegistryWindows();
    private final List<SealedWindow> sealed = new ArrayList<>();
    private long offset;

    private SealedWindow seal(int heads) {
        CompactRange registry = sealed.isEmpty()
                ? CompactRange.EMPTY
                : sealed.get(sealed.size() - 1).extended();
        List<WindowHead> found = IntStream.range(0, heads)
                .mapToObj(i -> new WindowHead(ChainId.parse("acme/" + i), new TreeHead(1, Hash.sha256())))
                .toList();
        SealedWindow window = new RegistryBuilder(EntryChain.ORIGIN, GRID, tenant -> Hash.ZERO)
                .seal(registry, START.plus(GRID.size().multipliedBy(sealed.size())), found);
        sealed.add(window);
        return window;
    }

    private void add(SpecificRecord record) {
        windows.add(new ConsumerRecord<>("ledger.registry", 0, offset++, "key", record));
    }

    private void add(SealedWindow window) {
        RegistryRecords.write(window).forEach(this::add);
    }

    @Test
    void readingMayBeginInsideAWindowAndCountsFromTheNext() throws Exception {
        seal(0);
        List<SpecificRecord> parts = RegistryRecords.write(seal(2500));
        add(parts.get(1));
        add(parts.get(2));
        assertThat(windows.reach(2502)).isFalse();
        SealedWindow next = seal(3);

        add(next);

        assertThat(windows.reach(next.previous().size() - 1)).isFalse();
        assertThat(windows.reach(next.extended().size())).isTrue();
        assertThat(windows.reach(next.extended().size() + 1)).isFalse();
        Proofs.verifyConsistency(
                next.previous().head(),
                next.extended().head(),
                windows.proofs(next.extended().size())
                        .from(next.previous().size())
                        .orElseThrow());
    }

    @Test
    void aPartThatIsMissingLaterIsNoticed() {
        add(seal(0));
        List<SpecificRecord> parts = RegistryRecords.write(seal(2500));

        assertThatExceptionOfType(LedgerIntegrityException.class).isThrownBy(() -> add(parts.get(1)));
    }

    @Test
    void aWindowThatIsMissingIsNoticed() {
        add(seal(0));
        seal(0);

        assertThatExceptionOfType(LedgerIntegrityException.class)
                .isThrownBy(() -> add(seal(0)))
                .withMessageContaining("does not continue");
    }

    @Test
    void whatIsNoWindowIsRefused() {
        assertThatExceptionOfType(LedgerIntegrityException.class)
                .isThrownBy(() -> add(new Tick(0)))
                .withMessageContaining("holds no window");
    }

    @Test
    void beforeAnythingIsReadOnlyEmptyAndEqualTreesAreProven() {
        assertThat(windows.reach(0)).isFalse();
        assertThat(windows.proofs(7).from(0)).isPresent();
        assertThat(windows.proofs(7).from(7)).isPresent();
        assertThat(windows.proofs(7).from(3)).isEmpty();
        assertThat(windows.offsetAfter(7)).isZero();
    }

    /** As for a witness that does not answer for months. */
    @Test
    void howeverMuchIsReadOnlySoMuchIsKept() {
        int count = 3 * RegistryHistory.WINDOWS_MAX;
        for (int i = 1; i <= count; i++) {
            add(seal(0));
            windows.retain(new HashSet<>(List.of(7L, (long) i)), i);
        }

        assertThat(windows.countAfter(0)).isLessThanOrEqualTo(RegistryHistory.WINDOWS_MAX + 2L);
        assertThat(windows.proofs(count).from(7)).isPresent();
        assertThat(windows.proofs(count).from(8)).isEmpty();
        assertThat(windows.offsetAfter(count)).isEqualTo(count);
        assertThat(windows.offsetAfter(8)).isZero();
    }
}
