// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.tallystick.fixtures.TestTsa;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.KeyFile;
import io.tallystick.trust.KeyStatus;
import io.tallystick.trust.PublicKey;
import io.tallystick.trust.SecretFile;
import io.tallystick.trust.SigningKey;
import io.tallystick.trust.TrustAnchors;
import io.tallystick.trust.TrustPolicy;
import io.tallystick.trust.TrustRole;
import io.tallystick.trust.TrustRoot;
import io.tallystick.trust.TrustRootBuilder;
import io.tallystick.trust.TrustedKey;
import io.tallystick.verify.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Copies of the verifier's golden bucket, signed by a bundle key that its trust root lists too. */
class ExportCommandTest {
    private static final Path BUNDLES = Path.of("../../export-sink/verifier/src/test/resources/bundles");
    private static final Instant ISSUED = Instant.parse("2026-01-01T00:00:00Z");
    private static final Path GOLDEN = BUNDLES.resolve("four-windows");
    private static final String BUCKET = GOLDEN.resolve("bucket").toString();

    @TempDir
    private Path folder;

    private String config;
    private String trustRoot;
    private String out;

    @BeforeEach
    void writeLedger() throws Exception {
        SecureRandom random = new SecureRandom();
        char[] passphrase = "a passphrase of the test".toCharArray();
        SecretFile.write(folder.resolve("passphrase"), "a passphrase of the test".getBytes(UTF_8));
        SigningKey bundle = KeyFile.generate(KeyAlgorithm.ECDSA_P256, random);
        KeyFile.write(folder.resolve("bundle.pem"), bundle, passphrase);
        TrustRootBuilder root = goldenRoot(ISSUED);
        root.bundleKey(bundle.spki());
        trustRoot = Files.write(
                        folder.resolve("trust-root.json"),
                        root.sign(KeyFile.generate(KeyAlgorithm.ECDSA_P256, random))
                                .encode())
                .toString();
        config = Files.writeString(
                        folder.resolve("ledger.properties"),
                        """
                        bootstrap.servers=localhost:9092
                        schema.registry.url=http://localhost:8081
                        ledger.origin=ledger.example.com
                        ledger.export.directory=%1$s/bucket
                        ledger.export.scratch.directory=%1$s/scratch
                        ledger.bundle.key.file=%1$s/bundle.pem
                        ledger.key.passphrase.file=%1$s/passphrase
                        ledger.trust.root.file=%1$s/trust-root.json
                        """
                                .formatted(folder))
                .toString();
        out = folder.resolve("out").toString();
    }

    /** A trust root with the golden bucket's keys. */
    private static TrustRootBuilder goldenRoot(Instant issued) throws Exception {
        TrustRootBuilder root = new TrustRootBuilder("ledger.example.com", issued, ISSUED.plus(Duration.ofDays(3650)));
        for (TrustedKey key : TrustRoot.parse(Files.readAllBytes(GOLDEN.resolve("trust-root.json")))
                .keys()) {
            if (!key.roles().contains(TrustRole.ROOT)) {
                root.key(key);
            }
        }
        return root;
    }

    private TallyRun export(String bucket, String... arguments) {
        List<String> all = new ArrayList<>(List.of("export", bucket, "--config", config, "--out", out));
        all.addAll(Arrays.asList(arguments));
        return TallyRun.of(all.toArray(new String[0]));
    }

    private TallyRun verify(String shape) {
        return TallyRun.of("verify", out + "/" + shape + "/tenant=acme", "--trust-root", trustRoot);
    }

    @ParameterizedTest
    @ValueSource(strings = {"canonical", "compact", "filtered"})
    void copiesOfEveryShapeVerifyAsTheirOriginals(String shape) {
        // When
        TallyRun run = export(BUCKET, "--tenant", "acme", "--shape", shape);

        // Then
        assertThat(run.exitCode()).as(run.everything()).isZero();
        assertThat(run.out()).contains("VALID (exit code 0)", "4 bundles in ");
        TallyRun verify = verify(shape.equals("canonical") ? "v1" : shape);
        assertThat(verify.exitCode()).as(verify.everything()).isZero();
    }

    @Test
    void typesMakeAFilteredCopyAndJsonSaysWhatItHolds() {
        // When
        TallyRun run = export(BUCKET, "--tenant", "acme", "--type", "no.such.type", "--output", "json");

        // Then
        assertThat(run.exitCode()).as(run.everything()).isZero();
        assertThat(run.out())
                .startsWith("{\"bundles\":4,\"exitCode\":0,\"folder\":")
                .contains("\"lines\":0}");
        assertThat(Path.of(out, "filtered", "tenant=acme")).isDirectory();
    }

    @Test
    void onePeriodIsCopiedAlone() {
        // When
        TallyRun run = export(
                BUCKET,
                "--tenant",
                "acme",
                "--shape",
                "compact",
                "--from",
                "2026-11-21T03:15:00Z",
                "--to",
                "2026-11-21T03:30:00Z");

        // Then
        assertThat(run.exitCode()).as(run.everything()).isZero();
        assertThat(run.out()).contains("1 bundles in ");
    }

    @Test
    void aPeriodThatEndsBeforeItBeginsIsWrongUsage() {
        // When: a window reaches over both
        TallyRun run = export(
                BUCKET,
                "--tenant",
                "acme",
                "--shape",
                "filtered",
                "--from",
                "2026-11-21T03:10:00Z",
                "--to",
                "2026-11-21T03:05:00Z");

        // Then
        assertThat(run.exitCode()).as(run.everything()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("is not before --to", "Give --to a later time");
        assertThat(Path.of(out)).doesNotExist();
    }

    private Path copyOfBucket() throws Exception {
        Path copy = folder.resolve("copy");
        try (Stream<Path> paths = Files.walk(Path.of(BUCKET))) {
            for (Path path : paths.toList()) {
                Files.copy(path, copy.resolve(Path.of(BUCKET).relativize(path).toString()));
            }
        }
        return copy;
    }

    @Test
    void windowsOutsideThePeriodAreNotLookedAt() throws Exception {
        // Given: the first window's manifest is none, the last window's data are broken
        Path bucket = copyOfBucket();
        Path day = bucket.resolve("v1/tenant=acme/dt=2026-11-21");
        Files.writeString(day.resolve("window_start=20261121T030000Z/manifest.json"), "{");
        Files.writeString(day.resolve("window_start=20261121T034500Z/chain-0000-00000.ndjson.zst"), "x");
        String[] period = {
            "--tenant", "acme", "--shape", "compact", "--from", "2026-11-21T03:20:00Z", "--to", "2026-11-21T03:45:00Z"
        };

        // When
        TallyRun run = export(bucket.toString(), period);

        // Then: the window that the period begins in is copied too
        assertThat(run.exitCode()).as(run.everything()).isZero();
        assertThat(run.out()).contains("2 bundles in ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--from 2026-11-21T03:10:00Z", "--from 2026-11-21T03:50:00Z", "--to 2026-11-21T03:10:00Z"})
    void whatIsBrokenInThePeriodIsRefused(String period) throws Exception {
        // Given
        Path bucket = copyOfBucket();
        for (String window : List.of("T030000Z", "T034500Z")) {
            Files.writeString(
                    bucket.resolve("v1/tenant=acme/dt=2026-11-21/window_start=20261121" + window + "/manifest.json"),
                    "{");
        }
        List<String> arguments = new ArrayList<>(List.of("--tenant", "acme", "--shape", "compact"));
        arguments.addAll(List.of(period.split(" ", -1)));

        // When
        TallyRun run = export(bucket.toString(), arguments.toArray(new String[0]));

        // Then
        assertThat(run.exitCode()).as(run.everything()).isEqualTo(ExitCode.FAILED);
        assertThat(Path.of(out, "compact")).doesNotExist();
    }

    /** An authority stamps the last window's checkpoint alone, and the trust root asks for one. */
    private void stampLast(Path bucket) throws Exception {
        Path checkpoint = bucket.resolve("v1/registry/dt=2026-11-21/window_start=20261121T034500Z/checkpoint");
        String size = Files.readString(checkpoint).split("\n", -1)[1];
        TestTsa tsa = TestTsa.create();
        Path receipts = Files.createDirectories(
                bucket.resolve("v1/anchors/dt=2026-11-21").resolve(size));
        Files.write(
                receipts.resolve("tsa1.tsr"),
                tsa.response(Files.readAllBytes(checkpoint), Instant.parse("2026-11-21T09:00:00Z")));
        TrustRootBuilder root = goldenRoot(ISSUED);
        root.bundleKey(KeyFile.read(folder.resolve("bundle.pem"), "a passphrase of the test".toCharArray())
                .spki());
        root.anchors(new TrustAnchors(
                List.of(tsa.anchor(
                        "tsa1", Instant.parse("2026-02-01T00:00:00Z"), Instant.parse("2030-01-01T00:00:00Z"))),
                List.of(),
                List.of()));
        root.policy(new TrustPolicy(Set.of(TrustAnchors.Kind.TSA), 0, 0));
        Files.write(
                Path.of(trustRoot),
                root.sign(KeyFile.generate(KeyAlgorithm.ECDSA_P256, new SecureRandom()))
                        .encode());
    }

    @ParameterizedTest
    @ValueSource(strings = {"canonical", "compact", "filtered"})
    void copiesOfAPeriodThatWasAnchoredOnlyLaterVerifyAsTheirOriginals(String shape) throws Exception {
        // Given
        Path bucket = copyOfBucket();
        stampLast(bucket);
        String root = shape.equals("canonical") ? "v1" : shape;

        // When
        TallyRun run = export(bucket.toString(), "--tenant", "acme", "--shape", shape, "--to", "2026-11-21T03:30:00Z");

        // Then
        assertThat(run.exitCode()).as(run.everything()).isZero();
        assertThat(run.out()).contains("2 bundles in ");
        TallyRun verify = verify(root);
        assertThat(verify.exitCode()).as(verify.everything()).isZero();
        assertThat(Path.of(
                        out, root, "anchors/later/registry/dt=2026-11-21/window_start=20261121T033000Z/leaves.ndjson"))
                .exists();
        assertThat(Path.of(out, root, "registry/dt=2026-11-21/window_start=20261121T033000Z"))
                .doesNotExist();
    }

    @Test
    void oneBundleIsCopiedWithoutNamingItsTenant() {
        // Given
        String bundle = BUCKET + "/v1/tenant=acme/dt=2026-11-21/window_start=20261121T030000Z";

        // When
        TallyRun run = export(bundle, "--shape", "compact");

        // Then
        assertThat(run.exitCode()).as(run.everything()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"canonical", "compact"})
    void oneBundleIsNotCopiedAsAnotherTenants(String shape) {
        // Given
        String bundle = BUCKET + "/v1/tenant=acme/dt=2026-11-21/window_start=20261121T030000Z";

        // When
        TallyRun other = export(bundle, "--tenant", "globex", "--shape", shape);

        // Then
        assertThat(other.exitCode()).as(other.everything()).isEqualTo(ExitCode.USAGE);
        assertThat(other.err()).contains("is a bundle of tenant acme, not of globex");
        assertThat(Path.of(out, "v1")).doesNotExist();
        assertThat(Path.of(out, "compact")).doesNotExist();
        TallyRun own = export(bundle, "--tenant", "acme", "--shape", shape);
        assertThat(own.exitCode()).as(own.everything()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "--tenant initech",
                "--tenant ../acme",
                "--tenant acme --shape redacted",
                "--tenant acme --shape compact --type login",
                "--tenant acme --shape canonical --subject u-1",
                "--tenant acme --from yesterday",
                "--tenant acme --from 2027-01-01T00:00:00Z",
                "--tenant acme --shape filtered --from 2026-11-21T03:15:00.0001Z",
            })
    void unclearRequestsAreUsageAndNothingIsWritten(String arguments) {
        // When
        TallyRun run = export(BUCKET, arguments.isEmpty() ? new String[0] : arguments.split(" "));

        // Then
        assertThat(run.exitCode()).as(run.everything()).isEqualTo(ExitCode.USAGE);
        assertThat(Path.of(out, "v1")).doesNotExist();
        assertThat(Path.of(out, "compact")).doesNotExist();
        assertThat(Path.of(out, "filtered")).doesNotExist();
    }

    @Test
    void brokenAndForeignOriginalsAreRefused() throws Exception {
        // When
        TallyRun broken = export(BUNDLES.resolve("payload-edited_fail/bucket").toString(), "--tenant", "acme");
        Path other = Files.write(
                folder.resolve("other.json"),
                new TrustRootBuilder(
                                "ledger.example.com",
                                Instant.parse("2026-01-01T00:00:00Z"),
                                Instant.parse("2036-01-01T00:00:00Z"))
                        .checkpointKey(KeyFile.generate(KeyAlgorithm.ECDSA_P256, new SecureRandom())
                                .spki())
                        .bundleKey(KeyFile.generate(KeyAlgorithm.ECDSA_P256, new SecureRandom())
                                .spki())
                        .sign(KeyFile.generate(KeyAlgorithm.ECDSA_P256, new SecureRandom()))
                        .encode());
        TallyRun foreign = export(BUCKET, "--tenant", "acme", "--trust-root", other.toString());

        // Then
        assertThat(broken.exitCode()).as(broken.everything()).isEqualTo(ExitCode.FAILED);
        assertThat(broken.err()).contains("payload or its salt was changed", "nothing was written");
        assertThat(foreign.exitCode()).as(foreign.everything()).isEqualTo(4);
        assertThat(Path.of(out)).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource({
        "canonical, v1/tenant=acme, manifest.json",
        "canonical, v1/registry, leaves.ndjson",
        "compact, compact/tenant=acme, manifest.json",
        "compact, compact/registry, checkpoint",
        "filtered, filtered/tenant=acme, manifest.json"
    })
    void aFolderWithOtherEvidenceIsLeftAsItIs(String shape, String root, String name) throws Exception {
        // Given
        assertThat(export(BUCKET, "--tenant", "acme", "--shape", shape).exitCode())
                .isZero();
        Path file = Path.of(out, root, "dt=2026-11-21/window_start=20261121T030000Z", name);
        Files.writeString(file, "other");

        // When
        TallyRun again = export(BUCKET, "--tenant", "acme", "--shape", shape);

        // Then
        assertThat(again.exitCode()).as(again.everything()).isEqualTo(ExitCode.USAGE);
        assertThat(again.err()).contains(name).contains("name an empty folder");
        assertThat(file).hasContent("other");
    }

    @Test
    void aDateIsItsFirstInstant() {
        // When
        TallyRun day = export(BUCKET, "--tenant", "acme", "--from", "2026-11-21", "--to", "2026-11-22");
        TallyRun before = export(BUCKET, "--tenant", "acme", "--to", "2026-11-21");

        // Then
        assertThat(day.exitCode()).as(day.everything()).isZero();
        assertThat(day.out()).contains("4 bundles in ");
        assertThat(before.exitCode()).as(before.everything()).isEqualTo(ExitCode.USAGE);
    }

    /** A rotation that is over: the old key signed until the instant, the new one, which the configuration names, since. */
    private void rotate(Instant instant) throws Exception {
        SecureRandom random = new SecureRandom();
        char[] passphrase = "a passphrase of the test".toCharArray();
        SigningKey old = KeyFile.generate(KeyAlgorithm.ECDSA_P256, random);
        KeyFile.write(folder.resolve("old.pem"), old, passphrase);
        SigningKey now = KeyFile.read(folder.resolve("bundle.pem"), passphrase);
        Duration years = Duration.ofDays(1000);
        Files.write(
                Path.of(trustRoot),
                goldenRoot(instant)
                        .key(bundleKey(old, instant.minus(years), instant, KeyStatus.RETIRED))
                        .key(bundleKey(now, instant, instant.plus(years), KeyStatus.ACTIVE))
                        .sign(KeyFile.generate(KeyAlgorithm.ECDSA_P256, random))
                        .encode());
    }

    private static TrustedKey bundleKey(SigningKey key, Instant first, Instant last, KeyStatus status)
            throws Exception {
        return new TrustedKey(
                PublicKey.of(key.spki()),
                Set.of(TrustRole.BUNDLE),
                List.of("ledger.example.com", "ledger.example.com/*"),
                first,
                last,
                status,
                Optional.empty());
    }

    @Test
    void windowsOfARetiredKeyAskForItsFileBeforeAnythingIsWritten() throws Exception {
        // Given: windows end at 03:15, 03:30, 03:45 and 04:00
        rotate(Instant.parse("2026-11-21T03:40:00Z"));

        // When
        TallyRun without = export(BUCKET, "--tenant", "acme", "--shape", "compact");

        // Then
        assertThat(without.exitCode()).as(without.everything()).isEqualTo(ExitCode.USAGE);
        assertThat(without.err())
                .contains("the window that ends 2026-11-21T03:15:00Z")
                .contains("add the key file of that time to ledger.bundle.key.file");
        assertThat(Path.of(out, "compact")).doesNotExist();
        TallyRun later = export(BUCKET, "--tenant", "acme", "--shape", "compact", "--from", "2026-11-21T03:30:00Z");
        assertThat(later.exitCode()).as(later.everything()).isZero();
        assertThat(later.out()).contains("2 bundles in ");
    }

    @Test
    void windowsOfARetiredKeyAreSignedByIt() throws Exception {
        // Given
        rotate(Instant.parse("2026-11-21T03:40:00Z"));
        Path file = Path.of(config);
        Files.writeString(
                file, Files.readString(file).replace("/bundle.pem", "/bundle.pem," + folder.resolve("old.pem")));

        // When
        TallyRun both = export(BUCKET, "--tenant", "acme", "--shape", "compact");

        // Then
        assertThat(both.exitCode()).as(both.everything()).isZero();
        assertThat(both.out()).contains("4 bundles in ");
    }

    @Test
    void copiesAreNotPackedAsEvidence() {
        // Given
        export(BUCKET, "--tenant", "acme", "--shape", "compact");

        // When
        TallyRun evidence = TallyRun.of(
                "evidence",
                out + "/compact",
                "--tenant",
                "acme",
                "--trust-root",
                trustRoot,
                "--out",
                folder.resolve("e.zip").toString());

        // Then
        assertThat(evidence.exitCode()).as(evidence.everything()).isEqualTo(ExitCode.USAGE);
        assertThat(evidence.err()).contains("is a copy", "the bucket with the originals");
        assertThat(folder.resolve("e.zip")).doesNotExist();
    }

    @Test
    void aCopyDoesNotProveAnEntry() {
        // Given
        export(BUCKET, "--tenant", "acme", "--shape", "compact");

        // When
        TallyRun prove = TallyRun.of(
                "prove", out + "/compact/tenant=acme", "--chain", "acme/0", "--seq", "2", "--out", out + "/p");

        // Then
        assertThat(prove.exitCode()).as(prove.everything()).isEqualTo(ExitCode.FAILED);
        assertThat(prove.err()).contains("its original");
        assertThat(Path.of(out, "p")).doesNotExist();
    }

    @Test
    void bundlesAsTheyAreNeedNoConfiguration() {
        // Given: nobody's ledger is kept where 'tally up' keeps one
        assumeThat(ConfigFile.DEFAULT_HOME).doesNotExist();

        // When
        TallyRun run = TallyRun.of("export", BUCKET, "--tenant", "acme", "--trust-root", trustRoot, "--out", out);
        TallyRun untrusted = TallyRun.of("export", BUCKET, "--tenant", "acme", "--out", out);

        // Then
        assertThat(run.exitCode()).as(run.everything()).isZero();
        assertThat(run.out()).contains("4 bundles in ");
        assertThat(verify("v1").exitCode()).isZero();
        assertThat(untrusted.exitCode()).as(untrusted.everything()).isEqualTo(ExitCode.USAGE);
        assertThat(untrusted.err()).contains("no trust root", "--trust-root");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--shape=compact", "--shape=filtered", "--type=order.created"})
    void whatLeavesSomethingOutNeedsTheBundleKey(String shape) {
        // Given: nobody's ledger is kept where 'tally up' keeps one
        assumeThat(ConfigFile.DEFAULT_HOME).doesNotExist();

        // When
        TallyRun run =
                TallyRun.of("export", BUCKET, "--tenant", "acme", "--trust-root", trustRoot, "--out", out, shape);

        // Then
        assertThat(run.exitCode()).as(run.everything()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("signed with the ledger's bundle key", "--config");
        assertThat(Path.of(out)).doesNotExist();
    }

    @Test
    void copiesDoNotGoIntoWhatIsCopied() throws Exception {
        // Given
        Path bucket = copyOfBucket();

        // When
        TallyRun run = TallyRun.of(
                "export",
                bucket.toString(),
                "--tenant",
                "acme",
                "--config",
                config,
                "--out",
                bucket.resolve("v1/copies").toString());

        // Then
        assertThat(run.exitCode()).as(run.everything()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("--out names", "which lies in");
        assertThat(bucket.resolve("v1/copies")).doesNotExist();
    }
}
