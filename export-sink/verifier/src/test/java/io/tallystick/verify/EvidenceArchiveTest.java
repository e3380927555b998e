// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.tallystick.bundle.BundleException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EvidenceArchiveTest {
    @TempDir
    static Path temp;

    private static Scenario scenario;
    private static Path jar;

    @BeforeAll
    static void writeBucket() throws IOException {
        scenario = Scenario.write(temp, 8);
        jar = Files.writeString(temp.resolve("tallystick-verifier-0.jar"), "a jar");
        Path anchors = Files.createDirectories(scenario.ledger.bucket.resolve("v1/anchors/dt=2026-11-21/6"));
        Files.writeString(anchors.resolve("tsa-1.tsr"), "a token");
    }

    private static EvidenceArchive.Evidence evidence(Path bucket, int from, int to) {
        return new EvidenceArchive.Evidence(
                bucket, "acme", Scenario.start(from), Scenario.start(to), scenario.trustRoot, List.of(jar));
    }

    private static VerificationReport verify(Path zip, String tenant) {
        return Verifier.verify(
                VerifyRequest.of(zip).withTrustRoot(scenario.trustRoot).withTenant(tenant));
    }

    private static List<String> names(Path zip) throws IOException {
        try (ZipFile file = new ZipFile(zip.toFile())) {
            return file.stream().map(entry -> entry.getName()).toList();
        }
    }

    private static String text(Path zip, String name) throws IOException {
        try (ZipFile file = new ZipFile(zip.toFile())) {
            return Text.string(file.getInputStream(file.getEntry(name)).readAllBytes());
        }
    }

    @Test
    void archiveOfAPeriodVerifiesByItselfAndItsReportIsTheReaders(@TempDir Path folder) throws Exception {
        // Given
        Path zip = folder.resolve("evidence.zip");

        // When
        VerificationReport packed = EvidenceArchive.write(evidence(scenario.ledger.bucket, 1, 3), zip);

        // Then
        VerificationReport own = verify(zip, "acme");
        assertThat(packed.exitCode()).as(packed.text()).isZero();
        assertThat(own.jsonText()).isEqualTo(packed.jsonText()).isEqualTo(text(zip, "report/report.json"));
        assertThat(own.html()).isEqualTo(text(zip, "report/report.html"));
        assertThat(own.bundles()).hasSize(2);
        assertThat(names(zip))
                .isSorted()
                .contains("README.txt", "SHA256SUMS", "trust-root.json", "verifier/tallystick-verifier-0.jar")
                .contains("report/report.txt", "report/report.xml")
                .contains("v1/registry/" + TestLedger.window(Scenario.start(1)) + "/leaves.ndjson")
                .noneMatch(name -> name.contains("globex"))
                .noneMatch(name -> name.contains(TestLedger.window(Scenario.start(0))))
                .noneMatch(name -> name.contains(TestLedger.window(Scenario.start(3))));
        assertThat(text(zip, "README.txt"))
                .contains("2026-11-21T03:15:00Z to 2026-11-21T03:45:00Z (2 windows)")
                .contains("java -jar verifier/tallystick-verifier-0.jar verify . --tenant acme");
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).containsExactly(zip);
        }
    }

    /** The archive is verified by itself: what shows that something is missing must be in it. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void aWindowOfThePeriodThatIsMissingIsTold(int missing, @TempDir Path folder) throws Exception {
        // Given
        Tampering bucket = new Tampering(scenario, folder);
        Files.delete(bucket.acme(missing).folder.resolve("checkpoint"));
        Path zip = folder.resolve("evidence.zip");

        // When
        VerificationReport packed = EvidenceArchive.write(evidence(bucket.bucket, 0, 4), zip);

        // Then
        assertThat(packed.exitCode()).as(packed.text()).isEqualTo(ExitCode.INCOMPLETE);
        assertThat(packed.text()).contains("missing: ");
        assertThat(verify(zip, "acme").exitCode()).isEqualTo(ExitCode.INCOMPLETE);
        assertThat(text(zip, "README.txt"))
                .contains(
                        "Asked for:   windows that begin at 2026-11-21T03:00:00Z or later and before 2026-11-21T04:00:00Z");
    }

    @Test
    void anArchiveIsVerifiedAsItsTenantWhereNoneIsNamed(@TempDir Path folder) throws Exception {
        // Given
        Path zip = folder.resolve("evidence.zip");
        EvidenceArchive.write(evidence(scenario.ledger.bucket, 1, 3), zip);
        Path unpacked;
        try (UnpackedZip archive = UnpackedZip.of(zip)) {
            unpacked = Scenario.copy(archive.folder(), folder.resolve("unpacked"));
        }

        for (Path target : List.of(zip, unpacked)) {
            // When
            VerificationReport report = Verifier.verify(VerifyRequest.of(target).withTrustRoot(scenario.trustRoot));

            // Then
            assertThat(report.exitCode()).as(report.text()).isZero();
            assertThat(report.kind()).contains("tenant");
            assertThat(report.bundles())
                    .extracting(BundleReport::tenant)
                    .containsOnly(Optional.of("acme"))
                    .hasSize(2);
            assertThat(report.warnings())
                    .containsExactly("an evidence archive by its form: verified as tenant acme, the only one in it;"
                            + " bundles of other tenants were not asked for");
            assertThat(verify(target, "acme").warnings()).isEmpty();
        }
    }

    @Test
    void sameInputGivesTheSameBytes(@TempDir Path folder) throws Exception {
        // Given
        Path copy = Scenario.copy(scenario.ledger.bucket, folder.resolve("copy"));

        // When
        EvidenceArchive.write(evidence(scenario.ledger.bucket, 0, 4), folder.resolve("a.zip"));
        EvidenceArchive.write(evidence(copy.resolve("v1"), 0, 4), folder.resolve("b.zip"));

        // Then
        assertThat(Files.readAllBytes(folder.resolve("a.zip"))).isEqualTo(Files.readAllBytes(folder.resolve("b.zip")));
    }

    @Test
    void anchorsOfTheWindowsComeAlong(@TempDir Path folder) throws Exception {
        // Given
        Path zip = folder.resolve("a.zip");
        EvidenceArchive.write(evidence(scenario.ledger.bucket, 1, 2), zip);

        // Then
        assertThat(names(zip)).contains("v1/anchors/dt=2026-11-21/6/tsa-1.tsr");
    }

    @Test
    void brokenEvidenceIsPackedAsItIs(@TempDir Path folder) throws Exception {
        // Given
        Tampering bucket = new Tampering(scenario, folder);
        bucket.acme(1).editLine(Scenario.DATA, 0, "fourth", "forth!");
        bucket.acme(2).write("manifest.json", new byte[] {1});
        Path zip = folder.resolve("a.zip");

        // When
        VerificationReport packed = EvidenceArchive.write(evidence(bucket.bucket, 0, 4), zip);

        // Then
        assertThat(packed.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(verify(zip, "acme").jsonText()).isEqualTo(packed.jsonText());
    }

    @Test
    void aPeriodWithoutWindowsIsIncomplete(@TempDir Path folder) throws Exception {
        // When
        VerificationReport packed = EvidenceArchive.write(
                new EvidenceArchive.Evidence(
                        scenario.ledger.bucket,
                        "acme",
                        Scenario.start(9),
                        Instant.MAX,
                        scenario.trustRoot,
                        List.of(jar)),
                folder.resolve("a.zip"));

        // Then
        assertThat(packed.exitCode()).as(packed.text()).isEqualTo(ExitCode.INCOMPLETE);
        assertThat(text(folder.resolve("a.zip"), "README.txt")).contains("no committed window");
    }

    @Test
    void aMissingWindowIsSeenInTheArchive(@TempDir Path folder) throws Exception {
        // Given
        Tampering bucket = new Tampering(scenario, folder);
        Scenario.deleteAll(bucket.acme(1).folder);

        // When
        VerificationReport packed = EvidenceArchive.write(evidence(bucket.bucket, 0, 4), folder.resolve("a.zip"));

        // Then
        assertThat(packed.exitCode()).isEqualTo(ExitCode.INCOMPLETE);
    }

    @Test
    void nothingIsOverwrittenAndOddNamesAreNotPacked(@TempDir Path folder) throws Exception {
        // Given
        Path there = Files.writeString(folder.resolve("there.zip"), "mine");
        Tampering bucket = new Tampering(scenario, folder);
        bucket.acme(1).write(".hidden", new byte[] {1});

        // Then
        assertThatExceptionOfType(FileAlreadyExistsException.class)
                .isThrownBy(() -> EvidenceArchive.write(evidence(scenario.ledger.bucket, 0, 4), there));
        assertThat(Files.readString(there)).isEqualTo("mine");
        assertThatExceptionOfType(BundleException.class)
                .isThrownBy(() -> EvidenceArchive.write(evidence(bucket.bucket, 0, 4), folder.resolve("b.zip")))
                .withMessageContaining(".hidden");
        assertThat(folder.resolve("b.zip")).doesNotExist();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new EvidenceArchive.Evidence(
                        temp, "../acme", Instant.MIN, Instant.MAX, scenario.trustRoot, List.of()));
    }

    @Test
    void whatTheVerifierWouldRefuseForItsSizeIsNotWritten(@TempDir Path folder) throws Exception {
        // Given: a limit of the files, reports and sums that there are, and one less
        Path zip = folder.resolve("a.zip");
        EvidenceArchive.Evidence evidence = evidence(scenario.ledger.bucket, 0, 4);
        EvidenceArchive.write(evidence, zip);
        ZipLimits reader = ZipLimits.READER;
        int files = names(zip).size();

        // Then
        EvidenceArchive.write(
                evidence,
                folder.resolve("b.zip"),
                new ZipLimits(files, reader.directoryBytes(), reader.unpackedBytes()),
                DeterministicZip::write);
        for (int less : new int[] {1, files - 1}) {
            assertThatExceptionOfType(EvidenceTooLargeException.class)
                    .isThrownBy(() -> EvidenceArchive.write(
                            evidence,
                            folder.resolve("c.zip"),
                            new ZipLimits(files - less, reader.directoryBytes(), reader.unpackedBytes()),
                            DeterministicZip::write))
                    .withMessageContaining("files");
        }
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).containsExactlyInAnyOrder(zip, folder.resolve("b.zip"));
        }
    }

    @Test
    void strayFilesAmongAnchorsAreNamedToo(@TempDir Path folder) throws Exception {
        // Given: what a file manager leaves behind
        Path bucket = Scenario.copy(scenario.ledger.bucket, folder.resolve("copy"));
        Path stray = Files.write(bucket.resolve("v1/anchors/dt=2026-11-21/6/.DS_Store"), new byte[] {1});

        // Then
        assertThatExceptionOfType(BundleException.class)
                .isThrownBy(() -> EvidenceArchive.write(evidence(bucket, 1, 2), folder.resolve("a.zip")))
                .withMessageContaining(stray.toString());
        assertThat(folder.resolve("a.zip")).doesNotExist();
    }

    @Test
    void nothingIsLeftOfAnArchiveThatCouldNotBeWrittenWhole(@TempDir Path folder) throws Exception {
        // Given: a disk that is full in the middle
        Path bucket = Files.createDirectory(folder.resolve("out"));
        EvidenceArchive.Packer full = (content, out) -> {
            DeterministicZip.write(content, out);
            Files.write(out, Arrays.copyOf(Files.readAllBytes(out), 1000));
            throw new IOException("No space left on device");
        };

        // When / Then
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> EvidenceArchive.write(
                        evidence(scenario.ledger.bucket, 0, 4), bucket.resolve("a.zip"), ZipLimits.READER, full))
                .withMessageContaining("No space left");
        try (Stream<Path> left = Files.list(bucket)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void anArchiveIsMadeOfAnArchiveAsOfItsFolder(@TempDir Path folder) throws Exception {
        // Given
        Path zip = folder.resolve("bucket.zip");
        DeterministicZip.write(scenario.ledger.bucket, zip);

        // When
        EvidenceArchive.write(evidence(scenario.ledger.bucket, 1, 3), folder.resolve("a.zip"));
        EvidenceArchive.write(evidence(zip, 1, 3), folder.resolve("b.zip"));

        // Then
        assertThat(folder.resolve("b.zip")).hasSameBinaryContentAs(folder.resolve("a.zip"));
    }

    @Test
    void nothingIsMadeOfABrokenArchiveOrOfAnotherTenant(@TempDir Path folder) throws Exception {
        // Given
        Path zip = folder.resolve("bucket.zip");
        DeterministicZip.write(scenario.ledger.bucket, zip);
        Path cut = folder.resolve("cut.zip");
        byte[] bytes = Files.readAllBytes(zip);
        Files.write(cut, Arrays.copyOf(bytes, bytes.length - 100));
        Path out = folder.resolve("out.zip");

        // Then
        assertThatExceptionOfType(BundleException.class)
                .isThrownBy(() -> EvidenceArchive.write(evidence(cut, 0, 4), out))
                .withMessageContaining("cut.zip");
        for (Path bucket : List.of(zip, scenario.ledger.bucket)) {
            EvidenceArchive.Evidence other = new EvidenceArchive.Evidence(
                    bucket, "initech", Instant.MIN, Instant.MAX, scenario.trustRoot, List.of(jar));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> EvidenceArchive.write(other, out))
                    .withMessageContaining("initech");
        }
        assertThat(out).doesNotExist();
    }

    @Test
    void theVerifierRunsWithoutTheCommandLine(@TempDir Path folder) throws Exception {
        // Given
        Path zip = folder.resolve("a.zip");
        EvidenceArchive.write(evidence(scenario.ledger.bucket, 0, 4), zip);
        String root = scenario.trustRoot.toString();

        // Then
        assertThat(runMain("verify", zip.toString(), "--tenant", "acme", "--trust-root", root))
                .startsWith("0 VALID (exit code 0)");
        assertThat(runMain("verify", zip.toString(), "--tenant", "acme")).startsWith("4 NOT TRUSTED");
        assertThat(runMain("verify", zip.toString(), "--tenant", "acme", "--output", "json", "--trust-root", root))
                .startsWith("0 {\"bundl");
        for (String[] wrong : new String[][] {
            {},
            {"verify"},
            {"verify", zip.toString(), "--tenant"},
            {"verify", zip.toString(), "--tennant", "acme"},
            {"verify", zip.toString(), "--output", "pdf"},
            {"verify", zip.toString(), "--root-fingerprint", "x"},
            {"verify", "\u0000", "--tenant", "acme"},
            {"sign", zip.toString()},
        }) {
            assertThat(runMain(wrong)).startsWith("2 ");
        }
    }

    /** Exit code and the first characters printed. */
    private static String runMain(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
        int code = Main.run(stream, stream, arguments);
        String text = out.toString(StandardCharsets.UTF_8);
        return code + " " + text.substring(0, Math.min(text.length(), 30));
    }
}
