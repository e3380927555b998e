// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WholeFileTest {
    private static final byte[] FRESH = "a=2\nb=2\n".getBytes(StandardCharsets.UTF_8);

    @TempDir
    private Path directory;

    private Path file;

    @BeforeEach
    void makeFile() throws IOException {
        file = Files.writeString(directory.resolve("ledger.properties"), "a=1\nb=2\n");
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    private static void chmod(Path file, String mode) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-------", "r--------", "rw-r-----", "rw-rw-rw-"})
    void whatReplacesAFileIsForTheSamePeople(String mode) throws IOException {
        chmod(file, mode);

        WholeFile.write(file, FRESH);

        assertThat(file).hasBinaryContent(FRESH);
        assertThat(mode(file)).isEqualTo(mode);
    }

    @Test
    void aSettingIsChangedInAPrivateFileThatStaysPrivate() throws IOException {
        chmod(file, "rw-------");

        new ConfigFile(file).set("a", "2");

        assertThat(file).hasBinaryContent(FRESH);
        assertThat(mode(file)).isEqualTo("rw-------");
    }

    @Test
    void aSymbolicLinkStaysOne() throws IOException {
        Path link = Files.createSymbolicLink(directory.resolve("link"), file.getFileName());
        chmod(file, "rw-------");

        WholeFile.write(link, FRESH);

        assertThat(link).isSymbolicLink();
        assertThat(file).hasBinaryContent(FRESH);
        assertThat(mode(file)).isEqualTo("rw-------");
        assertThat(directory).isDirectoryNotContaining(path -> path.toString().endsWith(".new"));
    }

    @Test
    void whatAnAttemptThatWasKilledLeftIsNeitherKeptNorFollowed() throws IOException {
        Path other = Files.writeString(directory.resolve("other"), "untouched");
        Files.createSymbolicLink(directory.resolve("ledger.properties.new"), other);

        WholeFile.write(file, FRESH);

        assertThat(file).hasBinaryContent(FRESH).isRegularFile();
        assertThat(other).hasContent("untouched");
    }

    @Test
    void aNewFileIsMade() throws IOException {
        Path made = directory.resolve("made");

        WholeFile.write(made, FRESH);

        assertThat(made).hasBinaryContent(FRESH);
    }

    @Test
    void aFileThatCannotBeReplacedStaysAsItIs() throws IOException {
        Files.createDirectories(directory.resolve("ledger.properties.new/full"));

        assertThatThrownBy(() -> WholeFile.write(file, FRESH))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("cannot write " + file);
        assertThatThrownBy(() -> WholeFile.write(directory.resolve("none/made"), FRESH))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("cannot write");

        assertThat(file).hasContent("a=1\nb=2\n");
    }
}
