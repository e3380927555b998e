// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tallystick.bundle.BundleException;
import io.tallystick.bundle.EntryProof;
import io.tallystick.entry.ChainId;
import io.tallystick.note.TlogProof;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.KeyStatus;
import io.tallystick.trust.SigningKey;
import io.tallystick.trust.TrustAnchors;
import io.tallystick.trust.TrustPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProofTest {
    @TempDir
    static Path temp;

    private static Scenario scenario;
    private static String proof;

    @BeforeAll
    static void writeBucket() throws Exception {
        scenario = Scenario.write(temp, 3);
        proof = cut("acme/0", 1);
    }

    private static String cut(String chain, long seq) throws IOException, BundleException, NoSuchEntryException {
        return Text.string(EntryProver.cut(scenario.ledger.bucket, new WantedEntry.At(ChainId.parse(chain), seq))
                .encode());
    }

    private static VerificationReport verify(String text, Path trustRoot) {
        return ProofVerifier.verify(
                Text.bytes(text), VerifyRequest.of(Path.of("an.proof.json")).withTrustRoot(trustRoot));
    }

    private static EntryProof named(WantedEntry wanted) throws IOException, BundleException, NoSuchEntryException {
        return EntryProver.cut(scenario.ledger.bucket, wanted);
    }

    private static WantedEntry.Named id(String id) {
        return new WantedEntry.Named(id, Optional.empty(), Optional.empty());
    }

    @Test
    void everyEntryOfTheBucketIsProvenByAFileOfItsOwn() throws Exception {
        for (String place : List.of("acme/0 12", "acme/3 6", "globex/0 4")) {
            String chain = place.substring(0, place.indexOf(' '));
            for (int seq = 0; seq < Integer.parseInt(place.substring(place.indexOf(' ') + 1)); seq++) {
                // When
                String text = cut(chain, seq);

                // Then
                VerificationReport report = verify(text, scenario.trustRoot);
                assertThat(report.exitCode()).as(report.text()).isZero();
                assertThat(report.text()).contains("entry " + chain + " seq " + seq);
            }
        }
    }

    @Test
    void theSameEntryGivesTheSameBytesFromBundleTenantAndBucket() throws Exception {
        // Given
        WantedEntry wanted = new WantedEntry.At(ChainId.parse("acme/0"), 1);
        Path bucket = scenario.ledger.bucket;

        // Then
        for (Path target :
                List.of(bucket, bucket.resolve("v1/tenant=acme"), bucket.resolve(Scenario.path("acme", 0)))) {
            assertThat(Text.string(EntryProver.cut(target, wanted).encode())).isEqualTo(proof);
        }
    }

    @Test
    void anEventIsFoundByItsId() throws Exception {
        assertThat(named(id("a-5")).line().entry().seq()).isEqualTo(7);
        assertThat(named(id("a-6")).line().entry().seq()).as("the kept one").isEqualTo(8);
        assertThat(named(id("c-1")).line().entry().seq()).isEqualTo(10);
        assertThat(named(new WantedEntry.Named("b-2", Optional.of("urn:test"), Optional.of(ChainId.parse("acme/3"))))
                        .line()
                        .entry()
                        .chain())
                .hasToString("acme/3");
    }

    @Test
    void whatIsNotThereIsNotProven() {
        for (WantedEntry wanted : List.<WantedEntry>of(
                id("a-99"),
                id("a"),
                id("a-1\""),
                new WantedEntry.Named("a-1", Optional.of("urn:other"), Optional.empty()),
                new WantedEntry.Named("a-1", Optional.empty(), Optional.of(ChainId.parse("acme/3"))),
                new WantedEntry.At(ChainId.parse("acme/0"), 12),
                new WantedEntry.At(ChainId.parse("acme/0"), -1),
                new WantedEntry.At(ChainId.parse("acme/1"), 0),
                new WantedEntry.At(ChainId.parse("initech/0"), 0))) {
            assertThatExceptionOfType(NoSuchEntryException.class)
                    .isThrownBy(() -> named(wanted))
                    .withMessageContaining("no committed bundle here holds");
        }
    }

    @Test
    void anIdOfTwoEventsNeedsAPlace(@TempDir Path folder) throws IOException {
        // Given
        TestLedger ledger = new TestLedger(folder.resolve("bucket"), Scenario.START, 1);
        ledger.tenant("acme", false).chain(0).genesis().event("x", "1").event("x", "2");
        ledger.closeWindow();

        // Then
        assertThatExceptionOfType(NoSuchEntryException.class)
                .isThrownBy(() -> EntryProver.cut(ledger.bucket, id("x")))
                .withMessage("more than one entry is event 'x': acme/0 seq 1, acme/0 seq 2");
    }

    @Test
    void nothingIsCutOutOfABundleWhoseEntriesWereTouched(@TempDir Path folder) throws IOException {
        // Given
        Tampering bucket = new Tampering(scenario, folder);
        bucket.acme(0).editLine(Scenario.DATA, 4, "\"reason\":\"null-value\"", "\"reason\":\"not-utf8\"");

        // Then
        assertThatExceptionOfType(BundleException.class)
                .isThrownBy(() -> EntryProver.cut(bucket.bucket, new WantedEntry.At(ChainId.parse("acme/0"), 1)))
                .withMessageContaining("do not give the root");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void bundlesThatCannotBeReadAreNoHindranceToTheOneThatHolds(int broken, @TempDir Path folder) throws Exception {
        // Given
        Tampering bucket = new Tampering(scenario, folder);
        bucket.acme(broken).write("manifest.json", Text.bytes("{\"format\":"));

        // When
        EntryProof cut = EntryProver.cut(bucket.bucket, new WantedEntry.At(ChainId.parse("acme/0"), 1));

        // Then
        assertThat(Text.string(cut.encode())).isEqualTo(proof);
        assertThat(EntryProver.cut(bucket.bucket, id("a-1")).line().entry().seq())
                .isEqualTo(1);
    }

    @Test
    void bundlesThatCannotHoldItAreNotAsked(@TempDir Path folder) throws Exception {
        // Given: nothing of the other tenant can be read, and the same bundle lies in a later window's place too
        Tampering bucket = new Tampering(scenario, folder);
        for (int window = 0; window < 4; window++) {
            bucket.globex(window).write("manifest.json", Text.bytes("{}"));
        }
        Scenario.deleteAll(bucket.acme(2).folder);
        Scenario.copy(bucket.acme(0).folder, bucket.acme(2).folder);

        // Then
        assertThat(Text.string(EntryProver.cut(bucket.bucket, new WantedEntry.At(ChainId.parse("acme/0"), 1))
                        .encode()))
                .as("whoever has found it looks no further")
                .isEqualTo(proof);
        assertThatExceptionOfType(NoSuchEntryException.class)
                .as("another tenant's bundles may not hold it")
                .isThrownBy(() -> EntryProver.cut(bucket.bucket, new WantedEntry.At(ChainId.parse("acme/0"), 99)));
        assertThatExceptionOfType(NoSuchEntryException.class)
                .as("an id may be found twice")
                .isThrownBy(() -> EntryProver.cut(
                        bucket.bucket,
                        new WantedEntry.Named("a-1", Optional.empty(), Optional.of(ChainId.parse("acme/0")))))
                .withMessageContaining("more than one entry");
    }

    @Test
    void aMissingManifestAndALinkInItsPlaceAreNoHindranceEither(@TempDir Path folder) throws Exception {
        // Given
        Tampering bucket = new Tampering(scenario, folder);
        Files.delete(bucket.acme(1).folder.resolve("manifest.json"));
        Path link = bucket.acme(2).folder.resolve("manifest.json");
        Files.delete(link);
        Files.createSymbolicLink(link, bucket.acme(0).folder.resolve("manifest.json"));

        // When
        EntryProof cut = EntryProver.cut(bucket.bucket, new WantedEntry.At(ChainId.parse("acme/0"), 1));

        // Then
        assertThat(Text.string(cut.encode())).isEqualTo(proof);
    }

    @Test
    void whatOnlyABrokenBundleHoldsIsNotProvenAndTheBundleIsNamed(@TempDir Path folder) throws Exception {
        // Given
        Tampering bucket = new Tampering(scenario, folder);
        bucket.acme(0).write("manifest.json", Text.bytes("{}"));
        Path data = bucket.acme(1).folder.resolve(Scenario.DATA);
        Files.delete(data);

        // Then
        assertThatExceptionOfType(BundleException.class)
                .isThrownBy(() -> EntryProver.cut(bucket.bucket, new WantedEntry.At(ChainId.parse("acme/0"), 1)))
                .withMessageContainingAll("acme/0 seq 1", "window_start=20261121T030000Z");
        assertThatExceptionOfType(BundleException.class)
                .isThrownBy(() -> EntryProver.cut(bucket.bucket, id("a-5")))
                .withMessageContaining("2 cannot be used");
        assertThat(EntryProver.cut(bucket.bucket, id("a-6")).line().entry().seq())
                .isEqualTo(8);
    }

    @Test
    void anArchiveIsAsGoodAsItsFolderUnlessItIsBroken(@TempDir Path folder) throws Exception {
        // Given
        WantedEntry wanted = new WantedEntry.At(ChainId.parse("acme/0"), 1);
        Path zip = folder.resolve("bucket.zip");
        DeterministicZip.write(scenario.ledger.bucket, zip);
        byte[] bytes = Files.readAllBytes(zip);
        Path cut = Files.write(folder.resolve("cut.zip"), Arrays.copyOf(bytes, bytes.length / 2));

        // Then
        assertThat(Text.string(EntryProver.cut(zip, wanted).encode())).isEqualTo(proof);
        assertThatExceptionOfType(NoSuchEntryException.class).isThrownBy(() -> EntryProver.cut(zip, id("nobody")));
        assertThatExceptionOfType(BundleException.class)
                .isThrownBy(() -> EntryProver.cut(cut, wanted))
                .withMessageContaining("cut.zip");
    }

    @Test
    void anchorsOfTheRegistryCheckpointComeAlongVerbatim(@TempDir Path folder) throws Exception {
        // Given
        Tampering bucket = new Tampering(scenario, folder);
        Path anchors = bucket.bucket.resolve("v1/anchors/dt=2026-11-21/4");
        Files.createDirectories(anchors.resolve("folder"));
        Files.write(anchors.resolve("tsa-1.tsr"), new byte[] {0x30, 0, (byte) 0xff});
        Files.writeString(anchors.resolve("cosignature-0a1b2c3d"), "— witness AAAA\n");
        Files.writeString(anchors.resolve(".hidden"), "x");

        // When
        EntryProof cut = EntryProver.cut(bucket.bucket, new WantedEntry.At(ChainId.parse("acme/0"), 1));

        // Then
        assertThat(cut.anchors())
                .extracting(EntryProof.Anchor::name)
                .containsExactly("cosignature-0a1b2c3d", "tsa-1.tsr");
        assertThat(cut.anchors().get(1).content().toByteArray()).containsExactly(0x30, 0, 0xff);
        VerificationReport report = verify(Text.string(cut.encode()), scenario.trustRoot);
        assertThat(report.exitCode()).as(report.text()).isZero();
        assertThat(report.text()).contains("cosignature-0a1b2c3d: of a party that the trust root does not list");
    }

    @Test
    void filesThatAreNoReceiptsHinderNoProof(@TempDir Path folder) throws Exception {
        // Given: what verification notes, and does not count
        Tampering bucket = new Tampering(scenario, folder);
        Path anchors = Files.createDirectories(bucket.bucket.resolve("v1/anchors/dt=2026-11-21/4"));
        Files.write(anchors.resolve("large.bin"), new byte[200_000]);
        Files.write(anchors.resolve("large.tsr"), new byte[200_000]);
        for (int i = 0; i < EntryProof.ANCHORS_MAX; i++) {
            Files.writeString(anchors.resolve("note-" + i + ".txt"), "x");
        }
        Files.writeString(anchors.resolve("tsa-1.tsr"), "a token");
        WantedEntry wanted = new WantedEntry.At(ChainId.parse("acme/0"), 1);
        assertThat(Verifier.verify(bucket.request).exitCode()).isZero();

        // When
        EntryProof cut =
                EntryProver.cut(bucket.bucket, wanted, name -> name.party().equals("tsa-1"));

        // Then
        assertThat(cut.anchors()).extracting(EntryProof.Anchor::name).containsExactly("tsa-1.tsr");
    }

    @Test
    void receiptsOfStrangersLeaveRoomForThoseThatCount(@TempDir Path folder) throws Exception {
        // Given
        Tampering bucket = new Tampering(scenario, folder);
        Path anchors = Files.createDirectories(bucket.bucket.resolve("v1/anchors/dt=2026-11-21/4"));
        for (int i = 0; i < EntryProof.ANCHORS_MAX + 5; i++) {
            Files.writeString(anchors.resolve("stranger-" + (1000 + i) + ".tsr"), "x");
        }
        Files.writeString(anchors.resolve("tsa-1.tsr"), "a token");
        WantedEntry wanted = new WantedEntry.At(ChainId.parse("acme/0"), 1);

        // When
        EntryProof cut =
                EntryProver.cut(bucket.bucket, wanted, name -> name.party().equals("tsa-1"));

        // Then
        assertThat(cut.anchors())
                .hasSize(EntryProof.ANCHORS_MAX)
                .extracting(EntryProof.Anchor::name)
                .contains("stranger-1000.tsr", "stranger-1098.tsr", "tsa-1.tsr")
                .doesNotContain("stranger-1099.tsr");
        assertThatExceptionOfType(BundleException.class)
                .isThrownBy(() -> EntryProver.cut(bucket.bucket, wanted))
                .withMessageContaining("has more than 100 receipts");
    }

    @Test
    void aReceiptThatCountsAndIsTooLargeIsNotLeftOutSilently(@TempDir Path folder) throws Exception {
        // Given: verification of the bucket fails by it
        Tampering bucket = new Tampering(scenario, folder);
        Path anchors = Files.createDirectories(bucket.bucket.resolve("v1/anchors/dt=2026-11-21/4"));
        Files.write(anchors.resolve("tsa-1.tsr"), new byte[EntryProof.ANCHOR_BYTES_MAX + 1]);

        // Then
        assertThatExceptionOfType(BundleException.class)
                .isThrownBy(() -> EntryProver.cut(
                        bucket.bucket, new WantedEntry.At(ChainId.parse("acme/0"), 1), name -> name.party()
                                .equals("tsa-1")))
                .withMessageContainingAll("tsa-1.tsr", "131072");
    }

    /** One way to tamper with a proof. */
    record Forged(String name, int exitCode, Phase phase, String message, UnaryOperator<String> change) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Forged of(String name, Phase phase, String message, UnaryOperator<String> change) {
        return new Forged(name, ExitCode.FAILED, phase, message, change);
    }

    private static UnaryOperator<String> replace(String old, String replacement) {
        return text -> {
            int at = text.indexOf(old);
            assertThat(at).as(old).isNotNegative();
            return text.substring(0, at) + replacement + text.substring(at + old.length());
        };
    }

    /** Another digit after the first occurrence of a text: hex and base64 both stay well-formed. */
    private static UnaryOperator<String> flipAfter(String before) {
        return text -> {
            int at = text.indexOf(before) + before.length();
            assertThat(at).isGreaterThanOrEqualTo(before.length());
            return text.substring(0, at) + (text.charAt(at) == '0' ? '1' : '0') + text.substring(at + 1);
        };
    }

    /** Puts a member of another proof in the place of this one's. */
    private static UnaryOperator<String> member(String name, String chain, long seq) {
        return text -> {
            try {
                return text.replace(value(text, name), value(cut(chain, seq), name));
            } catch (IOException | BundleException | NoSuchEntryException e) {
                throw new IllegalStateException(e);
            }
        };
    }

    private static String value(String text, String name) {
        int at = text.indexOf("\"" + name + "\":");
        int end = text.indexOf(",\"", at);
        while ((text.charAt(end - 1) != '"' && text.charAt(end - 1) != '}') || text.charAt(end - 2) == '\\') {
            end = text.indexOf(",\"", end + 1);
        }
        return text.substring(at, end);
    }

    /** Signs the note in a member anew with other keys. */
    private static UnaryOperator<String> resign(List<String> members, List<SigningKey> keys) {
        return text -> {
            String changed = text;
            for (String member : members) {
                String old = value(changed, member);
                String encoded =
                        old.substring(old.indexOf(":\"") + 2, old.length() - 1).replace("\\n", "\n");
                String note = encoded.substring(encoded.indexOf("\n\n") + 2);
                String body = note.substring(0, note.indexOf("\n\n") + 1);
                String origin = body.substring(0, body.indexOf('\n'));
                String signed = Text.string(TestLedger.note(origin, body, keys));
                changed = changed.replace(note.replace("\n", "\\n"), signed.replace("\n", "\\n"));
            }
            return changed;
        };
    }

    static Stream<Forged> forgeries() {
        SigningKey stranger = new TestKeys().p256;
        return Stream.of(
                of("another format", Phase.STRUCTURE, "format is", replace("proof/v1", "proof/v2")),
                of("a space", Phase.STRUCTURE, "canonical form", replace("\",\"format\"", "\", \"format\"")),
                of("cut off", Phase.STRUCTURE, "proof", text -> text.substring(0, text.length() - 5)),
                of("a bundle's manifest", Phase.STRUCTURE, "format", text -> "{\"format\":\"tallystick/bundle/v1\"}"),
                of("empty", Phase.STRUCTURE, "proof", text -> ""),
                of("member renamed", Phase.STRUCTURE, "unknown member 'blond'", replace("\"blind\":", "\"blond\":")),
                of("checkpoints differ", Phase.STRUCTURE, "different checkpoints", text -> {
                    int at = text.lastIndexOf("\\n4\\n");
                    return text.substring(0, at) + "\\n5\\n" + text.substring(at + 5);
                }),
                of(
                        "note without signature",
                        Phase.STRUCTURE,
                        "proof chain",
                        text -> text.replaceAll(
                                "(ledger.example.com/acme/0\\\\n6\\\\n[^\\\\]*\\\\n)\\\\n[^\"]*", "$1")),
                of(
                        "window of no length",
                        Phase.STRUCTURE,
                        "window leaf from",
                        replace("\"end\":\"2026-11-21T03:15", "\"end\":\"2026-11-21T03:00")),
                of(
                        "window of an odd length",
                        Phase.STRUCTURE,
                        "not a window",
                        replace("\"end\":\"2026-11-21T03:15", "\"end\":\"2026-11-21T03:17")),
                of("payload edited", Phase.ENTRIES, "payload or its salt was changed", replace("first", "fyrst")),
                of("payload cut", Phase.ENTRIES, "a payload of", replace("first", "firs")),
                of(
                        "payload salt edited",
                        Phase.ENTRIES,
                        "payload or its salt was changed",
                        flipAfter("\\\"salt\\\":\\\"")),
                of("context edited", Phase.ENTRIES, "context or its salt was changed", replace("alice", "aLice")),
                of(
                        "recorded outside the window",
                        Phase.ENTRIES,
                        "is not in the window",
                        replace("\\\"recorded\\\":\\\"2026-11-21T03:0", "\\\"recorded\\\":\\\"2026-11-21T04:0")),
                of("entry edited", Phase.TREES, "proof chain: ", replace("order.created", "order.deleted")),
                of("entry's prev edited", Phase.TREES, "proof chain: ", flipAfter("\\\"prev\\\":\\\"")),
                of("another entry of the chain", Phase.TREES, "the entry has seq 2", member("line", "acme/0", 2)),
                of("an entry of another chain", Phase.TREES, "proof chain: ", member("line", "acme/3", 1)),
                of("another tenant's entry", Phase.TREES, "expected origin", member("line", "globex/0", 1)),
                of("path of another entry", Phase.TREES, "the path is of index 2", member("chain", "acme/0", 2)),
                of(
                        "path hash dropped",
                        Phase.TREES,
                        "proof chain: ",
                        text -> text.replaceFirst(
                                "(\"chain\":\"c2sp.org/tlog-proof@v1\\\\nindex 1\\\\n)[^\\\\]*\\\\n", "$1")),
                of(
                        "index moved",
                        Phase.TREES,
                        "the path is of index 3",
                        replace(
                                "\"chain\":\"c2sp.org/tlog-proof@v1\\nindex 1",
                                "\"chain\":\"c2sp.org/tlog-proof@v1\\nindex 3")),
                of("chain path of a later window", Phase.TREES, "proof head: ", member("chain", "acme/0", 6)),
                of("blind of another tenant", Phase.TREES, "proof head: ", member("blind", "globex/0", 1)),
                of("blind edited", Phase.TREES, "proof head: ", flipAfter("\"blind\":\"")),
                of("head of another chain", Phase.TREES, "proof head: ", member("head", "acme/3", 1)),
                of(
                        "head index outside the window",
                        Phase.TREES,
                        "is not one of the window's heads",
                        text -> text.replaceFirst("(\"head\":\"c2sp.org/tlog-proof@v1\\\\nindex )[0-9]+", "$13")),
                of(
                        "window leaf moved to a later time",
                        Phase.TREES,
                        "proof window: ",
                        replace("\"end\":\"2026-11-21T03:15", "\"end\":\"2026-11-21T03:30")),
                of(
                        "window leaf counts other chains",
                        Phase.TREES,
                        "proof window: index 3",
                        replace("\"chains\":3", "\"chains\":2")),
                new Forged(
                        "signed by strangers",
                        ExitCode.UNTRUSTED,
                        Phase.SIGNATURES,
                        "only by keys that the trust root does not list",
                        resign(List.of("chain", "head", "window"), List.of(stranger))),
                new Forged(
                        "registry signed by a stranger",
                        ExitCode.UNTRUSTED,
                        Phase.SIGNATURES,
                        "proof head: the required",
                        resign(List.of("head", "window"), List.of(stranger))),
                new Forged(
                        "chain signed by a stranger",
                        ExitCode.UNTRUSTED,
                        Phase.SIGNATURES,
                        "proof chain: the required",
                        resign(List.of("chain"), List.of(stranger))),
                of("root edited under the old signature", Phase.SIGNATURES, "does not verify", ProofTest::otherRoot));
    }

    /** Changes the root in the chain's checkpoint. */
    private static String otherRoot(String text) {
        String mark = "ledger.example.com/acme/0\\n6\\n";
        int at = text.indexOf(mark) + mark.length();
        byte[] root = Base64.getDecoder().decode(text.substring(at, at + 44));
        root[0] ^= 1;
        return text.substring(0, at) + Base64.getEncoder().encodeToString(root) + text.substring(at + 44);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("forgeries")
    void aForgedProofIsRefusedForTheStatedReason(Forged forged) {
        // Given
        String text = forged.change().apply(proof);
        assertThat(text).isNotEqualTo(proof);

        // When
        VerificationReport report = verify(text, scenario.trustRoot);

        // Then
        assertThat(report.exitCode()).as(report.text()).isEqualTo(forged.exitCode());
        PhaseVerdict verdict = report.bundles().get(0).phase(forged.phase());
        assertThat(Stream.concat(verdict.faults().stream().map(Fault::toString), verdict.reasons().stream()))
                .as(report.text())
                .anySatisfy(said -> assertThat(said).contains(forged.message()));
    }

    @Test
    void everyChangedByteIsNoticedWhereBothSignaturesAreRequired(@TempDir Path folder) throws IOException {
        // Given
        byte[] original = Text.bytes(proof);
        Path both = Files.write(
                folder.resolve("both"),
                scenario.ledger.keys.trustRoot(
                        TestKeys.ORIGIN,
                        List.of(Set.of(KeyAlgorithm.ECDSA_P256), Set.of(KeyAlgorithm.ED25519)),
                        TrustPolicy.NONE,
                        (a, b, c) -> {}));
        assertThat(verify(proof, both).exitCode()).isZero();
        for (int i = 0; i < original.length; i += 7) {
            byte[] changed = original.clone();
            changed[i] ^= 1;

            // When
            VerificationReport report =
                    ProofVerifier.verify(changed, VerifyRequest.of(Path.of("p")).withTrustRoot(both));

            // Then
            assertThat(report.exitCode()).as("byte %d of %s", i, proof).isIn(ExitCode.FAILED, ExitCode.UNTRUSTED);
        }
    }

    @Test
    void theTrustRootDecidesWhatTheSignaturesAreWorth(@TempDir Path folder) throws IOException {
        // Given
        Path other = Files.write(folder.resolve("other"), new TestKeys().trustRoot());
        Path revoked = Files.write(
                folder.resolve("revoked"), scenario.ledger.keys.trustRoot((a, b, c) -> b.status = KeyStatus.REVOKED));
        Path expired = Files.write(
                folder.resolve("expired"),
                scenario.ledger.keys.trustRoot((a, b, c) -> b.notAfter = Scenario.START.plus(Duration.ofMinutes(10))));
        Path later = Files.write(
                folder.resolve("later"),
                scenario.ledger.keys.trustRoot((a, b, c) -> b.notBefore = Scenario.START.plus(Duration.ofMinutes(16))));
        Path ledger = Files.write(
                folder.resolve("ledger"),
                scenario.ledger.keys.trustRoot(
                        "other.example.com",
                        List.of(Set.of(KeyAlgorithm.ECDSA_P256)),
                        TrustPolicy.NONE,
                        (a, b, c) -> {}));
        Path anchored = Files.write(
                folder.resolve("anchored"),
                scenario.ledger.keys.trustRoot(
                        TestKeys.ORIGIN,
                        List.of(Set.of(KeyAlgorithm.ECDSA_P256)),
                        new TrustPolicy(EnumSet.allOf(TrustAnchors.Kind.class), 0, 0),
                        (a, b, c) -> {}));

        // Then
        assertThat(verify(proof, other).exitCode()).isEqualTo(ExitCode.UNTRUSTED);
        assertThat(verify(proof, revoked).exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(verify(proof, expired).exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(verify(proof, later).exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(verify(proof, ledger).exitCode()).isEqualTo(ExitCode.UNTRUSTED);
        assertThat(verify(proof, anchored).exitCode()).isEqualTo(ExitCode.INCOMPLETE);
        assertThat(verify(proof, folder.resolve("none")).exitCode()).isEqualTo(ExitCode.UNTRUSTED);
        assertThat(ProofVerifier.verify(Text.bytes(proof), VerifyRequest.of(folder))
                        .exitCode())
                .isEqualTo(ExitCode.UNTRUSTED);
    }

    @Test
    void aMissingFileAndAFolderAreUsage(@TempDir Path folder) {
        assertThat(ProofVerifier.verify(VerifyRequest.of(folder.resolve("none")))
                        .exitCode())
                .isEqualTo(ExitCode.USAGE);
        assertThat(ProofVerifier.verify(VerifyRequest.of(folder)).exitCode()).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void thePathsStandAloneAsTlogProofs() throws Exception {
        // Given
        EntryProof cut = EntryProof.parse(Text.bytes(proof));

        // Then
        assertThat(Text.string(cut.chain().encode()))
                .startsWith(TlogProof.HEADER + "\nindex 1\n")
                .contains("\n\nledger.example.com/acme/0\n6\n");
        assertThat(Text.string(cut.head().encode())).contains("\n\nledger.example.com\n4\n");
        assertThat(cut.window().index()).isEqualTo(3);
    }
}
