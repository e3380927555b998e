// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.bundle.EntryProof;
import io.tallystick.entry.ChainId;
import io.tallystick.receipt.WantedReceipts;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.KeyFile;
import io.tallystick.trust.KeyStatus;
import io.tallystick.trust.SigningKey;
import io.tallystick.trust.TrustAnchors;
import io.tallystick.trust.TrustPolicy;
import io.tallystick.trust.TrustRootBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was anchored only after a period goes with the evidence of the period, and with the proof of an entry of it. */
class LaterAnchorsTest extends ScenarioBucket {
    private static final TrustPolicy ALL = new TrustPolicy(Set.of(TrustAnchors.Kind.values()), 2, 0);
    private static final String LEAVES = "v1/anchors/later/registry/";

    private TestAnchors anchors;

    @BeforeEach
    void anchor() throws IOException {
        anchors = new TestAnchors();
        bucket.trustRoot(anchors.trustRoot(bucket.keys, ALL, (a, b, c) -> {}));
    }

    private void write(int... windows) throws IOException {
        for (int window : windows) {
            anchors.write(bucket.bucket, window, bucket.keys.p256);
        }
    }

    private VerificationReport verify(Path target) {
        return Verifier.verify(
                VerifyRequest.of(target).withTrustRoot(bucket.trustRoot).withTenant("acme"));
    }

    /** Packs the windows from this one to that, this one alone. */
    private Path pack(Path from, int begin, int end) throws Exception {
        Path zip = folder.resolve("evidence-" + begin + "-" + end + ".zip");
        Files.deleteIfExists(zip);
        EvidenceArchive.write(
                new EvidenceArchive.Evidence(
                        from, "acme", Scenario.start(begin), Scenario.start(end), bucket.trustRoot, List.of()),
                zip);
        return zip;
    }

    private static List<String> names(Path zip) throws IOException {
        try (ZipFile file = new ZipFile(zip.toFile())) {
            return file.stream().map(entry -> entry.getName()).toList();
        }
    }

    private static String leaves(int window) {
        return LEAVES + TestLedger.window(Scenario.start(window)) + "/";
    }

    @Test
    void anArchiveSaysOfItsPeriodWhatTheBucketSays() throws Exception {
        // Given: an outage until the fourth window
        write(3);
        VerificationReport whole = verify(bucket.bucket);
        assertThat(whole.exitCode()).as(whole.text()).isZero();

        // When
        Path zip = pack(bucket.bucket, 0, 2);

        // Then
        VerificationReport packed = verify(zip);
        assertThat(packed.exitCode()).as(packed.text()).isZero();
        for (int window = 0; window < 2; window++) {
            assertThat(packed.bundles().get(window).anchors())
                    .isEqualTo(whole.bundles().get(window).anchors())
                    .hasSize(5);
        }
        assertThat(names(zip))
                .contains(leaves(2) + "leaves.ndjson", leaves(2) + "checkpoint")
                .contains(leaves(3) + "leaves.ndjson", leaves(3) + "checkpoint")
                .doesNotContain("v1/registry/" + TestLedger.window(Scenario.start(2)) + "/leaves.ndjson");
        Path again = folder.resolve("first.zip");
        Files.move(zip, again);
        assertThat(pack(bucket.bucket, 0, 2)).hasSameBinaryContentAs(again);
    }

    @Test
    void anArchiveIsCoveredAfterACompromiseToo() throws Exception {
        // Given
        write(3);
        bucket.trustRoot(anchors.trustRoot(bucket.keys, TrustPolicy.NONE, (ed25519, p256, bundle) -> {
            p256.status = KeyStatus.COMPROMISED;
            p256.compromisedSince = Optional.of(TestAnchors.time(3).plusMillis(1));
        }));

        // Then
        VerificationReport packed = verify(pack(bucket.bucket, 0, 2));
        assertThat(packed.exitCode()).as(packed.text()).isZero();
        TestAnchors.remove(bucket.bucket, 3);
        assertThat(verify(pack(bucket.bucket, 0, 2)).exitCode()).isEqualTo(ExitCode.FAILED);
    }

    @Test
    void whereEveryPartyHasAnsweredNothingLaterIsPacked() throws Exception {
        write(0, 1, 2, 3);

        assertThat(names(pack(bucket.bucket, 0, 2))).noneMatch(name -> name.startsWith(LEAVES));
    }

    @Test
    void anOutageOfOnePartyIsPackedUpToItsFirstReceipt() throws Exception {
        // Given
        write(0, 1, 2, 3);
        Files.delete(TestAnchors.folder(bucket.bucket, 1).resolve("tsa1.tsr"));

        // When
        Path zip = pack(bucket.bucket, 1, 2);

        // Then
        assertThat(names(zip))
                .anyMatch(name -> name.startsWith(leaves(2)))
                .noneMatch(name -> name.startsWith(leaves(3)));
        assertThat(verify(zip).exitCode()).isZero();
    }

    @Test
    void anArchiveOfAnArchiveIsCoveredAsWell() throws Exception {
        // Given
        write(3);
        Path first = pack(bucket.bucket, 0, 2);

        // When
        Path second = pack(first, 0, 1);

        // Then
        VerificationReport packed = verify(second);
        assertThat(packed.exitCode()).as(packed.text()).isZero();
        assertThat(names(second)).anyMatch(name -> name.startsWith(leaves(1)));
    }

    @Test
    void whereLeavesAreMissingOrChangedNothingIsCovered() throws Exception {
        // Given
        write(3);
        Path between = bucket.leaves(2).resolve("leaves.ndjson");
        String leaves = Files.readString(between);

        // Then
        Files.writeString(between, leaves.replaceFirst("\"first\":([0-9]+)", "\"first\":1$1"));
        VerificationReport changed = verify(pack(bucket.bucket, 0, 2));
        assertThat(changed.exitCode()).as(changed.text()).isEqualTo(ExitCode.INCOMPLETE);
        Files.delete(between);
        Path zip = pack(bucket.bucket, 0, 2);
        assertThat(verify(zip).exitCode()).isEqualTo(ExitCode.INCOMPLETE);
        assertThat(names(zip)).noneMatch(name -> name.startsWith(LEAVES));
    }

    @Test
    void leavesThatArePlantedInAnArchiveCoverNothing() throws Exception {
        // Given: an archive whose leaves of the window between say otherwise
        write(3);
        Path unpacked = folder.resolve("unpacked");
        Path zip = pack(bucket.bucket, 0, 2);
        try (UnpackedZip archive = UnpackedZip.of(zip)) {
            Scenario.copy(archive.folder(), unpacked);
        }
        assertThat(verify(unpacked).exitCode()).isZero();
        assertThat(Verifier.verify(VerifyRequest.of(unpacked.resolve("v1")).withTrustRoot(bucket.trustRoot))
                        .text())
                .as("no bundles besides the tenant's")
                .doesNotContain("two readings");
        Path planted = unpacked.resolve(leaves(3) + "leaves.ndjson");
        Files.writeString(
                planted, Files.readString(planted).replaceFirst("\"head\":\"[0-9a-f]{8}", "\"head\":\"00000000"));

        // Then
        VerificationReport report = verify(unpacked);
        assertThat(report.exitCode()).as(report.text()).isEqualTo(ExitCode.INCOMPLETE);
    }

    @Test
    void aPartyThatIsNewInEveryWindowDoesNotMakeAnArchiveOfTheWholeBucket(@TempDir Path other) throws Exception {
        // Given
        TestLedger ledger = new TestLedger(other.resolve("bucket"), Scenario.START, 1);
        ledger.tenant("acme", false).chain(0).genesis();
        for (int window = 0; window < 12; window++) {
            ledger.closeWindow();
            Path receipts = Files.createDirectories(TestAnchors.folder(ledger.bucket, window));
            Files.writeString(receipts.resolve("tsa" + window + ".tsr"), "a token");
        }

        // When
        Path zip = pack(ledger.bucket, 0, 1);

        // Then
        assertThat(names(zip).stream().filter(name -> name.startsWith(LEAVES) && name.endsWith("leaves.ndjson")))
                .hasSize(AnchorCheck.COVERS_MAX);
    }

    private static WantedEntry at(String chain, long seq) {
        return new WantedEntry.At(ChainId.parse(chain), seq);
    }

    private VerificationReport verify(EntryProof proof) {
        return ProofVerifier.verify(
                proof.encode(), VerifyRequest.of(Path.of("a.proof.json")).withTrustRoot(bucket.trustRoot));
    }

    private Optional<EntryProof> covered(Path target, WantedEntry wanted) throws Exception {
        return EntryProver.cutCovered(
                target, wanted, receipts(), proof -> verify(proof).exitCode() == ExitCode.VALID);
    }

    private WantedReceipts receipts() {
        return ListedReceipts.wanted(VerifyRequest.of(folder).withTrustRoot(bucket.trustRoot));
    }

    @Test
    void everyEntryOfAnOutageIsProvenByTheLaterCheckpoint() throws Exception {
        // Given
        write(3);
        for (String place : List.of("acme/0 0", "acme/0 7", "acme/3 2", "globex/0 1")) {
            WantedEntry wanted = at(place.split(" ", -1)[0], Integer.parseInt(place.split(" ", -1)[1]));
            EntryProof own = EntryProver.cut(bucket.bucket, wanted);
            assertThat(verify(own).exitCode()).isEqualTo(ExitCode.INCOMPLETE);

            // When
            EntryProof proof = covered(bucket.bucket, wanted).orElseThrow();

            // Then
            VerificationReport report = verify(EntryProof.parse(proof.encode()));
            assertThat(report.exitCode()).as(report.text()).isZero();
            assertThat(report.text()).contains("the registry checkpoint is a later one, of size ");
            BundleReport of = report.bundles().get(0);
            assertThat(of.existedBy()).contains(TestAnchors.time(3));
            assertThat(of.anchors()).hasSize(5).allMatch(anchor -> anchor.coveredBy()
                    .isPresent());
            assertThat(proof.line().encode()).isEqualTo(own.line().encode());
            assertThat(proof.windowLeaf()).isEqualTo(own.windowLeaf());
        }
    }

    @Test
    void theFirstCheckpointThatIsAcceptedIsTaken() throws Exception {
        // Given
        write(1, 2, 3);
        List<Long> offered = new ArrayList<>();

        // When
        Optional<EntryProof> none = EntryProver.cutCovered(bucket.bucket, at("acme/0", 0), receipts(), proof -> {
            offered.add((long) proof.head().path().size());
            return false;
        });
        EntryProof first = covered(bucket.bucket, at("acme/0", 0)).orElseThrow();

        // Then
        assertThat(none).isEmpty();
        assertThat(offered).hasSize(3).isSorted();
        assertThat(verify(first).bundles().get(0).existedBy()).contains(TestAnchors.time(1));
    }

    @Test
    void anEntryIsProvenOutOfAnArchiveAsOutOfItsBucket() throws Exception {
        // Given
        write(3);
        Path zip = pack(bucket.bucket, 0, 2);

        // Then
        assertThat(covered(zip, at("acme/0", 7)).orElseThrow().encode())
                .isEqualTo(covered(bucket.bucket, at("acme/0", 7)).orElseThrow().encode());
    }

    @Test
    void nothingLeadsOnWithoutLeavesReceiptsOrBucket() throws Exception {
        // Given
        WantedEntry wanted = at("acme/0", 0);
        assertThat(covered(bucket.bucket, wanted)).as("no receipts at all").isEmpty();
        write(3);
        Path alone = Scenario.copy(bucket.acme(0).folder, folder.resolve("alone"));

        // Then
        assertThat(covered(alone, wanted)).as("a bundle without its bucket").isEmpty();
        Path leaves = bucket.leaves(2).resolve("leaves.ndjson");
        Files.writeString(leaves, Files.readString(leaves).replace("\"chains\":0", "\"chains\":1"));
        assertThat(covered(bucket.bucket, wanted)).as("leaves that are none").isEmpty();
        Files.delete(leaves);
        assertThat(covered(bucket.bucket, wanted)).as("no leaves between").isEmpty();
    }

    @Test
    void leavesOfAnotherRegistryLeadNowhere() throws Exception {
        // Given
        write(3);
        Path own = bucket.leaves(0).resolve("leaves.ndjson");
        Files.writeString(own, Files.readString(own).replaceFirst("\"head\":\"[0-9a-f]{8}", "\"head\":\"00000000"));

        // Then
        assertThat(covered(bucket.bucket, at("acme/0", 0))).isEmpty();
    }

    @Test
    void aProofThatIsCoveredOutlivesItsKey() throws Exception {
        // Given
        write(3);
        bucket.trustRoot(anchors.trustRoot(bucket.keys, TrustPolicy.NONE, (ed25519, p256, bundle) -> {
            p256.status = KeyStatus.COMPROMISED;
            p256.compromisedSince = Optional.of(TestAnchors.time(3).plusMillis(1));
        }));
        assertThat(verify(EntryProver.cut(bucket.bucket, at("acme/0", 0))).exitCode())
                .isEqualTo(ExitCode.FAILED);

        // Then
        assertThat(covered(bucket.bucket, at("acme/0", 0))).isPresent();
        bucket.trustRoot(anchors.trustRoot(bucket.keys, TrustPolicy.NONE, (ed25519, p256, bundle) -> {
            p256.status = KeyStatus.COMPROMISED;
            p256.compromisedSince = Optional.of(TestAnchors.time(3));
        }));
        assertThat(covered(bucket.bucket, at("acme/0", 0))).isEmpty();
    }

    @Test
    void theLaterCheckpointMayBeSignedByAKeyThatIsYoungerThanTheEntry(@TempDir Path other) throws Exception {
        // Given: the second window's end is signed by a new key, and anchored
        TestLedger ledger = new TestLedger(other.resolve("bucket"), Scenario.START, 1);
        SigningKey fresh = KeyFile.generate(KeyAlgorithm.ECDSA_P256, new SecureRandom());
        ledger.tenant("acme", false).chain(0).genesis();
        ledger.closeWindow();
        ledger.signers = List.of(ledger.keys.ed25519, fresh);
        ledger.closeWindow();
        anchors.write(ledger.bucket, 1, fresh);
        bucket.trustRoot(new TrustRootBuilder(TestKeys.ORIGIN, TestKeys.ISSUED, TestKeys.EXPIRES)
                .checkpointKey(ledger.keys.ed25519.spki())
                .key(TestKeys.checkpointKey(ledger.keys.p256, TestKeys.ISSUED, Scenario.start(1)))
                .key(TestKeys.checkpointKey(fresh, Scenario.start(2), TestKeys.EXPIRES))
                .anchors(anchors.listed())
                .policy(ALL)
                .sign(ledger.keys.root)
                .encode());

        // When
        EntryProof proof = covered(ledger.bucket, at("acme/0", 0)).orElseThrow();

        // Then: only because an outside party proves when that key signed
        EntryProof logged = new EntryProof(
                proof.line(),
                proof.chain(),
                proof.head(),
                proof.window(),
                proof.windowLeaf(),
                proof.blind(),
                proof.anchors().stream()
                        .filter(anchor -> anchor.name().endsWith(".json"))
                        .toList());
        VerificationReport report = verify(logged);
        assertThat(report.exitCode()).as(report.text()).isEqualTo(ExitCode.FAILED);
        assertThat(report.text()).contains("is valid only from");
    }

    @Test
    void aForgedProofByALaterCheckpointIsRefused() throws Exception {
        // Given
        write(0, 3);
        Files.delete(TestAnchors.folder(bucket.bucket, 0).resolve("tsa1.tsr"));
        String covered = Text.string(
                covered(bucket.bucket, at("acme/0", 1)).orElseThrow().encode());
        String own = Text.string(EntryProver.cut(bucket.bucket, at("acme/0", 1)).encode());
        List<String> forged = List.of(
                covered.replace("\"end\":\"2026-11-21T03:15", "\"end\":\"2026-11-21T03:30"),
                covered.replace("order.created", "order.deleted"),
                covered.replace("\"first\":0", "\"first\":1"),
                covered.replaceFirst("(\"window\":\"c2sp.org/tlog-proof@v1\\\\nindex [0-9]+\\\\n)[^\\\\]*\\\\n", "$1"),
                covered.replaceFirst("(\"head\":\"c2sp.org/tlog-proof@v1\\\\nindex [0-9]+\\\\n)[^\\\\]*\\\\n", "$1"),
                covered.replaceFirst("(\"window\":\"c2sp.org/tlog-proof@v1\\\\nindex )[0-9]+", "$19"),
                covered.replaceFirst("(\"head\":\"c2sp.org/tlog-proof@v1\\\\nindex )[0-9]+", "$19"),
                withAnchorsOf(covered, own),
                withAnchorsOf(own, covered));

        for (String text : forged) {
            // When
            VerificationReport report = ProofVerifier.verify(
                    Text.bytes(text), VerifyRequest.of(Path.of("p")).withTrustRoot(bucket.trustRoot));

            // Then
            assertThat(report.exitCode()).as("%s%n%s", report.text(), text).isEqualTo(ExitCode.FAILED);
        }
        assertThat(forged).doesNotContain(covered, own).doesNotHaveDuplicates();
    }

    private static String withAnchorsOf(String text, String other) {
        String end = "],\"blind\":";
        return other.substring(0, other.indexOf(end)) + text.substring(text.indexOf(end));
    }
}
