// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.note.TlogProof;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.KeyFile;
import io.tallystick.trust.TrustRootBuilder;
import io.tallystick.verify.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands for auditors on the verifier's golden bucket. */
class ProveCommandTest {
    private static final Path GOLDEN = Path.of("../../export-sink/verifier/src/test/resources/bundles/four-windows");
    private static final String BUCKET = GOLDEN.resolve("bucket").toString();
    private static final String ROOT = GOLDEN.resolve("trust-root.json").toString();

    @TempDir
    Path folder;

    private String file(String name) {
        return folder.resolve(name).toString();
    }

    @Test
    void provesAnEntryAndVerifiesTheProof() throws Exception {
        // When
        TallyRun prove = TallyRun.of(
                "prove",
                BUCKET,
                "--chain",
                "acme/0",
                "--seq",
                "2",
                "--out",
                file("p"),
                "--trust-root",
                ROOT,
                "--tlog-proof",
                file("paths"));
        TallyRun verify = TallyRun.of(
                "verify-proof",
                file("p"),
                "--trust-root",
                ROOT,
                "--report-html",
                file("r.html"),
                "--report-junit",
                file("r.xml"));

        // Then
        assertThat(prove.exitCode()).as(prove.everything()).isZero();
        assertThat(verify.exitCode()).as(verify.everything()).isZero();
        assertThat(verify.out()).contains("VALID", "entry acme/0 seq 2", "event 'a-2'");
        assertThat(Files.readString(folder.resolve("r.html"))).contains("<h2>Scope</h2>");
        assertThat(Files.readString(folder.resolve("r.xml"))).contains("failures=\"0\"");
        for (String name : new String[] {"entry", "head", "window"}) {
            TlogProof.parse(Files.readAllBytes(folder.resolve("paths/acme-0-2." + name + ".tlog-proof")));
            assertThat(folder.resolve("paths/acme-0-2." + name + ".leaf")).isNotEmptyFile();
        }
    }

    @Test
    void provesByIdAndSaysWhereInJson() {
        // When
        TallyRun run = TallyRun.of("prove", BUCKET, "--id", "b-2", "--out", file("p"), "--output", "json");

        // Then
        assertThat(run.exitCode()).as(run.everything()).isZero();
        assertThat(run.out())
                .startsWith("{\"chain\":\"acme/3\",\"exitCode\":0,")
                .contains("\"seq\":4}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"--tenant acme", "--from 2026-11-21T03:15:00Z --to 2026-11-21T03:30:00Z", "--from 2026-11-21"})
    void provesByIdWhereItIsLookedFor(String where) {
        TallyRun run = TallyRun.of(("prove " + BUCKET + " --id a-4 --out " + file("p") + " " + where).split(" "));

        assertThat(run.exitCode()).as(run.everything()).isZero();
    }

    @Test
    void jsonSaysTheExitCodeOfTheProcessUnderATrustRootToo() throws Exception {
        // Given: one that does not know who signed, and one that does
        SecureRandom random = new SecureRandom();
        Path other = Files.write(
                folder.resolve("other.json"),
                new TrustRootBuilder(
                                "ledger.example.com",
                                Instant.parse("2026-01-01T00:00:00Z"),
                                Instant.parse("2036-01-01T00:00:00Z"))
                        .checkpointKey(KeyFile.generate(KeyAlgorithm.ECDSA_P256, random)
                                .spki())
                        .sign(KeyFile.generate(KeyAlgorithm.ECDSA_P256, random))
                        .encode());

        // When
        TallyRun untrusted = TallyRun.of(
                "prove",
                BUCKET,
                "--id",
                "b-2",
                "--out",
                file("p"),
                "--output",
                "json",
                "--trust-root",
                other.toString());
        TallyRun valid = TallyRun.of(
                "prove", BUCKET, "--id", "b-2", "--out", file("p"), "--output", "json", "--trust-root", ROOT);

        // Then
        assertThat(untrusted.exitCode()).as(untrusted.everything()).isEqualTo(4);
        assertThat(untrusted.out()).contains("\"exitCode\":4,");
        assertThat(valid.exitCode()).as(valid.everything()).isZero();
        assertThat(valid.out()).contains("\"exitCode\":0,");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "--chain acme/0",
                "--seq 1",
                "--chain acme/0 --seq 1 --id a-1",
                "--chain acme/0 --seq 1 --producer urn:test",
                "--chain acme --seq 1",
                "--chain acme/0 --seq 99",
                "--chain acme/0 --seq -1",
                "--chain acme/0 --seq x",
                "--id nobody",
                "--id a-4 --tenant globex",
                "--id a-4 --tenant ../acme",
                "--id a-4 --from 2026-11-21T03:30:00Z",
                "--id a-4 --to 2026-11-21T03:15:00Z",
                "--id a-4 --from yesterday",
                "--chain acme/0 --seq 1 --tenant globex",
                "--chain acme/0 --seq 1 --from 2026-11-21T03:15:00Z",
            })
    void unclearOrUnknownEntriesAreUsageAndNothingIsWritten(String arguments) {
        // When
        TallyRun run = TallyRun.of(("prove " + BUCKET + " --out " + file("p") + " " + arguments)
                .trim()
                .split(" "));

        // Then
        assertThat(run.exitCode()).as(run.everything()).isEqualTo(ExitCode.USAGE);
        assertThat(folder.resolve("p")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource({
        "--id nobody, holds event 'nobody'",
        "--id a-4 --chain acme/1, holds event 'a-4' in chain acme/1",
        "--id a-4 --producer urn:x --chain acme/1, holds event 'a-4' of urn:x in chain acme/1",
        "--chain acme/0 --seq 99, holds acme/0 seq 99"
    })
    void whatIsNotFoundIsSaidAsItWasAskedFor(String arguments, String says) {
        // When
        TallyRun run = TallyRun.of(("prove " + BUCKET + " --out " + file("p") + " " + arguments).split(" "));

        // Then
        assertThat(run.exitCode()).as(run.everything()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err().replace("\r", "")).contains(says.replace('"', '\'') + "\n");
    }

    @Test
    void theCommandThatChecksAProofCanBePasted() throws Exception {
        // Given
        Path root = Files.copy(Path.of(ROOT), folder.resolve("it's the root.json"));
        Path proof = folder.resolve("a proof");

        // When
        TallyRun with = prove(proof, "--trust-root", root.toString());
        TallyRun without = prove(folder.resolve("p"));

        // Then
        assertThat(with.out())
                .contains("check it with: tally verify-proof '" + folder + "/a proof' --trust-root '" + folder
                        + "/it'\\''s the root.json'\n");
        assertThat(without.out())
                .contains("check it with: tally verify-proof " + folder + "/p --trust-root TRUST_ROOT\n");
    }

    private TallyRun prove(Path out, String... arguments) {
        List<String> all =
                new ArrayList<>(List.of("prove", BUCKET, "--chain", "acme/0", "--seq", "2", "--out", out.toString()));
        all.addAll(List.of(arguments));
        return TallyRun.of(all.toArray(new String[0]));
    }

    @Test
    void helpSaysWhatEachCommandTakes() {
        assertThat(TallyRun.of("prove", "--help").out()).contains("Folder of a bundle, of a tenant (v1/tenant=acme)");
        assertThat(TallyRun.of("evidence", "--help").out())
                .contains("Folder of a bucket, or a zip of one")
                .doesNotContain("of a tenant (");
    }

    @Test
    void anchorsAreAskedForWithATrustRootThatListsThem() {
        // When
        TallyRun without = TallyRun.of(
                "prove", BUCKET, "--chain", "acme/0", "--seq", "2", "--out", file("p"), "--require-anchors", "tsa");
        boolean written = Files.exists(folder.resolve("p"));
        TallyRun with = TallyRun.of(
                "prove",
                BUCKET,
                "--chain",
                "acme/0",
                "--seq",
                "2",
                "--out",
                file("p"),
                "--require-anchors",
                "tsa",
                "--trust-root",
                ROOT);

        // Then
        assertThat(without.exitCode()).as(without.everything()).isEqualTo(ExitCode.USAGE);
        assertThat(written).isFalse();
        assertThat(with.exitCode()).as(with.everything()).isEqualTo(ExitCode.INCOMPLETE);
        assertThat(with.err()).contains("time-stamps of authorities: 0 of 1, which was asked for");
    }

    @Test
    void aBrokenBundleProvesNothing() {
        // Given
        Path broken = GOLDEN.resolveSibling("payload-edited_fail/bucket");

        // When
        TallyRun run = TallyRun.of("prove", broken.toString(), "--chain", "acme/0", "--seq", "2", "--out", file("p"));

        // Then
        assertThat(run.exitCode()).as(run.everything()).isEqualTo(ExitCode.FAILED);
        assertThat(run.err()).contains("payload or its salt was changed", "nothing was written");
        assertThat(folder.resolve("p")).doesNotExist();
    }

    private Path zipOfTheBucket() throws IOException {
        Path zip = folder.resolve("bucket.zip");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip));
                Stream<Path> paths = Files.walk(Path.of(BUCKET))) {
            for (Path path : paths.filter(Files::isRegularFile).toList()) {
                out.putNextEntry(new ZipEntry(Path.of(BUCKET).relativize(path).toString()));
                Files.copy(path, out);
            }
        }
        return zip;
    }

    @ParameterizedTest
    @ValueSource(strings = {"prove --chain acme/0 --seq 2 --out", "evidence --tenant acme --trust-root ROOT --out"})
    void aTemporaryFolderThatCannotBeUsedIsWrongUsage(String command) throws Exception {
        // Given
        String zip = zipOfTheBucket().toString();
        String before = System.getProperty("java.io.tmpdir");
        System.setProperty("java.io.tmpdir", file("none"));

        // When
        TallyRun run;
        try {
            run = TallyRun.of((command.replace("ROOT", ROOT) + " " + file("out") + " " + zip).split(" "));
        } finally {
            System.setProperty("java.io.tmpdir", before);
        }

        // Then
        assertThat(run.exitCode()).as(run.everything()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("none: it does not exist (java.io.tmpdir", "name a folder of yours");
        assertThat(folder.resolve("out")).doesNotExist();
    }

    @Test
    void provesFromAnArchive() throws Exception {
        // Given
        Path zip = zipOfTheBucket();

        // When
        TallyRun run = TallyRun.of(
                "prove", zip.toString(), "--chain", "acme/0", "--seq", "2", "--out", file("p"), "--trust-root", ROOT);
        TallyRun fromFolder = TallyRun.of("prove", BUCKET, "--chain", "acme/0", "--seq", "2", "--out", file("q"));

        // Then
        assertThat(run.exitCode()).as(run.everything()).isZero();
        assertThat(fromFolder.exitCode()).as(fromFolder.everything()).isZero();
        assertThat(Path.of(file("p"))).hasSameBinaryContentAs(Path.of(file("q")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--tenant initech --out e.zip",
                "--tenant ../acme --out e.zip",
                "--tenant acme --from yesterday --out e.zip",
                "--tenant acme --to 2026-13-01 --out e.zip",
                "--tenant acme",
                "--out e.zip",
            })
    void unclearEvidenceIsUsage(String arguments) {
        // When
        TallyRun run = TallyRun.of(
                ("evidence " + BUCKET + " --trust-root " + ROOT + " " + arguments.replace("e.zip", file("e.zip")))
                        .split(" "));

        // Then
        assertThat(run.exitCode()).as(run.everything()).isEqualTo(ExitCode.USAGE);
        assertThat(folder.resolve("e.zip")).doesNotExist();
    }

    private Path copyOfTheBucket() throws IOException {
        Path bucket = folder.resolve("bucket");
        try (Stream<Path> paths = Files.walk(Path.of(BUCKET))) {
            for (Path path : paths.toList()) {
                Files.copy(path, bucket.resolve(Path.of(BUCKET).relativize(path).toString()));
            }
        }
        return bucket;
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aNameInTheBucketPutsNoLineOfItsOwnOnTheTerminal() throws Exception {
        // Given
        Path bucket = copyOfTheBucket();
        String name = "x\u001b[2K\r\nVALID (exit code 0)";
        Files.write(
                bucket.resolve("v1/tenant=acme/dt=2026-11-21/window_start=20261121T030000Z")
                        .resolve(name),
                new byte[] {1});

        // When
        TallyRun run = TallyRun.of(
                "evidence",
                bucket.toString(),
                "--tenant",
                "acme",
                "--trust-root",
                ROOT,
                "--out",
                file("e.zip"),
                "--debug");

        // Then
        assertThat(run.exitCode()).as(run.everything()).isEqualTo(ExitCode.FAILED);
        assertThat(run.err())
                .contains("x?[2K??VALID (exit code 0) does not have a name")
                .doesNotContain("\u001b", "\r");
        assertThat(run.err().lines().limit(2)).noneMatch(line -> line.startsWith("VALID"));
    }

    @Test
    void aStrayFileInTheBucketIsNamedAndNothingIsPacked() throws Exception {
        // Given: what a file manager leaves behind
        Path bucket = copyOfTheBucket();
        Files.write(
                bucket.resolve("v1/tenant=acme/dt=2026-11-21/window_start=20261121T030000Z/.DS_Store"), new byte[] {1});

        // When
        TallyRun run = TallyRun.of(
                "evidence", bucket.toString(), "--tenant", "acme", "--trust-root", ROOT, "--out", file("e.zip"));

        // Then
        assertThat(run.exitCode()).as(run.everything()).isEqualTo(ExitCode.FAILED);
        assertThat(run.err()).contains(".DS_Store", "nothing was written", "does not belong there");
        assertThat(folder.resolve("e.zip")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource({
        "--from=2026-11-22 --to=2026-11-21, e.zip, Give --to a later time",
        "--from=2026-11-21 --to=2026-11-21, e.zip, Give --to a later time",
        "--from=2026-11-21, none/e.zip, none is not a folder"
    })
    void evidenceOfNoTimeOrIntoNoFolderIsWrongUsage(String period, String out, String says) {
        // When
        TallyRun run = TallyRun.of(
                ("evidence " + BUCKET + " --tenant acme --trust-root " + ROOT + " --out " + file(out) + " " + period)
                        .split(" ", -1));

        // Then
        assertThat(run.exitCode()).as(run.everything()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains(says);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void verifyTakesATenantAndWritesReports() throws Exception {
        // When
        TallyRun run = TallyRun.of(
                "verify", BUCKET, "--tenant", "acme", "--trust-root", ROOT, "--report-json", file("t.json"));
        TallyRun later =
                TallyRun.of("verify", BUCKET, "--tenant", "acme", "--trust-root", ROOT, "--since", file("t.json"));

        // Then
        assertThat(run.exitCode()).as(run.everything()).isZero();
        assertThat(Files.readString(folder.resolve("t.json"))).contains("tallystick/verification/v1");
        assertThat(later.exitCode()).as(later.everything()).isEqualTo(3);
        assertThat(later.out()).contains("no committed bundle here after what --since names");
    }

    @Test
    void aProofIsHeldToTheAnchorsThatAreAsked() {
        // Given: no outside party vouches for the golden bucket
        TallyRun.of("prove", BUCKET, "--chain", "acme/0", "--seq", "2", "--out", file("p"), "--trust-root", ROOT);

        // When
        TallyRun plain = verifyProof("--as-of", "2026-11-21T04:00:00Z");
        TallyRun anchored = verifyProof("--require-anchors", "witness:2,tsa");

        // Then
        assertThat(plain.exitCode()).as(plain.everything()).isZero();
        assertThat(anchored.exitCode()).as(anchored.everything()).isEqualTo(ExitCode.INCOMPLETE);
    }

    private TallyRun verifyProof(String... arguments) {
        List<String> all = new ArrayList<>(List.of("verify-proof", file("p"), "--trust-root", ROOT));
        all.addAll(List.of(arguments));
        return TallyRun.of(all.toArray(new String[0]));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--require-anchors=oracle", "--require-anchors=witness:0", "--as-of=yesterday", "--as-of="})
    void whatCannotBeAskedOfAProofIsWrongUsage(String argument) {
        TallyRun.of("prove", BUCKET, "--chain", "acme/0", "--seq", "2", "--out", file("p"));

        TallyRun run = verifyProof(argument);

        assertThat(run.exitCode()).as(run.everything()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).doesNotContain("\tat ");
    }
}
