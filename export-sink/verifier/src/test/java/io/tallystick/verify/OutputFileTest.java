// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OutputFileTest {
    @TempDir
    Path folder;

    private static void write(Path file, String content) throws IOException {
        OutputFile.write(file, out -> out.write(content.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void aFileIsMadeAndReplacedAndNothingElseLeft() throws IOException {
        // Given
        Path file = folder.resolve("report.json");

        // When
        write(file, "old and longer");
        OutputFile.writeText(file, out -> out.write("prüfung"));

        // Then
        assertThat(file).hasContent("prüfung");
        assertThat(folder).isDirectoryContaining(file::equals);
        assertThat(folder.toFile().list()).hasSize(1);
    }

    @Test
    void whatFailsHalfWayLeavesTheOldFile() throws IOException {
        // Given
        Path file = Files.writeString(folder.resolve("report.json"), "old");

        // When
        assertThatThrownBy(() -> OutputFile.write(file, out -> {
                    out.write(new byte[1 << 16]);
                    throw new IOException("the disk is full");
                }))
                .hasMessage("the disk is full");

        // Then
        assertThat(file).hasContent("old");
        assertThat(folder.toFile().list()).hasSize(1);
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void whatReplacesAPrivateFileIsPrivateAndALinkStaysOne() throws IOException {
        // Given
        Path file = Files.writeString(folder.resolve("report.json"), "old");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        Path link = Files.createSymbolicLink(folder.resolve("link"), file.getFileName());

        // When
        write(link, "new");

        // Then
        assertThat(link).isSymbolicLink();
        assertThat(file).hasContent("new");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    @Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void aPipeIsWrittenToAsItIs() throws Exception {
        // Given: somebody who reads, as a shell's >(...) is
        Path pipe = folder.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        CompletableFuture<String> reader = CompletableFuture.supplyAsync(() -> {
            try {
                return Files.readString(pipe);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });

        // When
        write(pipe, "report");

        // Then
        assertThat(reader.get()).isEqualTo("report");
        assertThat(Files.isRegularFile(pipe)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"/dev/stdout, true", "/dev/fd/63, true", "/dev/null, true", "/dev/shm/none/report, false"})
    @DisabledOnOs(OS.WINDOWS)
    void whatLeadsToADeviceHasNothingToReplace(Path file, boolean stream) {
        assertThat(OutputFile.isStream(file)).isEqualTo(stream);
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void whatStandsOnAStandardOutputStays() throws Exception {
        // Given: a process's standard output that leads to a file
        Path file = Files.writeString(folder.resolve("output"), "before ");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Printer.class.getName())
                .redirectOutput(ProcessBuilder.Redirect.appendTo(file.toFile()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();

        // When
        assertThat(process.waitFor()).isZero();

        // Then
        assertThat(file).hasContent("before report text");
    }

    /** Writes a report to its standard output, and something after it. */
    static final class Printer {
        private Printer() {}

        public static void main(String[] arguments) throws IOException {
            write(Path.of("/dev/stdout"), "report");
            System.out.print(" text");
        }
    }

    @Test
    void aFolderIsNotReplaced() {
        assertThatThrownBy(() -> write(folder, "x")).hasMessageContaining("it is a folder");
    }
}
