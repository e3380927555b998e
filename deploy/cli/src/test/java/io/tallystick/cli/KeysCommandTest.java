// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.note.NoteVerifiers;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.KeyFile;
import io.tallystick.trust.KeyStatus;
import io.tallystick.trust.TrustRole;
import io.tallystick.trust.TrustRoot;
import io.tallystick.trust.TrustRootDraft;
import io.tallystick.trust.TrustedKey;
import io.tallystick.verify.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What works without a broker: there is none. */
class KeysCommandTest {
    private static final String SECRET = "correct horse battery staple";

    @TempDir
    private Path directory;

    private Path passphrase;

    @BeforeEach
    void writePassphrase() throws IOException {
        passphrase = Files.writeString(directory.resolve("passphrase"), SECRET + "\n");
        Files.setPosixFilePermissions(passphrase, PosixFilePermissions.fromString("rw-------"));
    }

    private TallyRun keys(Object... arguments) {
        List<String> all = new ArrayList<>(List.of("keys"));
        for (Object argument : arguments) {
            all.add(argument.toString());
        }
        return TallyRun.of(all.toArray(String[]::new));
    }

    private Path generate(String algorithm) {
        Path file = directory.resolve(algorithm + ".pem");
        TallyRun run = keys("generate", "--algorithm", algorithm, "--passphrase-file", passphrase, file);
        assertThat(run.exitCode()).as(run.everything()).isZero();
        return file;
    }

    @ParameterizedTest
    @CsvSource({"ecdsa-p256", "ed25519", "ml-dsa-44"})
    void aKeyIsMadeAndShown(String algorithm) throws Exception {
        Path file = generate(algorithm);

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        TallyRun shown = keys("show", "--passphrase-file", passphrase, file);
        assertThat(shown.exitCode()).as(shown.everything()).isZero();
        assertThat(shown.out()).contains(algorithm, "BEGIN PUBLIC KEY").doesNotContain("PRIVATE", SECRET);
        try (var key = KeyFile.read(file, SECRET.toCharArray())) {
            assertThat(key.algorithm())
                    .isEqualTo(KeyAlgorithm.ofWireName(algorithm).orElseThrow());
            assertThat(shown.out()).contains(key.keyId());
        }
    }

    @Test
    void aKeyFileIsNeverOverwritten() throws IOException {
        Path file = generate("ed25519");
        byte[] before = Files.readAllBytes(file);

        TallyRun again = keys("generate", "--passphrase-file", passphrase, file);

        assertThat(again.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(again.err())
                .contains("cannot create " + file + ": it exists", "Name another file")
                .doesNotContain("Exception", "0600");
        assertThat(Files.readAllBytes(file)).isEqualTo(before);
    }

    @Test
    void thePassphraseIsNoArgument() {
        TallyRun none = keys("generate", directory.resolve("a.pem"));
        TallyRun argument = keys("generate", "--passphrase", SECRET, directory.resolve("a.pem"));

        assertThat(none.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(none.err()).contains("--passphrase-file");
        assertThat(argument.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(directory.resolve("a.pem")).doesNotExist();
    }

    @Test
    void aFileOthersCanReadIsRefused() throws IOException {
        Path file = generate("ed25519");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));

        TallyRun run = keys("show", "--passphrase-file", passphrase, file);

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("chmod 600").doesNotContain(SECRET);
    }

    @Test
    void aWrongPassphraseIsRefusedWithoutSayingMore() throws IOException {
        Path file = generate("ed25519");
        Files.writeString(passphrase, "wrong");

        TallyRun run = keys("show", "--passphrase-file", passphrase, file);

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err())
                .contains(file + ": wrong passphrase or damaged key file", "that the key was made with")
                .doesNotContain("0600");
    }

    @Test
    void aFileThatIsMissingIsSaidToBe() {
        Path missing = directory.resolve("none/a.pem");

        TallyRun read = keys("show", "--passphrase-file", passphrase, missing);
        TallyRun made = keys("generate", "--passphrase-file", passphrase, missing);

        assertThat(read.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(read.err())
                .contains("cannot read " + missing + ": it does not exist")
                .doesNotContain("Exception", "0600");
        assertThat(made.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(made.err())
                .contains("cannot create " + missing + ": its directory does not exist", "Make the directory")
                .doesNotContain("Exception");
    }

    @Test
    void aDescriptorThatIsNotOpenIsRefused() {
        TallyRun run = keys("generate", "--passphrase-fd", 987, directory.resolve("a.pem"));

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("file descriptor 987");
    }

    @Test
    void anUnknownAlgorithmIsRefused() {
        TallyRun run = keys("generate", "--algorithm", "rsa", "--passphrase-file", passphrase, directory.resolve("a"));

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("ml-dsa-44");
    }

    /** Without a line of the configuration. */
    private static void unset(Path config, String key) throws IOException {
        Files.write(
                config,
                Files.readAllLines(config).stream()
                        .filter(line -> !line.startsWith(key + "="))
                        .toList());
    }

    /** A ledger's configuration and keys; no broker. */
    private Path ledger() throws IOException {
        LedgerHome home = new LedgerHome(directory.resolve("ledger"));
        home.create();
        Map<String, String> properties = new TreeMap<>(LedgerKeys.defaults(home));
        LedgerKeys.of(properties).createMissing("ledger.example.com");
        properties.put("bootstrap.servers", "127.0.0.1:1");
        properties.put("schema.registry.url", "http://127.0.0.1:1");
        properties.put("ledger.origin", "ledger.example.com");
        List<String> lines = new ArrayList<>();
        properties.forEach((key, value) -> lines.add(key + "=" + value));
        return Files.write(home.config(), lines);
    }

    @Test
    void aRehearsedRotationSaysWhenAndChangesNothing() throws Exception {
        Path config = ledger();
        LedgerKeys keys = LedgerKeys.of(ConfigFile.read(config));
        byte[] before = Files.readAllBytes(keys.trustRoot());
        Path fresh = directory.resolve("ledger/keys/checkpoint-p256-2.pem");

        TallyRun run =
                keys("rotate", "--config", config, "--key", keys.signing().get(1), "--new", fresh, "--dry-run");

        assertThat(run.exitCode()).as(run.everything()).isZero();
        assertThat(run.out()).contains("would be", "T1  ", "T2  ");
        assertThat(fresh).doesNotExist();
        assertThat(Files.readAllBytes(keys.trustRoot())).isEqualTo(before);
    }

    @Test
    void aRotationThatNeedsMoreSignaturesWaitsForThem() throws Exception {
        Path config = ledger();
        LedgerKeys keys = LedgerKeys.of(ConfigFile.read(config));
        Files.move(keys.root().orElseThrow(), directory.resolve("offline.pem"));
        Path fresh = directory.resolve("ledger/keys/checkpoint-p256-2.pem");

        TallyRun run =
                keys("rotate", "--config", config, "--key", keys.signing().get(1), "--new", fresh);

        assertThat(run.exitCode()).as(run.everything()).isZero();
        assertThat(run.out()).contains("needs more signatures", "--signed");
        TallyRun signed = TallyRun.of(
                "trust-root",
                "sign",
                KeyChange.draftFile(keys).toString(),
                "--key",
                directory.resolve("offline.pem").toString(),
                "--previous",
                keys.trustRoot().toString(),
                "--passphrase-file",
                keys.passphrase().toString());
        assertThat(signed.out()).as(signed.everything()).contains("complete").doesNotContain("not complete");
        TrustRoot next = TrustRoot.parse(Files.readAllBytes(KeyChange.draftFile(keys)));
        assertThat(next.keys(TrustRole.CHECKPOINT, "ledger.example.com"))
                .extracting(TrustedKey::status)
                .containsOnly(KeyStatus.ACTIVE)
                .hasSize(3);
    }

    @Test
    void aLedgerThatKeepsNoRootKeyWritesADraft() throws Exception {
        Path config = ledger();
        LedgerKeys keys = LedgerKeys.of(ConfigFile.read(config));
        unset(config, LedgerKeys.ROOT_KEY_FILE);
        Path fresh = directory.resolve("ledger/keys/bundle-2.pem");

        TallyRun run = keys("rotate", "--config", config, "--key", keys.bundle().get(0), "--new", fresh);

        assertThat(run.exitCode()).as(run.everything()).isZero();
        assertThat(run.out()).contains("needs more signatures");
        assertThat(KeyChange.draftFile(keys)).exists();
    }

    @Test
    void theBundleKeyIsRotatedBesideCheckpointKeysInAToken() throws Exception {
        Path config = ledger();
        LedgerKeys keys = LedgerKeys.of(ConfigFile.read(config));
        unset(config, LedgerKeys.SIGNING_KEY_FILES);
        Files.writeString(config, "ledger.signing.pkcs11.keys=checkpoint\n", StandardOpenOption.APPEND);
        Path fresh = directory.resolve("ledger/keys/bundle-2.pem");

        TallyRun run = keys("rotate", "--config", config, "--key", keys.bundle().get(0), "--new", fresh, "--dry-run");
        TallyRun other =
                keys("rotate", "--config", config, "--key", keys.signing().get(0), "--new", fresh, "--dry-run");

        assertThat(run.exitCode()).as(run.everything()).isZero();
        assertThat(other.exitCode()).as(other.everything()).isEqualTo(ExitCode.USAGE);
        assertThat(other.err()).contains("is not among the files");
    }

    @Test
    void aKeyIsNotRotatedIntoATokenThatCannotBeUsed() throws Exception {
        Path config = ledger();
        LedgerKeys keys = LedgerKeys.of(ConfigFile.read(config));
        Object[] rotate = {
            "rotate", "--config", config, "--key", keys.signing().get(1), "--new", "token:next", "--in", "1h"
        };

        TallyRun none = keys(rotate);
        Files.writeString(
                config,
                "ledger.signing.pkcs11.config=" + directory.resolve("none.cfg") + "\nledger.signing.pkcs11.pin.file="
                        + passphrase + "\nledger.signing.pkcs11.keys=\n",
                StandardOpenOption.APPEND);
        TallyRun unusable = keys(rotate);
        TallyRun bundle =
                keys("rotate", "--config", config, "--key", keys.bundle().get(0), "--new", "token:next", "--in", "1h");

        for (TallyRun run : List.of(none, unusable, bundle)) {
            assertThat(run.exitCode()).as(run.everything()).isEqualTo(ExitCode.USAGE);
        }
        assertThat(none.err()).contains("the configuration has no ledger.signing.pkcs11.config");
        assertThat(unusable.err()).contains("cannot use the PKCS#11 token of");
        assertThat(bundle.err()).contains("bundle keys are files");
        assertThat(TrustRoot.parse(Files.readAllBytes(keys.trustRoot())).version())
                .isEqualTo(1);
    }

    @Test
    void aFileIsNotOpenedWithAPinNorAKeyOfATokenWithAPassphrase() throws Exception {
        Path file = directory.resolve("key.pem");
        keys("generate", "--passphrase-file", passphrase, file);

        TallyRun token = keys("show", "--passphrase-file", passphrase, "token:key");
        TallyRun pin = keys("show", "--token", directory.resolve("token.cfg"), "--pin-file", passphrase, file);
        TallyRun both = keys(
                "show",
                "--passphrase-file",
                passphrase,
                "--token",
                directory.resolve("token.cfg"),
                "--pin-file",
                passphrase,
                file);

        TallyRun neither = keys("show", file);
        TallyRun twice = keys("show", "--passphrase-file", passphrase, "--passphrase-fd", "0", file);

        for (TallyRun run : List.of(token, pin, both, neither, twice)) {
            assertThat(run.exitCode()).as(run.everything()).isEqualTo(ExitCode.USAGE);
        }
        assertThat(token.err()).contains("token:key needs a token");
        assertThat(pin.err()).contains("is no key of the token");
    }

    /** A witness knows one key of the ledger; nothing else tells it of the next. */
    @Test
    void aRotationOfTheKeyThatWitnessesKnowSaysWhatToGiveThem() throws Exception {
        Path config = ledger();
        LedgerKeys keys = LedgerKeys.of(ConfigFile.read(config));
        Path fresh = directory.resolve("ledger/keys/fresh.pem");
        char[] secret = KeyFile.readPassphrase(keys.passphrase());
        String vkey;
        try (var key = KeyFile.generate(KeyAlgorithm.ED25519, new SecureRandom())) {
            KeyFile.write(fresh, key, secret);
            String origin =
                    TrustRoot.parse(Files.readAllBytes(keys.trustRoot())).ledger();
            vkey = NoteVerifiers.vkey(origin, KeyAlgorithm.ED25519, key.spki());
        }

        TallyRun run =
                keys("rotate", "--config", config, "--key", keys.signing().get(0), "--new", fresh, "--dry-run");
        TallyRun other = keys(
                "rotate",
                "--config",
                config,
                "--key",
                keys.signing().get(1),
                "--new",
                directory.resolve("ledger/keys/other.pem"),
                "--dry-run");

        assertThat(run.exitCode()).as(run.everything()).isZero();
        assertThat(run.out())
                .contains("give every witness this verifier key before T2, beside the one it has: " + vkey);
        assertThat(other.exitCode()).as(other.everything()).isZero();
        assertThat(other.out()).doesNotContain("witness");
    }

    @Test
    void aRehearsalNamesNoDraftThatItDidNotWrite() throws Exception {
        Path config = ledger();
        LedgerKeys keys = LedgerKeys.of(ConfigFile.read(config));
        Files.move(keys.root().orElseThrow(), directory.resolve("offline.pem"));
        Path fresh = directory.resolve("ledger/keys/checkpoint-p256-2.pem");

        TallyRun run =
                keys("rotate", "--config", config, "--key", keys.signing().get(1), "--new", fresh, "--dry-run");

        assertThat(run.exitCode()).as(run.everything()).isZero();
        assertThat(run.out())
                .contains("would need more signatures; without --dry-run the draft is written to "
                        + KeyChange.draftFile(keys))
                .doesNotContain("have ");
        assertThat(KeyChange.draftFile(keys)).doesNotExist();
        assertThat(fresh).doesNotExist();
    }

    @Test
    void helpSaysHowLongTheOldKeyIsNeeded() {
        assertThat(keys("retire", "--help").out())
                .containsIgnoringWhitespaces("refused until the last of them is sealed");
    }

    /** A ledger whose old bundle key signed its last an hour ago. */
    private Path rotated() throws Exception {
        Path config = ledger();
        LedgerKeys keys = LedgerKeys.of(ConfigFile.read(config));
        Path old = keys.bundle().get(0);
        Path fresh = directory.resolve("ledger/keys/bundle-2.pem");
        char[] secret = KeyFile.readPassphrase(keys.passphrase());
        try (var key = KeyFile.generate(KeyAlgorithm.ECDSA_P256, new SecureRandom());
                var before = KeyFile.read(old, secret);
                var root = KeyFile.read(keys.root().orElseThrow(), secret)) {
            KeyFile.write(fresh, key, secret);
            Instant hourAgo = Instant.now().minusSeconds(3600).truncatedTo(ChronoUnit.MILLIS);
            TrustRoot now = TrustRoot.parse(Files.readAllBytes(keys.trustRoot()));
            TrustRootDraft ended = TrustRootDraft.following(now, Instant.now())
                    .withKey(
                            before.keyId(),
                            listed -> new TrustedKey(
                                    listed.publicKey(),
                                    listed.roles(),
                                    listed.scopes(),
                                    hourAgo.minusSeconds(1),
                                    hourAgo,
                                    KeyStatus.ACTIVE,
                                    Optional.empty()));
            Files.write(keys.trustRoot(), ended.sign(root).encode());
        }
        new ConfigFile(config).set(LedgerKeys.BUNDLE_KEY_FILE, old + "," + fresh);
        return config;
    }

    @Test
    void aRehearsedRetirementSaysWhatTheOldFileIsNeededFor() throws Exception {
        Path config = rotated();
        Path old = LedgerKeys.of(ConfigFile.read(config)).bundle().get(0);

        TallyRun run = keys("retire", "--config", config, "--key", old, "--dry-run", "--despite-backlog");

        assertThat(run.exitCode()).as(run.everything()).isZero();
        assertThat(run.out()).contains("would be retired", "keep " + old + ": old windows");
    }

    @Test
    void aKeyThatStillSignsIsNotRetired() throws IOException {
        Path config = ledger();
        LedgerKeys keys = LedgerKeys.of(ConfigFile.read(config));

        TallyRun run =
                keys("retire", "--config", config, "--key", keys.signing().get(1));

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("signs until", "rotate");
    }

    @Test
    void aKeyThatSignsNeitherCheckpointsNorBundlesIsNotRotated() throws IOException {
        Path config = ledger();
        LedgerKeys keys = LedgerKeys.of(ConfigFile.read(config));

        TallyRun run =
                keys("rotate", "--config", config, "--key", keys.root().orElseThrow(), "--new", directory.resolve("x"));

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("ledger.signing.key.files", "ledger.bundle.key.file");
        assertThat(directory.resolve("x")).doesNotExist();
    }

    @Test
    void aNewKeyWithLessTimeThanTheOverlapIsRefused() throws IOException {
        Path config = ledger();
        LedgerKeys keys = LedgerKeys.of(ConfigFile.read(config));
        Path fresh = directory.resolve("ledger/keys/bundle-2.pem");

        TallyRun run = keys(
                "rotate",
                "--config",
                config,
                "--key",
                keys.bundle().get(0),
                "--new",
                fresh,
                "--overlap",
                "7d",
                "--valid",
                "6d",
                "--dry-run");

        assertThat(run.exitCode()).as(run.everything()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("no longer than the old one", "--valid");
    }

    @Test
    void aRehearsedRotationOfTheBundleKeySaysWhatToRestart() throws IOException {
        Path config = ledger();
        LedgerKeys keys = LedgerKeys.of(ConfigFile.read(config));
        Path fresh = directory.resolve("ledger/keys/bundle-2.pem");

        TallyRun run = keys("rotate", "--config", config, "--key", keys.bundle().get(0), "--new", fresh, "--dry-run");

        assertThat(run.exitCode()).as(run.everything()).isZero();
        assertThat(run.out()).contains("would be", "T1  ", "T2  ", "run export' before T2");
        assertThat(fresh).doesNotExist();
    }

    @Test
    void aRootKeyIsNotRetired() throws IOException {
        Path config = ledger();
        LedgerKeys keys = LedgerKeys.of(ConfigFile.read(config));

        TallyRun run = keys("retire", "--config", config, "--key", keys.root().orElseThrow());

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("neither checkpoints nor bundles");
    }
}
