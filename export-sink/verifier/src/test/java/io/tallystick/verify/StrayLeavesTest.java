// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.bundle.EntryProof;
import io.tallystick.entry.ChainId;
import io.tallystick.receipt.ReceiptIndex;
import io.tallystick.receipt.ReceiptNames;
import io.tallystick.receipt.WantedReceipts;
import io.tallystick.trust.TrustAnchors;
import io.tallystick.trust.TrustPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Somebody stores leaves beside the registry's windows, off their grid. They are reported, and hide no receipt. */
class StrayLeavesTest {
    private static final int WINDOWS = 24;
    private static final int STAMPED = 20;
    private static final int STRAYS = 10;
    private static final WantedEntry FIRST = new WantedEntry.At(ChainId.parse("acme/0"), 0);

    @TempDir
    private Path folder;

    private final TestAnchors anchors = new TestAnchors();
    private Path bucket;
    private VerifyRequest request;

    /** A log answers for every window, the authority that is required for one far behind. */
    @BeforeEach
    void write() throws IOException {
        TestLedger ledger = new TestLedger(folder.resolve("bucket"), Scenario.START, 7);
        ledger.tenant("acme", false).chain(0).genesis();
        bucket = ledger.bucket;
        for (int window = 0; window < WINDOWS; window++) {
            ledger.closeWindow();
            anchors.logLocally(bucket, window);
        }
        anchors.stamp(bucket, STAMPED);
        TrustPolicy policy = new TrustPolicy(Set.of(TrustAnchors.Kind.TSA), 0, 0);
        Path trustRoot =
                Files.write(folder.resolve("trust-root.json"), anchors.trustRoot(ledger.keys, policy, (a, b, c) -> {}));
        request = VerifyRequest.of(bucket).withTrustRoot(trustRoot);
    }

    /** Leaves that say that they are of the minutes from this instant on, with a file in the name of the authority. */
    private void stray(Instant start, int number) throws IOException {
        stray(start, start, 1_000 + number);
    }

    private void stray(Instant named, Instant said, long first) throws IOException {
        Path leaves = Files.createDirectories(bucket.resolve("v1/registry").resolve(TestLedger.window(named)));
        Files.writeString(
                leaves.resolve("leaves.ndjson"),
                "{\"chains\":0,\"end\":\"" + time(said.plusSeconds(60)) + "\",\"first\":" + first
                        + ",\"kind\":\"window\",\"start\":\"" + time(said) + "\",\"v\":1}\n");
        String day = TestLedger.window(named).split("/", -1)[0];
        Path receipts = Files.createDirectories(
                bucket.resolve("v1/anchors").resolve(day).resolve(Long.toString(first + 1)));
        Files.writeString(receipts.resolve("tsa1.tsr"), "no token");
    }

    private static String time(Instant second) {
        return second.toString().replace("Z", ".000Z");
    }

    private void strays() throws IOException {
        for (int minute = 1; minute <= STRAYS; minute++) {
            stray(Scenario.start(4).plusSeconds(60L * minute), minute);
        }
    }

    private VerificationReport verify(Path target) {
        return Verifier.verify(request.withTarget(target).withTenant("acme"));
    }

    @Test
    void verificationPassesOverThem() throws IOException {
        // Given
        strays();

        // When
        VerificationReport report = Verifier.verify(request.withTarget(bucket.resolve(Scenario.path("acme", 0))));

        // Then
        assertThat(report.exitCode()).as(report.text()).isZero();
        assertThat(report.bundles().get(0).existedBy()).contains(TestAnchors.time(STAMPED));
    }

    @Test
    void aProofIsLedPastThem() throws Exception {
        // Given
        strays();

        // When
        Optional<EntryProof> proof = EntryProver.cutCovered(
                bucket,
                FIRST,
                ListedReceipts.wanted(request),
                candidate -> ProofVerifier.verify(candidate.encode(), request).exitCode() == ExitCode.VALID);

        // Then
        assertThat(proof).isPresent();
    }

    @Test
    void anArchiveTakesAlongWhatLiesBehindThem() throws Exception {
        // Given
        strays();
        Path zip = folder.resolve("evidence.zip");

        // When
        EvidenceArchive.write(
                new EvidenceArchive.Evidence(
                        bucket,
                        "acme",
                        Scenario.start(0),
                        Scenario.start(2),
                        request.trustRoot().orElseThrow(),
                        List.of()),
                zip);

        // Then
        VerificationReport report = verify(zip);
        assertThat(report.exitCode()).as(report.text()).isZero();
    }

    @Test
    void whoVerifiesTheBucketIsToldOfThem() throws IOException {
        // Given
        assertThat(Verifier.verify(request).text()).doesNotContain("2026-11-21T04:01:00Z");
        stray(Scenario.start(4).plusSeconds(60), 1);

        // When
        VerificationReport report = Verifier.verify(request);

        // Then
        assertThat(report.registry().orElseThrow().exitCode()).isNotZero();
        assertThat(report.text()).contains("2026-11-21T04:01:00Z");
    }

    @Test
    void leavesUnderAnotherWindowsNameHaveNoReceipts() throws IOException {
        // Given: off the grid, the leaves of a window with the authority's stamp
        AnchorFolder folders =
                AnchorFolder.beside(bucket.resolve("v1/registry")).orElseThrow();
        RegistryFolder registry = RegistryFolder.of(bucket);
        WantedReceipts wanted = ListedReceipts.wanted(request);
        ReceiptNames.Parsed authority = ReceiptNames.parse("tsa1.tsr").orElseThrow();
        stray(Scenario.start(4).plusSeconds(60), Scenario.start(STAMPED), 1_000);

        // When
        ReceiptIndex<Instant> index = AnchorIndex.of(registry, folders, wanted.listed());

        // Then
        assertThat(index.next(Scenario.START, Set.of(authority))).contains(Scenario.start(STAMPED));
    }
}
