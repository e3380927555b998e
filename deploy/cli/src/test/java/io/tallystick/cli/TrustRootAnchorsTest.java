// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.tallystick.fixtures.TestKeys;
import io.tallystick.fixtures.TestLog;
import io.tallystick.fixtures.TestTsa;
import io.tallystick.note.NoteVerifiers;
import io.tallystick.receipt.LocalLog;
import io.tallystick.receipt.RekorLog;
import io.tallystick.receipt.TimestampAuthority;
import io.tallystick.tree.Hash;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.TrustAnchors;
import io.tallystick.trust.TrustPolicy;
import io.tallystick.trust.TrustRoot;
import io.tallystick.trust.TrustRootDraft;
import io.tallystick.trust.TrustedKey;
import io.tallystick.verify.ExitCode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code trust-root update} says of outside parties, up to what the verifier makes of it. */
class TrustRootAnchorsTest {
    private static final String LEDGER = "ledger.example.com";
    private static final byte[] STAMPED = "stamped".getBytes(StandardCharsets.UTF_8);

    @TempDir
    private Path directory;

    private final TestTsa tsa = TestTsa.create();
    private Path pem;

    @BeforeEach
    void makeTrustRoot() throws Exception {
        Files.write(directory.resolve("v1.json"), TestKeys.trustRoot(LEDGER).encode());
        String der = tsa.anchor("x", Instant.EPOCH, Instant.EPOCH).roots().get(0);
        pem = certificate("tsa.pem", Base64.getDecoder().decode(der));
    }

    private Path certificate(String name, byte[] der) throws Exception {
        String body = Base64.getMimeEncoder().encodeToString(der);
        return Files.writeString(
                directory.resolve(name), "-----BEGIN CERTIFICATE-----\n" + body + "\n-----END CERTIFICATE-----\n");
    }

    private TallyRun update(String... options) {
        List<String> all = new ArrayList<>(List.of(
                "trust-root",
                "update",
                directory.resolve("v1.json").toString(),
                directory.resolve("v2.json").toString()));
        all.addAll(List.of(options));
        return TallyRun.of(all.toArray(String[]::new));
    }

    private TrustAnchors updated(String... options) throws Exception {
        TallyRun run = update(options);
        assertThat(run.exitCode()).as(run.everything()).isZero();
        return TrustRootDraft.parse(Files.readAllBytes(directory.resolve("v2.json")))
                .anchors();
    }

    private void refused(String why, String... options) {
        TallyRun run = update(options);
        assertThat(run.exitCode()).as(run.everything()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains(why);
        assertThat(directory.resolve("v2.json")).doesNotExist();
    }

    private static String vkey(String origin) {
        return new TestLog(origin)
                .anchor("x", LocalLog.KIND, Instant.EPOCH, Instant.EPOCH)
                .vkey();
    }

    private static String witness(String name) {
        return NoteVerifiers.vkey(
                name,
                KeyAlgorithm.ED25519,
                TestKeys.key(KeyAlgorithm.ED25519, name).spki());
    }

    @Test
    void theVerifierTakesTimestampsOfAListedAuthority() throws Exception {
        TrustAnchors anchors = updated("--tsa", "tsa1=" + pem + "," + TestTsa.POLICY);

        TimestampAuthority listed = TimestampAuthority.of(anchors.tsa().get(0));
        byte[] response = tsa.response(STAMPED, Instant.parse("2026-11-21T03:20:00Z"));
        assertThat(listed.verify(response, Hash.sha256(STAMPED), Optional.empty())
                        .party())
                .isEqualTo("tsa1");
        assertThat(anchors.tsa().get(0).policyOids()).containsExactly(TestTsa.POLICY);
        assertThat(anchors.tsa().get(0).validFor()).isEqualTo(TrustAnchors.ValidFor.ALWAYS);
    }

    @Test
    void theAuthoritysOwnCertificateMayStandForItsRoot() throws Exception {
        Path own = certificate("own.pem", tsa.certificate().getEncoded());

        assertThat(updated("--tsa", "tsa1=" + own).tsa()).hasSize(1);
    }

    @Test
    void logsAreListedAsAnchorsOfTheirIdAreConfigured() throws Exception {
        TrustAnchors anchors = updated(
                "--log",
                "log=" + vkey(LEDGER + "/log"),
                "--rekor",
                "rekor1=" + vkey("log.example.org") + ",rekor.example");

        assertThat(anchors.logs())
                .extracting(TrustAnchors.Log::id, TrustAnchors.Log::kind, TrustAnchors.Log::origin)
                .containsExactly(
                        tuple("log", LocalLog.KIND, LEDGER + "/log"), tuple("rekor1", RekorLog.KIND, "rekor.example"));
    }

    @Test
    void whatEndsCountsUntilThen() throws Exception {
        TrustAnchors anchors = updated(
                "--tsa",
                "tsa1=" + pem,
                "--log",
                "log=" + vkey(LEDGER + "/log"),
                "--anchor-from",
                "tsa1=2026-01-01T00:00:00.000Z",
                "--anchor-until",
                "tsa1=2026-06-01T00:00:00.000Z",
                "--anchor-until",
                "log=2026-07-01T00:00:00.000Z");

        assertThat(anchors.tsa().get(0).validFor())
                .isEqualTo(new TrustAnchors.ValidFor(
                        Instant.parse("2026-01-01T00:00:00Z"), Instant.parse("2026-06-01T00:00:00Z")));
        assertThat(anchors.logs().get(0).validFor().end()).isEqualTo(Instant.parse("2026-07-01T00:00:00Z"));
        assertThat(TallyRun.of(
                                "trust-root",
                                "show",
                                directory.resolve("v2.json").toString())
                        .out())
                .contains(
                        "authority tsa1, policies any, 1 roots, 2026-01-01T00:00:00.000Z to 2026-06-01T00:00:00.000Z");
    }

    @Test
    void whatIsTakenOutIsGoneAndItsIdFree() throws Exception {
        byte[] listing = TrustRootDraft.parse(Files.readAllBytes(directory.resolve("v1.json")))
                .withAnchors(
                        TrustAnchors.NONE
                                .with(new TrustAnchors.Log(
                                        "log", LocalLog.KIND, "old", vkey("old"), TrustAnchors.ValidFor.ALWAYS))
                                .with(new TrustAnchors.Witness(witness("w1"))),
                        TrustPolicy.NONE)
                .sign(TestKeys.root())
                .encode();
        Files.write(directory.resolve("v1.json"), listing);

        TrustAnchors anchors =
                updated("--remove-anchor", "log", "--remove-witness", witness("w1"), "--log", "log=" + vkey("new"));

        assertThat(anchors.logs()).extracting(TrustAnchors.Log::origin).containsExactly("new");
        assertThat(anchors.witnesses()).isEmpty();
    }

    @Test
    void filesThatHoldNoUsableCertificateAreRefused() throws Exception {
        Path server =
                certificate("server.pem", TestTsa.ofAServer().certificate().getEncoded());
        Path empty = Files.writeString(directory.resolve("empty.pem"), "");
        Path noise = Files.writeString(directory.resolve("noise.pem"), "-----BEGIN CERTIFICATE-----\nAAAA\n");
        Path large = Files.write(directory.resolve("large.pem"), new byte[1024 * 1024 + 1]);

        refused("neither a CA nor a time-stamping authority", "--tsa", "tsa1=" + server);
        refused("holds no certificate", "--tsa", "tsa1=" + empty);
        refused("cannot use the certificates of " + noise, "--tsa", "tsa1=" + noise);
        refused("larger than", "--tsa", "tsa1=" + large);
        refused("cannot use the certificates of", "--tsa", "tsa1=" + directory.resolve("nowhere.pem"));
    }

    @Test
    void authoritiesSaidWronglyAreRefused() {
        refused("--tsa takes ID=", "--tsa", pem.toString());
        refused("--tsa takes ID=", "--tsa", "tsa1=");
        refused("not an anchor id", "--tsa", "TSA 1=" + pem);
        refused("not an object identifier", "--tsa", "tsa1=" + pem + ",any");
        refused("not an object identifier", "--tsa", "tsa1=" + pem + ",1.02");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--log", "--rekor"})
    void keysNoLogSignsWithAreRefused(String option) {
        String good = vkey("log.example.org");
        String wrongId = good.replaceFirst("\\+[0-9a-f]{8}\\+", "+00000000+");

        refused("needs a verifier key", option, "log=log.example.org");
        refused(option + " takes ID=", option, "log=");
        refused("id is not that of its key", option, "log=" + wrongId);
        refused("cannot be used", option, "log=" + good.substring(0, good.length() - 8));
        refused("cannot be used", option, "log=" + witnessOnly());
    }

    /** A key of type 0x04 cosigns and signs no log. */
    private static String witnessOnly() {
        return "witness.example.com/w1+20324abe+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X";
    }

    @Test
    void whoSignsTheLedgerIsNoOutsideParty() throws Exception {
        TrustedKey own = TrustRoot.parse(Files.readAllBytes(directory.resolve("v1.json"))).keys().stream()
                .filter(key -> key.algorithm() == KeyAlgorithm.ED25519)
                .findFirst()
                .orElseThrow();
        String vkey = NoteVerifiers.vkey("elsewhere.example", own.algorithm(), own.spki());

        refused("a key of the ledger itself", "--witness", vkey);
        refused("a key of the ledger itself", "--log", "own=" + vkey);
    }

    @Test
    void whatIsListedIsNotListedAgain() {
        String log = "a=" + vkey("log.example.org");

        refused("lists an anchor a already", "--log", log, "--log", log);
        refused("lists an anchor a already", "--log", log, "--rekor", log);
        refused("lists an anchor a already", "--tsa", "a=" + pem, "--log", log);
        refused("which is listed", "--witness", witness("w1"), "--witness", witness("w1"));
        refused(
                "has the key of witness w1",
                "--witness",
                witness("w1"),
                "--witness",
                NoteVerifiers.vkey(
                        "w2",
                        KeyAlgorithm.ED25519,
                        TestKeys.key(KeyAlgorithm.ED25519, "w1").spki()));
        refused("not a witness", "--witness", "w1");
    }

    @ParameterizedTest
    @CsvSource({
        "--remove-anchor, tsa1",
        "--anchor-until, tsa1=2026-06-01T00:00:00.000Z",
        "--anchor-from, tsa1=2026-06-01T00:00:00.000Z",
    })
    void anAnchorThatIsNotListedCannotBeChanged(String option, String value) {
        refused("lists 0 time-stamping authorities or logs with the id tsa1", option, value);
    }

    @Test
    void anchorsAreNotEndedBeforeTheyBeginNorTakenOutWhileRequired() {
        String[] list = {"--tsa", "tsa1=" + pem};

        refused("outside the years 1970 to 9999", concat(list, "--anchor-until", "tsa1=1960-01-01T00:00:00.000Z"));
        refused(
                "ends before it begins",
                concat(
                        list,
                        "--anchor-until",
                        "tsa1=2026-01-01T00:00:00.000Z",
                        "--anchor-from",
                        "tsa1=2026-01-02T00:00:00.000Z"));
        refused("tomorrow", concat(list, "--anchor-until", "tsa1=tomorrow"));
        refused("kind tsa are required, but none is listed", "--require-anchor", "tsa");
        refused("no witness", "--remove-witness", witness("w1"));
        refused("more witnesses", "--witness", witness("w1"), "--witness-quorum", "2");
    }

    /** As {@code v1.json}, with an authority that evidence must have. */
    private void requireAuthority() throws Exception {
        byte[] requiring = TrustRootDraft.parse(Files.readAllBytes(directory.resolve("v1.json")))
                .withAnchors(
                        TrustAnchors.NONE.with(
                                tsa.anchor("tsa1", Instant.EPOCH, Instant.parse("2040-01-01T00:00:00Z"))),
                        new TrustPolicy(Set.of(TrustAnchors.Kind.TSA), 0, 0))
                .sign(TestKeys.root())
                .encode();
        Files.write(directory.resolve("v1.json"), requiring);
    }

    @Test
    void aKindThatWasRequiredIsRequiredNoMoreAndMayBeTakenOut() throws Exception {
        requireAuthority();

        assertThat(updated("--no-require-anchor", "tsa", "--remove-anchor", "tsa1")
                        .tsa())
                .isEmpty();

        assertThat(TrustRootDraft.parse(Files.readAllBytes(directory.resolve("v2.json")))
                        .policy()
                        .requireAnchors())
                .isEmpty();
    }

    @Test
    void theLastAnchorOfARequiredKindIsNotTakenOut() throws Exception {
        requireAuthority();

        refused("--no-require-anchor tsa", "--remove-anchor", "tsa1");
        refused(
                "--no-require-anchor tsa",
                "--remove-anchor",
                "tsa1",
                "--no-require-anchor",
                "tsa",
                "--require-anchor",
                "tsa");
    }

    @Test
    void onlyAKindThatIsRequiredIsRequiredNoMore() throws Exception {
        refused("anchors of kind tsa are not required", "--no-require-anchor", "tsa");
        requireAuthority();
        refused("anchors of kind logs are not required", "--no-require-anchor", "logs");
        refused("there is no kind of anchor sundials", "--no-require-anchor", "sundials");
    }

    private static String[] concat(String[] first, String... rest) {
        List<String> all = new ArrayList<>(List.of(first));
        all.addAll(List.of(rest));
        return all.toArray(String[]::new);
    }
}
