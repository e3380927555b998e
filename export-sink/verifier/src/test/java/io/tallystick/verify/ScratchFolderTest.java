// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever the verifier unpacks is gone after it, however it ends. */
class ScratchFolderTest {
    private static final int END_SECONDS_MAX = 60;

    @TempDir
    private Path folder;

    /** A process that has unpacked an archive, and would go on for ever. */
    static final class Busy {
        private Busy() {}

        public static void main(String[] arguments) throws Exception {
            try (UnpackedZip unpacked = UnpackedZip.of(Path.of(arguments[0]))) {
                System.out.println(unpacked.folder());
                System.out.flush();
                while (Files.exists(Path.of(arguments[0]))) {
                    TimeUnit.MILLISECONDS.sleep(10);
                }
            }
        }
    }

    private Path archive() throws IOException {
        Path zip = folder.resolve("evidence.zip");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
            out.putNextEntry(new ZipEntry("v1/tenant=acme/manifest.json"));
            out.write(new byte[100_000]);
            out.closeEntry();
        }
        return zip;
    }

    @Test
    void nothingIsLeftOfAnArchiveWhereItsReaderIsToldToEnd() throws Exception {
        // Given
        Path temporary = Files.createDirectory(folder.resolve("tmp"));
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Djava.io.tmpdir=" + temporary,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Busy.class.getName(),
                        archive().toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader out = process.inputReader()) {
            Path unpacked = Path.of(out.readLine());
            assertThat(unpacked.resolve("v1/tenant=acme/manifest.json")).hasSize(100_000);

            // When: what Ctrl-C sends, in effect
            process.destroy();

            // Then
            assertThat(process.waitFor(END_SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
            assertThat(temporary).isDirectoryNotContaining("glob:**/tally-verify*");
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void itIsNobodyElsesAndGoneWhenClosed() throws Exception {
        // When
        ScratchFolder scratch = ScratchFolder.in(folder, "work");
        Files.writeString(scratch.path().resolve("evidence"), "x");

        // Then
        assertThat(Files.getPosixFilePermissions(scratch.path())).hasSize(3);
        scratch.requireThere();
        scratch.close();
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void whatADiskHasNoRoomForIsNotUnpacked() throws Exception {
        // Given
        Path zip = archive();
        Path[] asked = new Path[1];

        // Then: a file takes whole blocks
        assertThatThrownBy(() -> UnpackedZip.of(zip, path -> {
                    asked[0] = path;
                    return 102_399;
                }))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("unpacked it needs 1 MiB")
                .hasMessageContaining("MiB left");
        assertThat(asked[0]).doesNotExist();
        try (UnpackedZip unpacked = UnpackedZip.of(zip, path -> 102_400)) {
            assertThat(unpacked.folder()).exists();
        }
    }

    @ParameterizedTest
    @CsvSource({"none, it does not exist", "evidence.zip, it is not a folder"})
    void aTemporaryFolderThatCannotBeUsedIsAUsageError(String name, String says) throws Exception {
        // Given
        Path zip = archive();
        String before = System.getProperty("java.io.tmpdir");
        System.setProperty("java.io.tmpdir", folder.resolve(name).toString());

        // When
        VerificationReport report;
        try {
            report = Verifier.verify(VerifyRequest.of(zip));
        } finally {
            System.setProperty("java.io.tmpdir", before);
        }

        // Then
        assertThat(report.exitCode()).as(report.text()).isEqualTo(ExitCode.USAGE);
        assertThat(report.text())
                .contains("nothing can be written in", says, "java.io.tmpdir")
                .doesNotContain("java.nio");
    }
}
