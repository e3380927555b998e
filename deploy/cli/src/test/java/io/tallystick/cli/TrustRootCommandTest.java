// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.entry.LedgerTime;
import io.tallystick.json.JsonObject;
import io.tallystick.json.JsonParser;
import io.tallystick.note.NoteVerifiers;
import io.tallystick.receipt.Witness;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.KeyFile;
import io.tallystick.trust.KeyStatus;
import io.tallystick.trust.PublicKeys;
import io.tallystick.trust.SigningKey;
import io.tallystick.trust.TrustRole;
import io.tallystick.trust.TrustRoot;
import io.tallystick.trust.TrustedKey;
import io.tallystick.verify.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrustRootCommandTest {
    private static final String LEDGER = "ledger.example.com";

    @TempDir
    private Path directory;

    private Path passphrase;

    @BeforeEach
    void makeKeys() throws Exception {
        passphrase = Files.writeString(directory.resolve("passphrase"), "secret");
        Files.setPosixFilePermissions(passphrase, PosixFilePermissions.fromString("rw-------"));
        key("alice", KeyAlgorithm.ECDSA_P256);
        key("bob", KeyAlgorithm.ED25519);
        key("log", KeyAlgorithm.ED25519);
        key("log-p256", KeyAlgorithm.ECDSA_P256);
        key("bundle", KeyAlgorithm.ECDSA_P256);
    }

    private void key(String name, KeyAlgorithm algorithm) throws Exception {
        SigningKey key = KeyFile.generate(algorithm, new SecureRandom());
        KeyFile.write(directory.resolve(name + ".pem"), key, "secret".toCharArray());
        Files.write(directory.resolve(name + ".pub"), PublicKeys.pem(key.spki()));
    }

    private TallyRun trustRoot(Object... arguments) {
        List<String> all = new ArrayList<>(List.of("trust-root"));
        for (Object argument : arguments) {
            all.add(
                    argument instanceof Path || !argument.toString().startsWith("@")
                            ? argument.toString()
                            : directory
                                    .resolve(argument.toString().substring(1))
                                    .toString());
        }
        return TallyRun.of(all.toArray(String[]::new));
    }

    private TallyRun ok(Object... arguments) {
        TallyRun run = trustRoot(arguments);
        assertThat(run.exitCode()).as(run.everything()).isZero();
        return run;
    }

    private void sign(String file, String key) {
        ok("sign", "@" + file, "--key", "@" + key + ".pem", "--passphrase-file", passphrase);
    }

    /** Version 1 with a threshold of two. */
    private TrustRoot first() throws Exception {
        ok(
                "init",
                "--origin",
                LEDGER,
                "--threshold",
                "2",
                "--root-key",
                "@alice.pub",
                "--root-key",
                "@bob.pub",
                "--checkpoint-key",
                "@log.pub",
                "--checkpoint-key",
                "@log-p256.pub",
                "--bundle-key",
                "@bundle.pub",
                "@v1.json");
        sign("v1.json", "alice");
        sign("v1.json", "bob");
        return read("v1.json");
    }

    private TrustRoot read(String name) throws Exception {
        return TrustRoot.parse(Files.readAllBytes(directory.resolve(name)));
    }

    @Test
    void aTrustRootOfTwoHoldersIsMadeSignedAndShown() throws Exception {
        TrustRoot root = first();

        TallyRun shown = ok("show", "@v1.json");
        assertThat(shown.out())
                .contains(root.fingerprint().toString(), "2 root keys must sign", "complete", "active")
                .doesNotContain("not complete");
        assertThat(ok("show", "--output", "json", "@v1.json").out().strip())
                .isEqualTo(Files.readString(directory.resolve("v1.json")));
    }

    @Test
    void programsAreToldHowFarADraftIs() throws Exception {
        TrustRoot before = first();
        String json = ok("update", "@v1.json", "@v2.json", "--expires", "2050-01-01", "--output", "json")
                .out();
        String one = ok("sign", "@v2.json", "--key", "@alice.pem", "--passphrase-file", passphrase, "--output", "json")
                .out();
        String both = ok("sign", "@v2.json", "--key", "@bob.pem", "--passphrase-file", passphrase, "--output", "json")
                .out();

        JsonObject draft = JsonParser.parseObject(json.strip().getBytes(UTF_8), 4);
        assertThat(draft.bool("complete")).isFalse();
        assertThat(draft.longValue("version")).isEqualTo(2);
        assertThat(draft.array("signers").size()).isZero();
        assertThat(draft.string("missing")).contains("root keys");
        assertThat(draft.string("fingerprint"))
                .isEqualTo(read("v2.json").fingerprint().toString());
        assertThat(JsonParser.parseObject(one.strip().getBytes(UTF_8), 4)
                        .array("signers")
                        .size())
                .isEqualTo(1);
        JsonObject complete = JsonParser.parseObject(both.strip().getBytes(UTF_8), 4);
        assertThat(complete.bool("complete")).isTrue();
        assertThat(complete.has("missing")).isFalse();
        assertThat(complete.string("ledger")).isEqualTo(before.ledger());
        assertThat(read("v2.json").expires()).isEqualTo(Instant.parse("2050-01-01T00:00:00Z"));
    }

    @Test
    void aDraftThatLacksASignatureSaysSo() {
        ok(
                "init",
                "--origin",
                LEDGER,
                "--threshold",
                "2",
                "--root-key",
                "@alice.pub",
                "--root-key",
                "@bob.pub",
                "--checkpoint-key",
                "@log-p256.pub",
                "--bundle-key",
                "@bundle.pub",
                "@v1.json");
        TallyRun first = ok("sign", "@v1.json", "--key", "@alice.pem", "--passphrase-file", passphrase);

        assertThat(first.out()).contains("not complete").doesNotContain("install");
        assertThat(ok("show", "@v1.json").out()).contains("not complete", "1 root keys, 2 are needed");
        assertThat(trustRoot("export", "--format", "pem", "@v1.json").exitCode())
                .isEqualTo(ExitCode.USAGE);
        assertThat(trustRoot("update", "@v1.json", "@v2.json").exitCode()).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void theNextVersionFollowsOnceBothHaveSigned() throws Exception {
        TrustRoot root = first();
        String log = root.keys().get(2).keyId();

        ok(
                "update",
                "@v1.json",
                "@v2.json",
                "--key",
                log,
                "--status",
                "compromised",
                "--since",
                "2026-10-01T00:00:00.000Z",
                "--min-retention-days",
                "30",
                "--require",
                "ecdsa-p256|ed25519");
        sign("v2.json", "alice");
        assertThat(ok("show", "@v2.json", "--previous", "@v1.json").out()).contains("not complete");
        TallyRun last = ok("sign", "@v2.json", "--key", "@bob.pem", "--passphrase-file", passphrase);
        assertThat(last.out()).contains("tally trust-root install " + directory.resolve("v2.json"), "--signed");

        assertThat(ok("show", "@v2.json", "--previous", "@v1.json").out()).doesNotContain("not complete");
        TrustRoot next = read("v2.json");
        root.verifySuccessor(next);
        assertThat(next.key(log).orElseThrow().status()).isEqualTo(KeyStatus.COMPROMISED);
        assertThat(next.policy().minRetentionDays()).isEqualTo(30);
    }

    @Test
    void keysThatAreAddedLastUntilTheNewEnd() throws Exception {
        TrustRoot root = first();
        key("bundle-2", KeyAlgorithm.ECDSA_P256);

        ok(
                "update",
                "@v1.json",
                "@v2.json",
                "--add-bundle-key",
                "@bundle-2.pub",
                "--expires",
                "2050-01-01T00:00:00.000Z");
        sign("v2.json", "alice");
        sign("v2.json", "bob");

        TrustRoot next = read("v2.json");
        assertThat(next.expires()).isEqualTo(Instant.parse("2050-01-01T00:00:00Z"));
        assertThat(next.keys())
                .filteredOn(key -> root.key(key.keyId()).isEmpty())
                .extracting(TrustedKey::notAfter)
                .containsExactly(next.expires());
    }

    @Test
    void whatNoTrustRootCanSayIsRefused() throws Exception {
        first();

        assertThat(trustRoot("update", "@v1.json", "@v2.json", "--threshold", "3")
                        .err())
                .contains("threshold");
        assertThat(trustRoot("update", "@v1.json", "@v2.json", "--status", "retired")
                        .err())
                .contains("--key");
        assertThat(trustRoot("update", "@v1.json", "@v2.json", "--witness-quorum", "1")
                        .err())
                .contains("more witnesses");
        assertThat(trustRoot("update", "@v1.json", "@v2.json", "--expires", "tomorrow")
                        .exitCode())
                .isEqualTo(ExitCode.USAGE);
        assertThat(trustRoot("update", "@v1.json", "@v2.json", "--add-bundle-key", "@log.pub")
                        .exitCode())
                .isEqualTo(ExitCode.USAGE);
        assertThat(directory.resolve("v2.json")).doesNotExist();
    }

    private void refused(String words, Object... arguments) {
        TallyRun run = trustRoot(arguments);
        assertThat(run.exitCode()).as(run.everything()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains(words);
    }

    /** Nothing signed from then on would ever be valid. */
    @Test
    void aDemandThatNoListedKeyCanMeetIsRefused() throws Exception {
        first();
        key("ml-dsa", KeyAlgorithm.ML_DSA_44);
        String p256 = read("v1.json").keys().stream()
                .filter(key -> key.covers(TrustRole.CHECKPOINT, LEDGER) && key.algorithm() == KeyAlgorithm.ECDSA_P256)
                .findFirst()
                .orElseThrow()
                .keyId();

        refused(
                "each checkpoint needs an ml-dsa-44 signature, and none of the checkpoint keys listed can give it",
                "update",
                "@v1.json",
                "@v2.json",
                "--require",
                "ecdsa-p256",
                "--require",
                "ml-dsa-44");
        refused(
                "--add-checkpoint-key",
                "update",
                "@v1.json",
                "@v2.json",
                "--require",
                "ecdsa-p256",
                "--key",
                p256,
                "--status",
                "compromised",
                "--since",
                "2026-10-01");
        refused(
                "each checkpoint needs an ecdsa-p256 signature",
                "init",
                "--origin",
                LEDGER,
                "--root-key",
                "@alice.pub",
                "--checkpoint-key",
                "@log.pub",
                "--bundle-key",
                "@bundle.pub",
                "@v2.json");
        assertThat(directory.resolve("v2.json")).doesNotExist();

        ok(
                "update",
                "@v1.json",
                "@v2.json",
                "--require",
                "ecdsa-p256",
                "--require",
                "ml-dsa-44",
                "--add-checkpoint-key",
                "@ml-dsa.pub");
        ok("update", "@v1.json", "@v3.json", "--key", p256, "--status", "compromised", "--since", "2026-10-01");
    }

    @Test
    void whatIsMissingOrUnknownIsSaid() throws Exception {
        first();

        refused("cannot use " + directory.resolve("none.json") + ": it does not exist", "show", "@none.json");
        refused("it does not exist", "update", "@v1.json", "@v2.json", "--add-root-key", "@none.pub");
        refused("It is witnesses, tsa or logs.", "update", "@v1.json", "@v2.json", "--require-anchor", "notary");
        refused("It is witnesses, tsa or logs.", "update", "@v1.json", "@v2.json", "--no-require-anchor", "notary");
        refused(
                "not a ledger origin: 'led ger'; it has 1 to 128 printable ASCII characters, without spaces and '+'",
                "init",
                "--origin",
                "led ger",
                "--root-key",
                "@alice.pub",
                "--checkpoint-key",
                "@log-p256.pub",
                "--bundle-key",
                "@bundle.pub",
                "@v2.json");
        assertThat(directory.resolve("v2.json")).doesNotExist();
    }

    @Test
    void moreSignersThanRootKeysAreRefused() {
        refused(
                "a root threshold of 3 with 2 active root keys",
                "init",
                "--origin",
                LEDGER,
                "--threshold",
                "3",
                "--root-key",
                "@alice.pub",
                "--root-key",
                "@bob.pub",
                "--checkpoint-key",
                "@log-p256.pub",
                "--bundle-key",
                "@bundle.pub",
                "@v1.json");
    }

    @Test
    void aKeyIsRetiredAfterItsEndOnly() throws Exception {
        TrustRoot root = first();
        String log = root.keys().get(3).keyId();

        TallyRun valid = trustRoot("update", "@v1.json", "@v2.json", "--key", log, "--status", "retired");
        assertThat(valid.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(valid.err()).contains("a key is retired after its end", "--not-after");
        assertThat(trustRoot(
                                "update",
                                "@v1.json",
                                "@v2.json",
                                "--key",
                                log,
                                "--status",
                                "retired",
                                "--not-after",
                                "2050-01-01T00:00:00.000Z")
                        .err())
                .contains("is retired, but valid until");
        assertThat(directory.resolve("v2.json")).doesNotExist();

        String end = LedgerTime.format(root.issued());
        ok("update", "@v1.json", "@v2.json", "--key", log, "--status", "retired", "--not-after", end);
        sign("v2.json", "alice");
        sign("v2.json", "bob");
        ok("update", "@v2.json", "@v3.json", "--key", log, "--status", "retired");
    }

    @Test
    void aRootKeyIsRetiredAtOnce() throws Exception {
        TrustRoot root = first();
        key("carol", KeyAlgorithm.ECDSA_P256);

        ok(
                "update",
                "@v1.json",
                "@v2.json",
                "--add-root-key",
                "@carol.pub",
                "--key",
                root.keys().get(1).keyId(),
                "--status",
                "retired");
        sign("v2.json", "alice");
        sign("v2.json", "bob");
        sign("v2.json", "carol");

        root.verifySuccessor(read("v2.json"));
        assertThat(read("v2.json").key(root.keys().get(1).keyId()).orElseThrow().status())
                .isEqualTo(KeyStatus.RETIRED);
    }

    @Test
    void onlyADraftThatNobodyHasSignedIsReplaced() throws Exception {
        first();
        byte[] inForce = Files.readAllBytes(directory.resolve("v1.json"));

        TallyRun same = trustRoot("update", "@v1.json", "@v1.json", "--min-retention-days", "7");
        assertThat(same.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(same.err()).contains("exists, with version 1", "2 signatures", "Name another file");
        assertThat(directory.resolve("v1.json")).hasBinaryContent(inForce);

        ok("update", "@v1.json", "@v2.json", "--min-retention-days", "7");
        ok("update", "@v1.json", "@v2.json", "--min-retention-days", "8");
        sign("v2.json", "alice");
        byte[] waiting = Files.readAllBytes(directory.resolve("v2.json"));
        assertThat(trustRoot("update", "@v1.json", "@v2.json", "--min-retention-days", "9")
                        .err())
                .contains("exists, with version 2", "1 signature");
        assertThat(directory.resolve("v2.json")).hasBinaryContent(waiting);

        Files.writeString(directory.resolve("notes.txt"), "precious");
        assertThat(trustRoot("update", "@v1.json", "@notes.txt", "--min-retention-days", "9")
                        .exitCode())
                .isEqualTo(ExitCode.USAGE);
        assertThat(directory.resolve("notes.txt")).hasContent("precious");
    }

    @Test
    void aStrangersSignatureDoesNotCount() throws IOException {
        ok(
                "init",
                "--origin",
                LEDGER,
                "--root-key",
                "@alice.pub",
                "--checkpoint-key",
                "@log-p256.pub",
                "--bundle-key",
                "@bundle.pub",
                "@v1.json");
        sign("v1.json", "bob");

        assertThat(ok("show", "@v1.json").out()).contains("not complete");
        assertThat(trustRoot("sign", "@nothing.json", "--key", "@bob.pem", "--passphrase-file", passphrase)
                        .exitCode())
                .isEqualTo(ExitCode.USAGE);
    }

    @Test
    void aVersionWithRetiredKeysThatAreValidYetIsFollowedByOneThatEndsThem() throws Exception {
        // Given: two keys retired as no version may say it any more
        TrustRoot root = first();
        List<String> ids =
                List.of(root.keys().get(2).keyId(), root.keys().get(3).keyId());
        try (SigningKey alice = KeyFile.read(directory.resolve("alice.pem"), "secret".toCharArray());
                SigningKey bob = KeyFile.read(directory.resolve("bob.pem"), "secret".toCharArray())) {
            RewrittenTrustRoot.retire(directory.resolve("v1.json"), ids, alice, bob);
        }

        // When, Then: nobody goes by it, and who reads why reads the remedy too
        for (String[] command : new String[][] {{"export", "--format", "pem", "@v1.json"}, {"show", "@v1.json"}}) {
            TallyRun refused = trustRoot((Object[]) command);
            assertThat(refused.exitCode()).isEqualTo(ExitCode.USAGE);
            assertThat(refused.err()).contains("is retired, but valid until", "tally trust-root update");
        }

        // When
        ok("update", "@v1.json", "@v2.json");
        sign("v2.json", "alice");
        TallyRun complete = ok(
                "sign",
                "@v2.json",
                "--key",
                "@bob.pem",
                "--passphrase-file",
                passphrase,
                "--previous",
                directory.resolve("v1.json"));

        // Then
        assertThat(complete.out()).contains("  complete");
        TrustRoot next = read("v2.json");
        for (String id : ids) {
            assertThat(next.key(id).orElseThrow())
                    .returns(KeyStatus.RETIRED, TrustedKey::status)
                    .returns(next.issued(), TrustedKey::notAfter);
        }
    }

    private String policy(String file) {
        return ok("export", "--format", "tlog-policy", file).out();
    }

    private static String witness(String name) throws Exception {
        try (SigningKey key = KeyFile.generate(KeyAlgorithm.ED25519, new SecureRandom())) {
            return NoteVerifiers.vkey(name, KeyAlgorithm.ED25519, key.spki());
        }
    }

    @Test
    void aPolicyForOtherToolsNamesWhatTheirParsersKnow() throws Exception {
        TrustRoot root = first();
        byte[] spki = root.keys().get(2).spki();
        String plain = witness("witness.example/w1");
        ok("update", "@v1.json", "@v2.json", "--witness", plain, "--witness-quorum", "1");
        sign("v2.json", "alice");
        sign("v2.json", "bob");

        assertThat(policy("@v1.json")).contains("log " + LEDGER + "+").endsWith("quorum none\n");
        assertThat(policy("@v2.json").lines().skip(1))
                .containsExactly(
                        "log " + NoteVerifiers.vkey(LEDGER, KeyAlgorithm.ED25519, spki),
                        "# left out, parsers do not know ecdsa-p256:",
                        "# log "
                                + NoteVerifiers.vkey(
                                        LEDGER,
                                        KeyAlgorithm.ECDSA_P256,
                                        root.keys().get(3).spki()),
                        "witness w1 " + Witness.parse(plain).vkey(),
                        "group witnesses 1 w1",
                        "quorum witnesses");
        assertThat(Witness.parse(plain).vkey()).isNotEqualTo(plain);
    }

    @Test
    void aWitnessThatOtherParsersRefuseStandsInACommentAndCannotBePartOfAQuorum() throws Exception {
        first();
        String known = witness("w.example/ed");
        String unknown;
        try (SigningKey key = KeyFile.generate(KeyAlgorithm.ML_DSA_44, new SecureRandom())) {
            unknown = NoteVerifiers.vkey("w.example/ml", KeyAlgorithm.ML_DSA_44, key.spki());
        }
        ok("update", "@v1.json", "@one.json", "--witness", unknown, "--witness", known, "--witness-quorum", "1");
        ok("update", "@v1.json", "@two.json", "--witness", unknown, "--witness", known, "--witness-quorum", "2");
        for (String file : List.of("one.json", "two.json")) {
            sign(file, "alice");
            sign(file, "bob");
        }

        assertThat(policy("@one.json").lines().skip(4))
                .containsExactly(
                        "# left out, parsers do not know ml-dsa-44:",
                        "# witness w1 " + unknown,
                        "witness w2 " + Witness.parse(known).vkey(),
                        "group witnesses 1 w2",
                        "quorum witnesses");
        TallyRun refused = trustRoot("export", "--format", "tlog-policy", "@two.json");
        assertThat(refused.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(refused.err()).contains("2 witnesses must have cosigned, and only 1");
    }

    @Test
    void aPolicyWithoutALogIsNotMade() throws Exception {
        first();
        ok(
                "init",
                "--origin",
                LEDGER,
                "--root-key",
                "@alice.pub",
                "--checkpoint-key",
                "@log-p256.pub",
                "--bundle-key",
                "@bundle.pub",
                "@p256.json");
        sign("p256.json", "alice");

        TallyRun refused = trustRoot("export", "--format", "tlog-policy", "@p256.json");

        assertThat(refused.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(refused.err()).contains("no ed25519 key of the log");
    }

    @Test
    void everyKeyIsExportedForOpenssl() throws Exception {
        TrustRoot root = first();

        String pem = ok("export", "--format", "pem", "@v1.json").out();

        assertThat(pem.split("BEGIN PUBLIC KEY", -1)).hasSize(root.keys().size() + 1);
        assertThat(pem).contains(Files.readString(directory.resolve("bundle.pub")));
        assertThat(trustRoot("export", "--format", "jks", "@v1.json").err()).contains("tlog-policy");
    }
}
