// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ZipTest {
    @TempDir
    static Path temp;

    private static Scenario scenario;

    @BeforeAll
    static void writeBucket() throws IOException {
        scenario = Scenario.write(temp, 5);
    }

    private static VerificationReport verify(Path zip) {
        return Verifier.verify(VerifyRequest.of(zip).withTrustRoot(scenario.trustRoot));
    }

    /** Deflated, with folders, as any packer would. */
    private static Path pack(Path folder, Path out) throws IOException {
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(out));
                Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.filter(p -> !p.equals(folder)).toList()) {
                String name = folder.relativize(path).toString();
                zip.putNextEntry(new ZipEntry(Files.isDirectory(path) ? name + "/" : name));
                if (!Files.isDirectory(path)) {
                    Files.copy(path, zip);
                }
            }
        }
        return out;
    }

    @Test
    void archiveOfABucketIsVerifiedAsTheBucketIs(@TempDir Path folder) throws IOException {
        // Given
        Path deflated = pack(scenario.ledger.bucket, folder.resolve("a.zip"));
        Path stored = folder.resolve("b");
        DeterministicZip.write(scenario.ledger.bucket, stored);

        // When
        VerificationReport expected = verify(scenario.ledger.bucket);

        // Then
        assertThat(expected.exitCode()).isZero();
        assertThat(verify(deflated).jsonText()).isEqualTo(expected.jsonText());
        assertThat(verify(stored).jsonText()).isEqualTo(expected.jsonText());
    }

    @Test
    void oneTenantOfAnArchiveCanBeNamed(@TempDir Path folder) throws IOException {
        // Given
        Path zip = pack(scenario.ledger.bucket, folder.resolve("a.zip"));
        VerifyRequest request = VerifyRequest.of(zip).withTrustRoot(scenario.trustRoot);

        // Then
        VerificationReport acme = Verifier.verify(request.withTenant("acme"));
        assertThat(acme.exitCode()).as(acme.text()).isZero();
        assertThat(acme.tenants()).hasSize(1);
        assertThat(Verifier.verify(request.withTenant("initech")).exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(Verifier.verify(request.withTenant("../acme")).exitCode()).isEqualTo(ExitCode.USAGE);
    }

    /** Written to a file, and to a pipe, where checksums and sizes come behind the content. Skipped without the tool. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "zip -q -r out.zip v1",
                "zip -q -0 -r out.zip v1",
                "zip -q -r - v1 | cat > out.zip",
                "zip -q -0 -r - v1 | cat > out.zip"
            })
    void anArchiveByInfoZipIsVerifiedAsTheBucketIs(String command, @TempDir Path folder) throws Exception {
        // Given
        assumeTrue(
                Stream.of(System.getenv("PATH").split(Pattern.quote(File.pathSeparator)))
                        .anyMatch(path -> Files.isExecutable(Path.of(path, "zip"))),
                "not run, zip is missing");
        Path bucket = Scenario.copy(scenario.ledger.bucket, folder.resolve("bucket"));
        Process zip = new ProcessBuilder("bash", "-c", command)
                .directory(bucket.toFile())
                .redirectErrorStream(true)
                .start();
        String said = Text.string(zip.getInputStream().readAllBytes());
        assertThat(zip.waitFor()).as(said).isZero();

        // When
        VerificationReport report = verify(bucket.resolve("out.zip"));

        // Then
        assertThat(report.exitCode()).as(report.text()).isZero();
        assertThat(report.jsonText()).isEqualTo(verify(scenario.ledger.bucket).jsonText());
    }

    @ParameterizedTest
    @ValueSource(ints = {12, 16, 20, 24})
    void everyFormOfADescriptorIsRead(int length, @TempDir Path folder) throws Exception {
        // Given: with a signature or without, sizes of four bytes or of eight; in the header they are open, or said
        byte[] content = {'x'};
        byte[] behind = new byte[length];
        ByteBuffer descriptor = ByteBuffer.wrap(behind).order(ByteOrder.LITTLE_ENDIAN);
        if (length == 16 || length == 24) {
            descriptor.putInt(0x08074b50);
        }
        descriptor.putInt(TestZip.crc(content));
        for (int i = 0; i < 2; i++) {
            if (length < 20) {
                descriptor.putInt(content.length);
            } else {
                descriptor.putLong(content.length);
            }
        }
        for (int size : new int[] {0, 1, -1}) {
            byte[] header = TestZip.header("v1/a", 0, 8, 0, size, size, new byte[0]);
            byte[] zip = new TestZip().described(header, content, 8, behind).end(0);

            // When / Then
            try (UnpackedZip unpacked = UnpackedZip.of(Files.write(folder.resolve("a.zip"), zip))) {
                assertThat(unpacked.folder().resolve("v1/a")).hasContent("x");
            }
        }
    }

    @Test
    void wideSizesAreReadInHeaderAndDirectory(@TempDir Path folder) throws Exception {
        // Given
        byte[] content = {'x'};
        byte[] extra = TestZip.little(20)
                .putShort((short) 1)
                .putShort((short) 16)
                .putLong(1)
                .putLong(1)
                .array();
        byte[] header = TestZip.header("v1/a", 0, 0, TestZip.crc(content), -1, -1, extra);
        byte[] zip = new TestZip().described(header, content, 0, new byte[0]).end64(0);

        // When / Then
        try (UnpackedZip unpacked = UnpackedZip.of(Files.write(folder.resolve("a.zip"), zip))) {
            assertThat(unpacked.folder().resolve("v1/a")).hasContent("x");
        }
    }

    @Test
    void nothingIsLeftBehind(@TempDir Path folder) throws IOException {
        // Given
        Path tmp = Path.of(System.getProperty("java.io.tmpdir"));
        Path good = pack(scenario.ledger.bucket, folder.resolve("a.zip"));
        Path bad = Files.write(folder.resolve("b.zip"), Arrays.copyOf(Files.readAllBytes(good), 500));
        long before = leftovers(tmp);

        // When
        verify(good);
        verify(bad);

        // Then
        assertThat(leftovers(tmp)).isEqualTo(before);
    }

    private static long leftovers(Path tmp) throws IOException {
        try (Stream<Path> files = Files.list(tmp)) {
            return files.filter(path -> path.getFileName().toString().startsWith("tally-verify"))
                    .count();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("io.tallystick.verify.HostileZips#rows")
    void hostileArchiveIsRefusedBeforeItIsUsed(HostileZips.Hostile hostile, @TempDir Path folder) throws IOException {
        // Given
        Path zip = Files.write(folder.resolve("a.zip"), hostile.archive());

        // When
        VerificationReport report = verify(zip);

        // Then
        assertThat(report.exitCode()).as(report.text()).isEqualTo(ExitCode.FAILED);
        assertThat(report.target().orElseThrow().faults().get(0).message()).contains(hostile.message());
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(zip);
        }
    }

    @Test
    void noSingleByteOfAnArchiveCanBeChangedUnseen(@TempDir Path folder) throws IOException {
        // Given
        Path good = folder.resolve("good.zip");
        DeterministicZip.write(scenario.ledger.bucket.resolve(Scenario.path("acme", 1)), good);
        byte[] bytes = Files.readAllBytes(good);
        String expected = verify(good).jsonText();
        Random random = new Random(7);
        for (int i = 0; i < 60; i++) {
            byte[] changed = bytes.clone();
            changed[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));

            // When
            VerificationReport report = verify(Files.write(folder.resolve("changed.zip"), changed));

            // Then
            boolean sameContent = report.jsonText().equals(expected);
            boolean refused = report.exitCode() == ExitCode.FAILED || report.exitCode() == ExitCode.USAGE;
            assertThat(sameContent || refused).as(report.text()).isTrue();
        }
    }

    @Test
    void archivesAreWrittenTheSameWhereverAndWheneverTheyAre(@TempDir Path folder) throws IOException {
        // Given
        Map<String, byte[]> written = new TreeMap<>();
        for (String name : new String[] {"one", "two"}) {
            Path copy = Scenario.copy(scenario.ledger.bucket, folder.resolve(name));
            DeterministicZip.write(copy, folder.resolve(name + ".zip"));
            written.put(name, Files.readAllBytes(folder.resolve(name + ".zip")));
        }

        // Then
        assertThat(written.get("one")).isEqualTo(written.get("two"));
    }
}
