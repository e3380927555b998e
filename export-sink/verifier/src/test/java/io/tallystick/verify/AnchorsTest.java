// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.trust.KeyStatus;
import io.tallystick.trust.StrictBase64;
import io.tallystick.trust.TrustAnchors;
import io.tallystick.trust.TrustPolicy;
import io.tallystick.trust.TrustRoot;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What receipts of outside parties prove, and what covers what. */
class AnchorsTest extends ScenarioBucket {
    private static final TrustPolicy ALL = new TrustPolicy(Set.of(TrustAnchors.Kind.values()), 2, 0);

    private final TestAnchors anchors = new TestAnchors();

    private void write(int... windows) throws IOException {
        for (int window : windows) {
            anchors.write(bucket.bucket, window, bucket.keys.p256);
        }
    }

    private void require(TrustPolicy policy) throws IOException {
        bucket.trustRoot(anchors.trustRoot(bucket.keys, policy, (a, b, c) -> {}));
    }

    private VerificationReport verify(int exitCode) {
        VerificationReport report = Verifier.verify(bucket.request);
        assertThat(report.exitCode()).as(report.text()).isEqualTo(exitCode);
        return report;
    }

    @Test
    void everyPartysReceiptIsReportedWithWhatItProves() throws IOException {
        // Given
        write(0, 1, 2, 3);
        require(ALL);
        bucket.only(bucket.acme(1));

        // When
        VerificationReport report = verify(ExitCode.VALID);

        // Then
        BundleReport bundle = report.bundles().get(0);
        assertThat(bundle.phase(Phase.ANCHORS).verdict()).isEqualTo(PhaseVerdict.Verdict.PASS);
        assertThat(bundle.existedBy()).contains(Instant.parse("2026-11-21T03:30:05Z"));
        assertThat(bundle.anchors())
                .extracting(AnchorReport::toString)
                .contains(
                        "witness witness.example.org/w1: existed no later than 2026-11-21T03:30:05Z",
                        "witness witness.example.net/w2: existed no later than 2026-11-21T03:30:05Z",
                        "tsa tsa1: existed no later than 2026-11-21T03:30:05Z",
                        "log log2026: is logged, which says nothing of time",
                        "log local1: is logged, which says nothing of time");
        assertThat(report.text())
                .contains("existed no later than 2026-11-21T03:30:05Z")
                .contains("anchor tsa tsa1");
        assertThat(report.jsonText())
                .contains("\"existedBy\":\"2026-11-21T03:30:05.000Z\",\"file\":\"anchors/dt=2026-11-21/")
                .contains("\"kind\":\"tsa\",\"party\":\"tsa1\"");
        assertThat(report.jsonText()).isEqualTo(Verifier.verify(bucket.request).jsonText());
        assertThat(report.html())
                .contains("<th>Existed no later than</th>", "<td>2026-11-21T03:30:05Z</td>")
                .contains("tsa tsa1: existed no later than 2026-11-21T03:30:05Z")
                .contains("Bundles with a time that outside parties prove: 1 of 1.");
    }

    @Test
    void wholeBucketPassesWithEveryRequirementMet() throws IOException {
        // Given
        write(0, 1, 2, 3);
        require(ALL);
        bucket.request = bucket.request
                .withAnchors(AnchorRequirement.parse("witness:2,tsa,log:2"))
                .withAsOf(Instant.parse("2026-11-21T04:01:00Z"));

        // Then
        assertThat(verify(ExitCode.VALID).text()).contains("bundles with a time that outside parties prove: 8");
    }

    @Test
    void withoutReceiptsNothingIsCheckedAndNothingFails() throws IOException {
        // Given
        require(TrustPolicy.NONE);

        // When
        VerificationReport report = verify(ExitCode.VALID);

        // Then
        assertThat(report.html())
                .doesNotContain("<th>Existed no later than</th>")
                .contains("Bundles with a time that outside parties prove: 0 of 8.");
        PhaseVerdict verdict = report.bundles().get(0).phase(Phase.ANCHORS);
        assertThat(verdict.verdict()).isEqualTo(PhaseVerdict.Verdict.NOT_CHECKED);
        assertThat(verdict.reasons())
                .containsExactly("no receipts of listed parties for this registry checkpoint, and none required");
    }

    @Test
    void laterAnchoredCheckpointCoversThoseBeforeIt() throws IOException {
        // Given
        write(3);
        require(ALL);

        // When
        VerificationReport report = verify(ExitCode.VALID);

        // Then
        BundleReport first = report.bundles().get(0);
        assertThat(first.existedBy()).contains(TestAnchors.time(3));
        assertThat(first.anchors()).hasSize(5).allSatisfy(anchor -> assertThat(anchor.coveredBy())
                .isNotEqualTo(OptionalLong.empty()));
        assertThat(first.anchors().get(0).toString()).endsWith(", which contains it");
        assertThat(report.jsonText()).contains("{\"coveredBy\":");
        bucket.only(bucket.acme(0));
        assertThat(Verifier.verify(bucket.request).text()).contains("by the later registry checkpoint of size ");
    }

    @Test
    void laterCheckpointWithoutTheLeavesBetweenCoversNothing() throws IOException {
        // Given
        write(3);
        require(new TrustPolicy(Set.of(TrustAnchors.Kind.TSA), 0, 0));
        Files.delete(bucket.leaves(2).resolve("leaves.ndjson"));
        bucket.only(bucket.acme(1));

        // When
        VerificationReport report = verify(ExitCode.INCOMPLETE);

        // Then
        assertThat(report.bundles().get(0).phase(Phase.ANCHORS).reasons())
                .containsExactly("time-stamps of authorities: 0 of 1, which the trust root requires");
    }

    @Test
    void laterCheckpointWithOtherLeavesBetweenCoversNothing() throws IOException {
        // Given
        write(3);
        require(new TrustPolicy(Set.of(TrustAnchors.Kind.TSA), 0, 0));
        Path leaves = bucket.leaves(2).resolve("leaves.ndjson");
        Files.writeString(leaves, Files.readString(leaves).replace("\"chains\":0", "\"chains\":1"));
        bucket.only(bucket.acme(1));

        // Then
        assertThat(verify(ExitCode.INCOMPLETE).bundles().get(0).anchors()).isEmpty();
    }

    @Test
    void laterCheckpointOfAStrangerCoversNothing() throws IOException {
        // Given
        Path checkpoint = bucket.leaves(3).resolve("checkpoint");
        String text = Files.readString(checkpoint);
        TestKeys stranger = new TestKeys();
        Files.write(
                checkpoint,
                TestLedger.note(
                        TestKeys.ORIGIN,
                        text.substring(0, text.indexOf("\n\n") + 1),
                        List.of(stranger.ed25519, stranger.p256)));
        write(3);
        require(new TrustPolicy(Set.of(TrustAnchors.Kind.TSA), 0, 0));
        bucket.only(bucket.acme(2));

        // Then
        assertThat(verify(ExitCode.INCOMPLETE).bundles().get(0).anchors()).isEmpty();
    }

    @Test
    void receiptsOfUnknownPartiesAndOtherFilesAreNotedAndNotOpened() throws IOException {
        // Given
        write(0, 1, 2, 3);
        Path receipts = TestAnchors.folder(bucket.bucket, 1);
        Files.writeString(receipts.resolve("other.tsr"), "nonsense");
        Files.writeString(receipts.resolve("cosignature-00000000"), "nonsense");
        Files.writeString(receipts.resolve("README"), "nonsense");
        Files.createSymbolicLink(receipts.resolve("linked.tsr"), receipts.resolve("tsa1.tsr"));
        require(ALL);
        bucket.only(bucket.acme(1));

        // When
        VerificationReport report = verify(ExitCode.VALID);

        // Then
        assertThat(report.text())
                .contains("other.tsr: of a party that the trust root does not list, not counted")
                .contains("cosignature-00000000: of a party that the trust root does not list, not counted")
                .contains("README: not a receipt's name or not a regular file, not opened")
                .contains("linked.tsr: not a receipt's name or not a regular file, not opened");
    }

    /** Nobody can have seen the checkpoint by then; an hour is allowed for clocks. */
    @Test
    void receiptOfATimeLongBeforeItsWindowEndedIsNotedAndDoesNotCount() throws IOException {
        // Given
        write(1);
        require(new TrustPolicy(Set.of(TrustAnchors.Kind.WITNESSES), 2, 0));
        bucket.only(bucket.acme(1));
        byte[] object = Files.readAllBytes(bucket.leaves(1).resolve("checkpoint"));
        Path receipts = TestAnchors.folder(bucket.bucket, 1);
        Instant bound = Scenario.start(2).minusSeconds(3600);

        // When
        TestAnchors.cosign(receipts, anchors.w1, object, bound);
        VerificationReport atTheBound = verify(ExitCode.VALID);
        TestAnchors.cosign(receipts, anchors.w1, object, bound.minusSeconds(1));
        VerificationReport tooEarly = verify(ExitCode.INCOMPLETE);

        // Then
        assertThat(atTheBound.bundles().get(0).existedBy()).isEqualTo(Optional.of(TestAnchors.time(1)));
        BundleReport bundle = tooEarly.bundles().get(0);
        assertThat(bundle.anchors()).noneMatch(anchor -> anchor.toString().contains("witness.example.org/w1"));
        assertThat(bundle.phase(Phase.ANCHORS).reasons())
                .containsExactly("cosignatures of witnesses: 1 of 2, which the trust root requires");
        assertThat(tooEarly.text())
                .contains("not counted, witness.example.org/w1 says that the checkpoint existed no later than"
                        + " 2026-11-21T02:29:59Z, more than an hour before its window ended, 2026-11-21T03:30:00Z: its"
                        + " clock was behind, or the ledger's was ahead");
    }

    @Test
    void compromisedKeyCountsForWhatAnchorsProveOlder() throws IOException {
        // Given
        write(0, 1, 2, 3);
        bucket.trustRoot(anchors.trustRoot(bucket.keys, TrustPolicy.NONE, (ed25519, p256, bundle) -> {
            p256.status = KeyStatus.COMPROMISED;
            p256.compromisedSince = Optional.of(TestAnchors.time(3).plusMillis(1));
        }));

        // When
        VerificationReport report = verify(ExitCode.VALID);

        // Then
        assertThat(report.bundles())
                .allSatisfy(bundle -> assertThat(bundle.notes()).anySatisfy(note -> assertThat(note)
                        .contains("an anchor proves the checkpoint older: it existed no later than")));
        assertThat(report.bundles())
                .allSatisfy(bundle -> assertThat(bundle.facts().signers())
                        .extracting(BundleFacts.Signer::keyId)
                        .contains(bucket.keys.p256.keyId()));
    }

    @Test
    void receiptDatedBeforeItsWindowEndedSavesNoKeyThatWasCompromisedByThen() throws IOException {
        // Given: a witness whose clock is late
        write(0, 1, 2, 3);
        byte[] object = Files.readAllBytes(bucket.leaves(1).resolve("checkpoint"));
        Path receipts = TestAnchors.folder(bucket.bucket, 1);
        TestAnchors.cosign(receipts, anchors.w1, object, Scenario.start(1));
        bucket.trustRoot(anchors.trustRoot(bucket.keys, TrustPolicy.NONE, (ed25519, p256, bundle) -> {
            p256.status = KeyStatus.COMPROMISED;
            p256.compromisedSince = Optional.of(Scenario.start(1).plusSeconds(60));
        }));
        bucket.only(bucket.acme(1));

        // Then
        assertThat(verify(ExitCode.FAILED).text()).contains("compromised");
    }

    @Test
    void aKeyOfTheLedgerIsNoOutsideParty() throws Exception {
        // Given
        write(0, 1, 2, 3);
        TrustRoot root = TrustRoot.parse(anchors.trustRoot(bucket.keys, TrustPolicy.NONE, (a, b, c) -> {}));

        // Then
        assertThat(root.keys()).isNotEmpty().allSatisfy(key -> {
            String vkey = "w.example+00000000+"
                    + StrictBase64.encode(ByteBuffer.allocate(33)
                            .put((byte) 4)
                            .put(key.spki(), key.spki().length - 32, 32)
                            .array());
            assertThat(key.isKeyOf(vkey)).isTrue();
            assertThat(key.isKeyOf("w.example+00000000")).isFalse();
        });
        assertThat(root.anchors().witnesses()).isNotEmpty().allSatisfy(witness -> assertThat(root.keys())
                .noneMatch(key -> key.isKeyOf(witness.vkey())));
    }

    @Test
    void quorumOfWitnessesDecidesWhatTimeTheyProve() throws IOException {
        // Given
        write(0, 1, 2, 3);
        byte[] object = Files.readAllBytes(bucket.leaves(1).resolve("checkpoint"));
        Path receipts = TestAnchors.folder(bucket.bucket, 1);
        Files.delete(receipts.resolve("tsa1.tsr"));
        TestAnchors.cosign(receipts, anchors.w1, object, Instant.parse("2026-11-21T03:30:02Z"));
        bucket.only(bucket.acme(1));

        // Then
        require(TrustPolicy.NONE);
        assertThat(verify(ExitCode.VALID).bundles().get(0).existedBy()).contains(Instant.parse("2026-11-21T03:30:02Z"));
        require(new TrustPolicy(Set.of(), 2, 0));
        assertThat(verify(ExitCode.VALID).bundles().get(0).existedBy()).contains(TestAnchors.time(1));
    }

    @Test
    void partyThatTheTrustRootListsWronglyIsNoted() throws IOException {
        // Given
        TrustAnchors good = anchors.listed();
        TrustAnchors.ValidFor valid = good.tsa().get(0).validFor();
        TrustAnchors odd = new TrustAnchors(
                List.of(new TrustAnchors.Tsa("tsa1", List.of("MAA="), List.of(), valid)),
                List.of(new TrustAnchors.Log("log2026", "pigeon", "o", "k", valid)),
                List.of(new TrustAnchors.Witness("nonsense")));
        bucket.trustRoot(anchors.trustRoot(bucket.keys, TrustPolicy.NONE, odd, (a, b, c) -> {}));
        bucket.only(bucket.acme(1));

        // Then
        assertThat(verify(ExitCode.VALID).text())
                .contains("the trust root lists what cannot be used: authority tsa1")
                .contains("log log2026 is of the unknown kind pigeon")
                .contains("a witness: not a verifier key of three parts");
    }

    @Test
    void requirementsAreRead() {
        assertThat(AnchorRequirement.parse("witness:2,tsa")).isEqualTo(new AnchorRequirement(2, 1, 0));
        assertThat(AnchorRequirement.parse("log")).isEqualTo(new AnchorRequirement(0, 0, 1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ",",
                "witness:",
                "witness:0",
                "witness:-1",
                "tsa,tsa",
                "tsa:1:1",
                "rekor",
                "witness:1000",
                " tsa"
            })
    void whatIsNoRequirementIsRefused(String text) {
        assertThatThrownBy(() -> AnchorRequirement.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
