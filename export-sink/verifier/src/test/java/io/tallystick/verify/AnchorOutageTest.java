// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.bundle.EntryProof;
import io.tallystick.entry.ChainId;
import io.tallystick.trust.KeyStatus;
import io.tallystick.trust.TrustAnchors;
import io.tallystick.trust.TrustPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Outside parties that stay away for long, each in its own time: what comes later covers what was before. */
class AnchorOutageTest {
    private static final int WINDOWS = 104;
    private static final int BACK = 100;
    private static final TrustPolicy STAMPED = new TrustPolicy(Set.of(TrustAnchors.Kind.TSA), 0, 0);
    private static final TrustPolicy ALL = new TrustPolicy(Set.of(TrustAnchors.Kind.values()), 2, 0);

    @TempDir
    static Path shared;

    private static TestLedger ledger;
    private static TestAnchors anchors;

    @TempDir
    Path folder;

    private Path bucket;

    /** One tenant, whose only entry is in the first window. */
    @BeforeAll
    static void writeBucket() {
        ledger = new TestLedger(shared.resolve("bucket"), Scenario.START, 4);
        ledger.tenant("acme", false).chain(0).genesis();
        for (int window = 0; window < WINDOWS; window++) {
            ledger.closeWindow();
        }
        anchors = new TestAnchors();
    }

    @BeforeEach
    void copy() throws IOException {
        bucket = Scenario.copy(ledger.bucket, folder.resolve("bucket"));
    }

    /** A local log that answers for every window. */
    private void logAlways() throws IOException {
        for (int window = 0; window < WINDOWS; window++) {
            anchors.logLocally(bucket, window);
        }
    }

    private VerifyRequest tenant(TrustPolicy policy, TestKeys.Change change) throws IOException {
        Path trustRoot = Files.write(folder.resolve("trust-root.json"), anchors.trustRoot(ledger.keys, policy, change));
        return VerifyRequest.of(bucket.resolve("v1/tenant=acme")).withTrustRoot(trustRoot);
    }

    private VerifyRequest first(TrustPolicy policy) throws IOException {
        return tenant(policy, (a, b, c) -> {}).withTarget(bucket.resolve(Scenario.path("acme", 0)));
    }

    private static BundleReport verify(VerifyRequest request, int exitCode) {
        VerificationReport report = Verifier.verify(request);
        assertThat(report.exitCode()).as(report.text()).isEqualTo(exitCode);
        return report.bundles().get(0);
    }

    /** Phase 7 alone: as of a time, later windows than a bundle's own would have to be there too. */
    private static PhaseVerdict anchors(VerifyRequest request) {
        return Verifier.verify(request).bundles().get(0).phase(Phase.ANCHORS);
    }

    @Test
    void theStampAfterALongOutageCoversEveryWindowOfIt() throws IOException {
        // Given: an authority away for a hundred windows, while a log goes on
        logAlways();
        for (int window = BACK; window < WINDOWS; window++) {
            anchors.stamp(bucket, window);
        }

        // When
        VerificationReport report = Verifier.verify(tenant(STAMPED, (a, b, c) -> {}));

        // Then
        assertThat(report.exitCode()).as(report.text()).isZero();
        assertThat(report.bundles()).hasSize(WINDOWS);
        assertThat(report.bundles().subList(0, BACK + 1))
                .allSatisfy(bundle -> assertThat(bundle.existedBy()).contains(TestAnchors.time(BACK)));
    }

    @Test
    void theFirstStampAfterTheOutageIsNotThereYet() throws IOException {
        // Given
        logAlways();

        // Then
        assertThat(verify(first(STAMPED), ExitCode.INCOMPLETE)
                        .phase(Phase.ANCHORS)
                        .reasons())
                .containsExactly("time-stamps of authorities: 0 of 1, which the trust root requires");
    }

    @Test
    void partiesThatComeBackOneAfterAnotherAreAllFound() throws IOException {
        // Given
        logAlways();
        anchors.cosign(bucket, 20, anchors.w1);
        for (int window = 21; window < 60; window++) {
            anchors.cosign(bucket, window, anchors.w1);
        }
        anchors.cosign(bucket, 60, anchors.w2);
        anchors.stamp(bucket, BACK);

        // When
        BundleReport report = verify(first(ALL), ExitCode.VALID);

        // Then
        assertThat(report.anchors())
                .extracting(AnchorReport::kind)
                .containsOnly("log", "witness", "tsa")
                .filteredOn("witness"::equals)
                .hasSize(2);
        assertThat(report.existedBy()).contains(TestAnchors.time(60));
    }

    @Test
    void aKeyThatIsCompromisedLaterCountsForWhatTheLateStampCovers() throws IOException {
        // Given
        logAlways();
        anchors.stamp(bucket, BACK);
        VerifyRequest request = tenant(TrustPolicy.NONE, (ed25519, p256, bundle) -> {
                    p256.status = KeyStatus.COMPROMISED;
                    p256.compromisedSince = Optional.of(TestAnchors.time(BACK).plusMillis(1));
                })
                .withTarget(bucket.resolve(Scenario.path("acme", 0)));

        // Then
        assertThat(verify(request, ExitCode.VALID).notes())
                .anySatisfy(note -> assertThat(note).contains("an anchor proves the checkpoint older"));
    }

    @Test
    void checkpointsThatCannotCoverAreNotLookedAtForEver() throws IOException {
        // Given: every later stamp is of after the time asked for
        for (int window = 1; window < 30; window++) {
            anchors.stamp(bucket, window);
        }
        VerifyRequest request = first(STAMPED).withAsOf(TestAnchors.time(0));

        // Then
        assertThat(verify(request, ExitCode.INCOMPLETE).anchors()).hasSizeBetween(8, 9);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void aStampFarBehindTellsWhenAnEntryOfALogWasThere(int missingSeconds) throws IOException {
        // Given
        logAlways();
        anchors.stamp(bucket, BACK);
        VerifyRequest request = first(TrustPolicy.NONE)
                .withAnchors(AnchorRequirement.parse("log"))
                .withAsOf(TestAnchors.time(BACK).minusSeconds(missingSeconds));

        // Then
        assertThat(anchors(request).exitCode()).isEqualTo(missingSeconds == 0 ? ExitCode.VALID : ExitCode.INCOMPLETE);
    }

    @Test
    void anEntryOfALogProvesNoTimeByItself() throws IOException {
        // Given
        anchors.logLocally(bucket, 0);
        VerifyRequest request = first(TrustPolicy.NONE).withAnchors(AnchorRequirement.parse("log"));
        Instant years = TestAnchors.UNTIL;

        // Then
        verify(request, ExitCode.VALID);
        assertThat(anchors(request.withAsOf(years)).reasons())
                .containsExactly(
                        "entries in transparency logs: 0 of 1 no later than " + years + ", which was asked for");
    }

    @ParameterizedTest
    @CsvSource({"0, 3", "3, 0", "5, 0"})
    void whatIsStampedBeforeTheLogsCheckpointSaysNothingOfIt(int stamped, int exitCode) throws IOException {
        // Given: the log's entry is of the fourth window's checkpoint
        anchors.logLocally(bucket, 3);
        anchors.stamp(bucket, stamped);
        VerifyRequest request = first(TrustPolicy.NONE)
                .withAnchors(AnchorRequirement.parse("log"))
                .withAsOf(TestAnchors.time(10));

        // Then
        assertThat(anchors(request).exitCode()).isEqualTo(exitCode);
    }

    @Test
    void aWitnessAloneDatesNoEntryOfALogWhereTwoAreTheQuorum() throws IOException {
        // Given
        anchors.logLocally(bucket, 0);
        anchors.cosign(bucket, 0, anchors.w1);
        VerifyRequest request =
                first(new TrustPolicy(Set.of(TrustAnchors.Kind.LOGS), 2, 0)).withAsOf(TestAnchors.time(0));

        // Then
        assertThat(anchors(request).reasons())
                .anyMatch(why -> why.startsWith("entries in transparency logs: 0 of 1 no later than"));
        anchors.cosign(bucket, 0, anchors.w2);
        verify(request, ExitCode.VALID);
    }

    /** Packs the first windows up to this one. */
    private Path pack(VerifyRequest request, int end) throws Exception {
        Path zip = folder.resolve("evidence.zip");
        EvidenceArchive.write(
                new EvidenceArchive.Evidence(
                        bucket,
                        "acme",
                        Scenario.start(0),
                        Scenario.start(end),
                        request.trustRoot().orElseThrow(),
                        List.of()),
                zip);
        return zip;
    }

    private static List<String> leading(Path zip) throws IOException {
        try (ZipFile file = new ZipFile(zip.toFile())) {
            return file.stream()
                    .map(entry -> entry.getName())
                    .filter(name -> name.startsWith("v1/anchors/later/registry/") && name.endsWith("leaves.ndjson"))
                    .toList();
        }
    }

    @Test
    void anArchiveOfALongOutageIsCoveredByTheStampBehindIt() throws Exception {
        // Given: strangers answer too, each once
        logAlways();
        for (int window = 1; window < 20; window++) {
            Files.writeString(TestAnchors.folder(bucket, window).resolve("stranger" + window + ".tsr"), "a token");
        }
        anchors.stamp(bucket, BACK);
        anchors.stamp(bucket, BACK + 1);
        VerifyRequest request = tenant(STAMPED, (a, b, c) -> {});
        verify(request.withTarget(bucket.resolve(Scenario.path("acme", 0))), ExitCode.VALID);

        // When
        Path zip = pack(request, 3);

        // Then
        assertThat(verify(request.withTarget(zip).withTenant("acme"), ExitCode.VALID)
                        .existedBy())
                .contains(TestAnchors.time(BACK));
        assertThat(leading(zip)).hasSize(BACK - 2);
    }

    @Test
    void anArchiveOfALongOutageIsCoveredWhereAKeyIsCompromisedLater() throws Exception {
        // Given
        logAlways();
        anchors.stamp(bucket, BACK);
        VerifyRequest request = tenant(TrustPolicy.NONE, (ed25519, p256, bundle) -> {
            p256.status = KeyStatus.COMPROMISED;
            p256.compromisedSince = Optional.of(TestAnchors.time(BACK).plusMillis(1));
        });

        // Then
        verify(request.withTarget(pack(request, 3)).withTenant("acme"), ExitCode.VALID);
    }

    @Test
    void whatNothingAsksForIsNotPackedFromFarBehind() throws Exception {
        // Given: all that is required is there, and one more party answers much later
        logAlways();
        anchors.stamp(bucket, 0);
        anchors.cosign(bucket, BACK, anchors.w1);

        // Then
        assertThat(leading(pack(tenant(STAMPED, (a, b, c) -> {}), 1))).isEmpty();
    }

    private Optional<EntryProof> covered(VerifyRequest request) throws Exception {
        return EntryProver.cutCovered(
                bucket,
                new WantedEntry.At(ChainId.parse("acme/0"), 0),
                ListedReceipts.wanted(request),
                proof -> ProofVerifier.verify(proof.encode(), request).exitCode() == ExitCode.VALID);
    }

    @Test
    void aProofLeadsToTheStampBehindALongOutage() throws Exception {
        // Given: a witness and a log go on
        logAlways();
        for (int window = 1; window < WINDOWS; window++) {
            anchors.cosign(bucket, window, anchors.w1);
        }
        anchors.stamp(bucket, BACK);
        VerifyRequest request = tenant(STAMPED, (a, b, c) -> {});

        // When
        EntryProof proof = covered(request).orElseThrow();

        // Then
        assertThat(ProofVerifier.verify(proof.encode(), request)
                        .bundles()
                        .get(0)
                        .anchors())
                .extracting(AnchorReport::kind)
                .contains("tsa");
    }

    @Test
    void aProofIsLedToTheFirstCheckpointThatHasAllTogether() throws Exception {
        // Given: one witness and the authority, then the other witness, at last all of them
        logAlways();
        anchors.cosign(bucket, 10, anchors.w1);
        anchors.stamp(bucket, 10);
        anchors.cosign(bucket, 30, anchors.w2);
        anchors.write(bucket, BACK, ledger.keys.p256);

        // Then
        assertThat(covered(tenant(ALL, (a, b, c) -> {})))
                .hasValueSatisfying(proof -> assertThat(proof.anchors()).hasSize(5));
    }

    @Test
    void aProofOutlivesItsKeyByAStampBehindALongOutage() throws Exception {
        // Given: the log's receipts alone prove no time
        logAlways();
        anchors.stamp(bucket, BACK);

        // Then
        assertThat(covered(tenant(TrustPolicy.NONE, (ed25519, p256, bundle) -> {
                    p256.status = KeyStatus.COMPROMISED;
                    p256.compromisedSince = Optional.of(TestAnchors.time(BACK).plusMillis(1));
                })))
                .isPresent();
    }

    @Test
    void checkpointsThatProveNothingAreNotOfferedForEver() throws Exception {
        // Given
        logAlways();
        for (int window = 20; window < 60; window++) {
            anchors.stamp(bucket, window);
        }
        int[] offered = new int[1];

        // When
        Optional<EntryProof> none = EntryProver.cutCovered(
                bucket,
                new WantedEntry.At(ChainId.parse("acme/0"), 0),
                ListedReceipts.wanted(tenant(TrustPolicy.NONE, (a, b, c) -> {})),
                proof -> {
                    offered[0]++;
                    return false;
                });

        // Then: eight of the log alone, eight with a stamp
        assertThat(none).isEmpty();
        assertThat(offered[0]).isEqualTo(2 * AnchorCheck.COVERS_MAX);
    }
}
