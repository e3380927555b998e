// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.export.store.Content;
import io.tallystick.export.store.ObjectName;
import io.tallystick.export.store.ObjectStore;
import io.tallystick.export.store.Protection;
import io.tallystick.export.store.s3.FaultyBucket;
import io.tallystick.fixtures.TestTsa;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.KeyFile;
import io.tallystick.trust.TrustAnchors;
import io.tallystick.trust.TrustPolicy;
import io.tallystick.trust.TrustRoot;
import io.tallystick.trust.TrustRootBuilder;
import io.tallystick.verify.ExitCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands for auditors on a bucket of S3 that holds the verifier's golden evidence. */
class BucketEvidenceTest {
    private static final Path GOLDEN = Path.of("../../export-sink/verifier/src/test/resources/bundles/four-windows");
    private static final String ROOT = GOLDEN.resolve("trust-root.json").toString();
    private static final String URL = "s3://evidence";
    private static final String WINDOW = "v1/tenant=acme/dt=2026-11-21/window_start=20261121T031500Z/";
    private static final String OTHER = "v1/tenant=globex/dt=2026-11-21/window_start=20261121T031500Z/";

    @TempDir
    Path folder;

    private final SortedMap<String, byte[]> golden = new TreeMap<>();
    private FaultyBucket bucket;

    @BeforeEach
    void fill() throws IOException {
        bucket = new FaultyBucket();
        try (Stream<Path> files = Files.walk(GOLDEN.resolve("bucket"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                golden.put(GOLDEN.resolve("bucket").relativize(file).toString(), Files.readAllBytes(file));
            }
        }
        golden.forEach(bucket::put);
    }

    @AfterEach
    void close() throws IOException {
        bucket.close();
        try (Stream<Path> left = Files.walk(folder.resolve("scratch"))) {
            assertThat(left.filter(Files::isRegularFile)).as("left behind").isEmpty();
        } catch (NoSuchFileException e) {
            assertThat(folder.resolve("scratch")).doesNotExist();
        }
    }

    private TallyRun run(String command, String target, String... arguments) {
        List<String> all = new ArrayList<>(List.of(
                command,
                target,
                "--endpoint",
                bucket.endpoint().toString(),
                "--region",
                "us-east-1",
                "--path-style",
                "--scratch",
                folder.resolve("scratch").toString()));
        all.addAll(Arrays.asList(arguments));
        return TallyRun.of(all.toArray(new String[0]));
    }

    private TallyRun verify(String... arguments) {
        List<String> all = new ArrayList<>(List.of("--trust-root", ROOT));
        all.addAll(Arrays.asList(arguments));
        return run("verify", URL, all.toArray(new String[0]));
    }

    private void assertUnreachable(TallyRun run) {
        assertThat(run.exitCode()).as(run.everything()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(run.out()).isEmpty();
        assertThat(run.err())
                .contains("nothing was found out about the evidence")
                .doesNotContain("\tat ");
    }

    private String file(String name) {
        return folder.resolve(name).toString();
    }

    @Test
    void aBucketVerifiesAsItsFolderDoes() {
        // When
        TallyRun bucketRun = verify("--output", "json");
        TallyRun folderRun =
                TallyRun.of("verify", GOLDEN.resolve("bucket").toString(), "--trust-root", ROOT, "--output", "json");

        // Then
        assertThat(bucketRun.exitCode()).as(bucketRun.everything()).isZero();
        assertThat(bucketRun.out()).isEqualTo(folderRun.out());
        assertThat(bucketRun.err()).contains("fetching from s3://evidence: all tenants", "fetched 79 objects");
    }

    @Test
    void oneTenantIsVerifiedWithoutFetchingAnother() {
        // When
        TallyRun run = verify("--tenant", "acme");

        // Then
        assertThat(run.exitCode()).as(run.everything()).isZero();
        assertThat(bucket.gets(OTHER + "manifest.json")).isZero();
    }

    @Test
    void sinceACheckpointWhatItCoveredIsNotFetched() throws IOException {
        // Given
        Path since = Files.write(folder.resolve("since"), golden.get(WINDOW.replace("T0315", "T0330") + "checkpoint"));

        // When
        TallyRun run = verify("--since", since.toString());

        // Then
        assertThat(run.exitCode()).as(run.everything()).isZero();
        assertThat(run.out()).contains("3 bundles lie before what --since names");
        assertThat(bucket.gets(WINDOW + "export.json")).isZero();
        assertThat(bucket.gets(WINDOW.replace("T0315", "T0345") + "export.json"))
                .isEqualTo(1);
    }

    @Test
    void sinceACheckpointAnEarlierFolderThatSaysALaterWindowIsFound() throws IOException {
        // Given: a copy of the last window's bundle in place of the first's, which was covered
        Path since = Files.write(folder.resolve("since"), golden.get(WINDOW.replace("T0315", "T0330") + "checkpoint"));
        String first = WINDOW.replace("T0315", "T0300");
        bucket.remove(first + "manifest.json");
        bucket.put(first + "manifest.json", golden.get(WINDOW.replace("T0315", "T0345") + "manifest.json"));

        // Then
        TallyRun run = verify("--since", since.toString());
        assertThat(run.exitCode()).as(run.everything()).isEqualTo(ExitCode.FAILED);
        assertThat(run.out()).contains("T030000Z");
    }

    @Test
    void aSecondBundleBelowAFolderOfAWindowFails() {
        // Given
        golden.keySet().stream()
                .filter(name -> name.startsWith(WINDOW))
                .forEach(name -> bucket.put(
                        WINDOW.replace("T0315", "T0400") + "copy/" + name.substring(WINDOW.length()),
                        golden.get(name)));

        // Then
        TallyRun run = verify("--tenant", "acme");
        assertThat(run.exitCode()).as(run.everything()).isEqualTo(ExitCode.FAILED);
        assertThat(run.out()).contains("a second bundle");
    }

    @Test
    void aTenantWhoseBundlesAreAllGoneIsIncomplete() {
        golden.keySet().stream()
                .filter(name -> name.startsWith("v1/tenant=acme/") && name.endsWith("/checkpoint"))
                .forEach(bucket::remove);

        TallyRun run = verify("--tenant", "acme");
        assertThat(run.exitCode()).as(run.everything()).isEqualTo(ExitCode.INCOMPLETE);
    }

    @Test
    void anObjectThatIsAFolderFurtherUpFails() {
        bucket.put("v1/tenant=acme", new byte[] {1});

        TallyRun run = verify();
        assertThat(run.exitCode()).as(run.everything()).isEqualTo(ExitCode.FAILED);
        assertThat(run.err()).contains("v1/tenant=acme is an object and a folder");
    }

    @Test
    void aLockThatTheStoreDoesNotShowIsNotCheckedWhereOneIsRequired() {
        TallyRun run = verify("--tenant", "acme", "--minimum-retention-days", "1");

        assertThat(run.exitCode()).as(run.everything()).isEqualTo(ExitCode.INCOMPLETE);
        assertThat(run.err()).contains("4 bundles show no lock");
    }

    @Test
    void aManifestInAWrongFolderHidesNoEntryFromProof() {
        // Given: asked for the entry's place, the third window says that it begins like the first
        String third = WINDOW.replace("T0315", "T0330");
        bucket.remove(third + "manifest.json");
        bucket.put(third + "manifest.json", golden.get(WINDOW.replace("T0315", "T0300") + "manifest.json"));

        // When
        TallyRun run = run(
                "prove", URL, "--chain", "acme/0", "--seq", "2", "--trust-root", ROOT, "--out", file("p.proof.json"));

        // Then
        assertThat(run.exitCode()).as(run.everything()).isZero();
        assertThat(bucket.gets(WINDOW.replace("T0315", "T0345") + "export.json"))
                .as("a fetch of all")
                .isPositive();
    }

    @Test
    void theLedgersOwnStoreIsMeantByItsConfiguration() throws IOException {
        // Given
        Path config = Files.writeString(
                folder.resolve("ledger.properties"),
                """
                ledger.export.store=s3://evidence
                ledger.export.lock.mode=compliance
                ledger.export.s3.endpoint=%s
                ledger.export.s3.region=us-east-1
                ledger.export.s3.path.style=true
                """
                        .formatted(bucket.endpoint()));
        Path directory = Files.writeString(
                folder.resolve("directory.properties"), "ledger.export.directory=" + GOLDEN.resolve("bucket") + "\n");

        // When
        TallyRun own = TallyRun.of(
                "verify", "--config", config.toString(), "--trust-root", ROOT, "--scratch", file("scratch"));
        TallyRun local = TallyRun.of("verify", "--config", directory.toString(), "--trust-root", ROOT);

        // Then
        assertThat(own.exitCode()).as(own.everything()).isZero();
        assertThat(local.exitCode()).as(local.everything()).isZero();
        assertThat(local.err()).isEmpty();
    }

    @Test
    void tamperingInTheBucketFails() {
        // Given
        String name = WINDOW + "manifest.json";
        byte[] changed = golden.get(name).clone();
        changed[changed.length / 2] ^= 1;
        bucket.remove(name);
        bucket.put(name, changed);

        // Then
        TallyRun run = verify();
        assertThat(run.exitCode()).as(run.everything()).isEqualTo(ExitCode.FAILED);
    }

    @Test
    void whatIsWrittenOverEvidenceDoesNotCountAndIsSaid() {
        // Given
        bucket.put(WINDOW + "manifest.json", new byte[] {'{', '}'});
        bucket.hide(WINDOW + "checkpoint");

        // When
        TallyRun run = verify();

        // Then
        assertThat(run.exitCode()).as(run.everything()).isZero();
        assertThat(run.err()).contains("2 of them have a second version, or the first is hidden");
    }

    @Test
    void theLockIsReadFromTheStore() throws IOException {
        // Given: what the golden ledger promised was no lock, and the store has one
        try (ObjectStore locking = bucket.open()) {
            for (String name : golden.keySet()) {
                if (name.startsWith("v1/tenant=acme/")) {
                    bucket.remove(name);
                    locking.putIfAbsent(
                            new ObjectName(name),
                            Content.of(golden.get(name)),
                            new Protection(Instant.parse("2099-01-01T00:00:00Z"), false, ""));
                }
            }
        }

        // When
        TallyRun locked = verify("--tenant", "acme", "--output", "json");
        TallyRun without = verify("--tenant", "globex");
        bucket.extendLocks(Instant.parse("2026-11-21T04:00:00Z"));
        TallyRun shortened = verify("--tenant", "acme");
        TallyRun required = verify("--tenant", "acme", "--minimum-retention-days", "30");

        // Then
        assertThat(locked.exitCode()).as(locked.everything()).isZero();
        assertThat(locked.out()).doesNotContain("the store locks nothing");
        assertThat(without.err()).contains("4 bundles show no lock");
        assertThat(shortened.exitCode()).as("none was promised").isZero();
        assertThat(required.exitCode()).as(required.everything()).isEqualTo(ExitCode.FAILED);
        assertThat(required.out()).contains("the store's lock, read from it now, is compliance until 2026-11-21T04");
    }

    @Test
    void provesAnEntryFromTheOneWindowThatHoldsIt() {
        // When
        TallyRun prove = run(
                "prove", URL, "--chain", "acme/0", "--seq", "2", "--trust-root", ROOT, "--out", file("p.proof.json"));

        // Then
        assertThat(prove.exitCode()).as(prove.everything()).isZero();
        assertThat(TallyRun.of("verify-proof", file("p.proof.json"), "--trust-root", ROOT)
                        .exitCode())
                .isZero();
        assertThat(golden.keySet().stream().filter(name -> name.endsWith("/export.json") && bucket.gets(name) > 0))
                .hasSize(1);
    }

    @Test
    void provesAnEntryByItsIdWherever() {
        TallyRun prove = run("prove", URL, "--id", "b-2", "--trust-root", ROOT, "--out", file("p.proof.json"));

        assertThat(prove.exitCode()).as(prove.everything()).isZero();
    }

    @Test
    void anEntryIsLookedForByItsIdInOneTenantsBundlesOfAPeriod() {
        // When
        TallyRun prove = run(
                "prove",
                URL,
                "--id",
                "a-4",
                "--tenant",
                "acme",
                "--from",
                "2026-11-21T03:15:00Z",
                "--to",
                "2026-11-21T03:30:00Z",
                "--trust-root",
                ROOT,
                "--out",
                file("p.proof.json"));

        // Then
        assertThat(prove.exitCode()).as(prove.everything()).isZero();
        assertThat(prove.err()).contains("tenant acme from 2026-11-21T03:15:00Z to 2026-11-21T03:30:00Z");
        assertThat(golden.keySet().stream().filter(name -> name.endsWith("/export.json") && bucket.gets(name) > 0))
                .containsExactly(WINDOW + "export.json");
    }

    @Test
    void anEntryOfAnotherPeriodOrTenantIsNotProven() {
        for (String elsewhere :
                List.of("--tenant globex", "--from 2026-11-21T03:30:00Z", "--to 2026-11-21T03:15:00Z")) {
            String[] arguments = ("--id a-4 --out " + file("p.proof.json") + " " + elsewhere).split(" ", -1);

            TallyRun prove = run("prove", URL, arguments);

            assertThat(prove.exitCode()).as(prove.everything()).isEqualTo(ExitCode.USAGE);
        }
        assertThat(bucket.gets(WINDOW + "export.json")).isZero();
    }

    @Test
    void copiesOfAPeriodTakeItsWindowsFromTheBucketAlone() throws IOException {
        // Given: windows of two days before, of which nothing is read
        String before = "v1/tenant=acme/dt=2026-11-19/window_start=20261119T000000Z/";
        golden.keySet().stream()
                .filter(name -> name.startsWith(WINDOW))
                .forEach(name -> bucket.put(before + name.substring(WINDOW.length()), new byte[] {'{'}));
        Path config = Files.writeString(
                folder.resolve("export.properties"),
                """
                bootstrap.servers=localhost:9092
                schema.registry.url=http://localhost:8081
                ledger.origin=ledger.example.com
                ledger.export.directory=%1$s/bucket
                ledger.export.scratch.directory=%1$s/export-scratch
                ledger.bundle.key.file=%1$s/bundle.pem
                ledger.key.passphrase.file=%1$s/passphrase
                ledger.trust.root.file=%2$s
                """
                        .formatted(folder, ROOT));

        // When
        TallyRun run = run(
                "export",
                URL,
                "--tenant",
                "acme",
                "--config",
                config.toString(),
                "--out",
                file("out"),
                "--from",
                "2026-11-21T03:20:00Z",
                "--to",
                "2026-11-21T03:40:00Z");

        // Then
        assertThat(run.exitCode()).as(run.everything()).isZero();
        assertThat(run.out()).contains("2 bundles in ");
        assertThat(golden.keySet().stream().filter(name -> name.endsWith("/export.json") && bucket.gets(name) > 0))
                .containsExactly(WINDOW + "export.json", WINDOW.replace("T0315", "T0330") + "export.json");
        assertThat(bucket.gets(before + "manifest.json") + bucket.gets(before + "checkpoint"))
                .isZero();
    }

    @Test
    void anEntryThatIsNotThereIsNotProven() {
        TallyRun prove = run("prove", URL, "--chain", "acme/0", "--seq", "999", "--out", file("p.proof.json"));

        assertThat(prove.exitCode()).as(prove.everything()).isEqualTo(ExitCode.USAGE);
        assertThat(Path.of(file("p.proof.json"))).doesNotExist();
    }

    @Test
    void missingBucketsAndRefusalsAreNoTampering() {
        bucket.forbid();
        TallyRun refused = verify();
        assertUnreachable(refused);
        assertThat(refused.err()).contains("403 AccessDenied", "credentials");

        bucket.vanish();
        TallyRun missing = verify();
        assertUnreachable(missing);
        assertThat(missing.err()).contains("404 NoSuchBucket");
    }

    @Test
    void whatIsCutShortIsNoTampering() {
        bucket.cutShort(WINDOW + "manifest.json");

        assertUnreachable(verify());
    }

    @Test
    void whatVanishesMeanwhileIsNoTampering() {
        bucket.beforeGet(WINDOW + "manifest.sig", () -> bucket.remove(WINDOW + "manifest.sig"));

        TallyRun run = verify();
        assertUnreachable(run);
        assertThat(run.err()).contains("manifest.sig was listed and is not there any more");
    }

    @Test
    void aNameThatLeadsElsewhereFails() {
        bucket.put("v1/../../evil", new byte[] {1});

        TallyRun run = verify();
        assertThat(run.exitCode()).as(run.everything()).isEqualTo(ExitCode.FAILED);
        assertThat(run.err()).contains("'v1/../../evil'").doesNotContain("\tat ");
        assertThat(folder.resolve("evil")).doesNotExist();
    }

    @Test
    void aPrefixWithoutEvidenceIsAWrongName() {
        TallyRun run = run("verify", URL + "/elsewhere", "--trust-root", ROOT);

        assertThat(run.exitCode()).as(run.everything()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("no evidence in s3://evidence/elsewhere", "prefix");
    }

    @ParameterizedTest
    @ValueSource(strings = {"s3://", "s3://buck et", "azure://evidence", "https://evidence.example", "gs://evidence"})
    void whatNamesNoBucketIsAWrongName(String url) {
        TallyRun run = TallyRun.of("verify", url, "--trust-root", ROOT);

        assertThat(run.exitCode()).as(run.everything()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("azure://container/prefix").doesNotContain("\tat ");
    }

    @Test
    void wrongInputIsSaidBeforeAnythingIsFetched() throws IOException {
        String no = Files.writeString(folder.resolve("no"), "{}").toString();
        for (String[] wrong : new String[][] {
            {"--since", file("none")},
            {"--since", no},
            {"--tenant", "../acme"},
            {"--registry", file("none")},
            {"--as-of", "yesterday"},
            {"--require-anchors", "oracle"}
        }) {
            TallyRun run = verify(wrong);
            assertThat(run.exitCode()).as(run.everything()).isEqualTo(ExitCode.USAGE);
            assertThat(run.err()).doesNotContain("fetching");
        }
        assertThat(run("verify", URL, "--trust-root", file("none")).exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(golden.keySet().stream().mapToLong(bucket::gets).sum()).isZero();
    }

    @Test
    void nothingNamedIsWrongUsage() {
        TallyRun run = TallyRun.of("verify", "--trust-root", ROOT);

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("--config", "Usage:");
    }

    @Test
    void aScratchFolderThatOthersMayWriteToIsRefused() throws IOException {
        Path open = Files.createDirectory(folder.resolve("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));

        TallyRun run = TallyRun.of("verify", URL, "--trust-root", ROOT, "--scratch", open.toString());

        assertThat(run.exitCode()).as(run.everything()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("--scratch");
    }

    private TallyRun evidence(String... arguments) {
        List<String> all = new ArrayList<>(List.of("--tenant", "acme", "--trust-root", ROOT, "--out", file("e.zip")));
        all.addAll(Arrays.asList(arguments));
        return run("evidence", URL, all.toArray(new String[0]));
    }

    @Test
    void packsAPeriodOfABucketAsOfItsFolder() throws IOException {
        // When
        TallyRun fromBucket = evidence("--from", "2026-11-21T03:15:00Z", "--to", "2026-11-21T03:45:00Z");
        TallyRun fromFolder = TallyRun.of(
                "evidence",
                GOLDEN.resolve("bucket").toString(),
                "--tenant",
                "acme",
                "--trust-root",
                ROOT,
                "--out",
                file("f.zip"),
                "--from",
                "2026-11-21T03:15:00Z",
                "--to",
                "2026-11-21T03:45:00Z",
                "--output",
                "json");

        // Then
        assertThat(fromBucket.exitCode()).as(fromBucket.everything()).isEqualTo(fromFolder.exitCode());
        assertThat(folder.resolve("e.zip")).hasSameBinaryContentAs(folder.resolve("f.zip"));
        assertThat(fromFolder.out())
                .isEqualTo("{\"bundles\":2,\"bytes\":%d,\"exitCode\":0,\"file\":\"%s\",\"tenant\":\"acme\"}%n"
                        .formatted(Files.size(folder.resolve("f.zip")), file("f.zip")));
        assertThat(bucket.gets(WINDOW.replace("T0315", "T0345") + "export.json"))
                .isZero();
    }

    /** An authority that stamped the registry's last golden checkpoint, and a trust root that asks for one; and its copy on disk. */
    private Path anchored() throws Exception {
        String last = "v1/registry/dt=2026-11-21/window_start=20261121T034500Z/checkpoint";
        String size = new String(golden.get(last), StandardCharsets.UTF_8).split("\n", -1)[1];
        TestTsa tsa = TestTsa.create();
        golden.put(
                "v1/anchors/dt=2026-11-21/" + size + "/tsa1.tsr",
                tsa.response(golden.get(last), Instant.parse("2026-11-21T09:00:00Z")));
        golden.forEach((name, content) -> {
            bucket.remove(name);
            bucket.put(name, content);
        });
        for (String name : golden.keySet()) {
            Path file = folder.resolve("copy").resolve(name);
            Files.createDirectories(file.getParent());
            Files.write(file, golden.get(name));
        }
        TrustRoot before = TrustRoot.parse(Files.readAllBytes(Path.of(ROOT)));
        TrustRootBuilder builder = new TrustRootBuilder(
                        before.ledger(), Instant.parse("2026-01-01T00:00:00Z"), Instant.parse("2036-01-01T00:00:00Z"))
                .anchors(new TrustAnchors(
                        List.of(tsa.anchor(
                                "tsa1", Instant.parse("2026-02-01T00:00:00Z"), Instant.parse("2030-01-01T00:00:00Z"))),
                        List.of(),
                        List.of()))
                .policy(new TrustPolicy(Set.of(TrustAnchors.Kind.TSA), 0, 0));
        before.keys().forEach(builder::key);
        return Files.write(
                folder.resolve("anchored.json"),
                builder.sign(KeyFile.generate(KeyAlgorithm.ECDSA_P256, new SecureRandom()))
                        .encode());
    }

    @Test
    void packsAPeriodThatWasAnchoredOnlyLater() throws Exception {
        // Given
        String root = anchored().toString();
        String[] period = {
            "--tenant", "acme", "--trust-root", root, "--to", "2026-11-21T03:30:00Z", "--out", file("e.zip")
        };

        // When
        TallyRun fromBucket = run("evidence", URL, period);
        period[period.length - 1] = file("f.zip");
        List<String> local = new ArrayList<>(List.of("evidence", file("copy")));
        local.addAll(List.of(period));
        TallyRun fromFolder = TallyRun.of(local.toArray(new String[0]));

        // Then
        assertThat(fromBucket.exitCode()).as(fromBucket.everything()).isZero();
        assertThat(fromFolder.exitCode()).as(fromFolder.everything()).isZero();
        assertThat(folder.resolve("e.zip")).hasSameBinaryContentAs(folder.resolve("f.zip"));
        TallyRun verified = TallyRun.of("verify", file("e.zip"), "--tenant", "acme", "--trust-root", root);
        assertThat(verified.exitCode()).as(verified.everything()).isZero();
        assertThat(bucket.gets(WINDOW.replace("T0315", "T0345") + "export.json"))
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--chain acme/0 --seq 2", "--id a-2"})
    void provesAnEntryThatWasAnchoredOnlyLater(String which) throws Exception {
        // Given
        String root = anchored().toString();
        String[] arguments = (which + " --trust-root " + root + " --out " + file("p.proof.json")).split(" ", -1);

        // When
        TallyRun prove = run("prove", URL, arguments);

        // Then
        assertThat(prove.exitCode()).as(prove.everything()).isZero();
        assertThat(prove.out()).contains("by the later registry checkpoint of size ");
        TallyRun verified = TallyRun.of("verify-proof", file("p.proof.json"), "--trust-root", root);
        assertThat(verified.exitCode()).as(verified.everything()).isZero();
        assertThat(verified.out()).contains("which contains it");
    }

    @Test
    void aProofOutOfABucketIsLedPastAReceiptThatIsWorthNothing() throws Exception {
        // Given: an object of the authority's name for the window before, which does not verify
        String root = anchored().toString();
        String before = "v1/registry/dt=2026-11-21/window_start=20261121T033000Z/checkpoint";
        String size = new String(golden.get(before), StandardCharsets.UTF_8).split("\n", -1)[1];
        bucket.put("v1/anchors/dt=2026-11-21/" + size + "/tsa1.tsr", new byte[] {1});

        // When
        TallyRun prove = run(
                "prove", URL, "--chain", "acme/0", "--seq", "2", "--trust-root", root, "--out", file("p.proof.json"));

        // Then
        assertThat(prove.exitCode()).as(prove.everything()).isZero();
        assertThat(prove.out()).contains("by the later registry checkpoint of size ");
    }

    @Test
    void anEntryThatNothingLaterCoversIsProvenAndWhatIsMissingIsSaid() throws Exception {
        // Given
        String root = anchored().toString();
        bucket.remove("v1/registry/dt=2026-11-21/window_start=20261121T033000Z/leaves.ndjson");

        // When
        TallyRun prove = run(
                "prove", URL, "--chain", "acme/0", "--seq", "2", "--trust-root", root, "--out", file("p.proof.json"));

        // Then
        assertThat(prove.exitCode()).as(prove.everything()).isEqualTo(ExitCode.INCOMPLETE);
        assertThat(prove.err())
                .contains(
                        "time-stamps of authorities: 0 of 1", "No later registry checkpoint", "Prove the entry again");
        assertThat(Path.of(file("p.proof.json"))).exists();
    }

    @Test
    void evidenceOfABucketThatCannotBeReachedIsNotWritten() {
        bucket.forbid();

        assertUnreachable(evidence());
        assertThat(folder.resolve("e.zip")).doesNotExist();
    }
}
