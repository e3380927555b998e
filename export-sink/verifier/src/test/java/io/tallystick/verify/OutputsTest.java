// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OutputsTest {
    @TempDir
    Path folder;

    private List<Path> read;

    @BeforeEach
    void make() throws IOException {
        Path bucket = Files.createDirectories(folder.resolve("bucket/v1")).getParent();
        Path root = Files.writeString(folder.resolve("trust-root.json"), "{}");
        read = List.of(bucket, root);
        Files.createDirectory(folder.resolve("bucket-2"));
    }

    private Outputs outputs() {
        return Outputs.beside(read);
    }

    @ParameterizedTest
    @CsvSource({
        "trust-root.json, which is read",
        "bucket/../trust-root.json, which is read",
        "bucket, which is read",
        "bucket/report.json, which lies in",
        "bucket/v1/report.json, which lies in",
        "bucket-2/../bucket/v1/report.json, which lies in",
        "none/report.json, none is not a folder",
        "bucket-2, it is a folder"
    })
    void isRefusedWhereItWouldHarmOrCannotLie(String place, String says) {
        assertThatThrownBy(() -> outputs().file("--out", folder.resolve(place)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--out")
                .hasMessageContaining(says);
    }

    @ParameterizedTest
    @CsvSource({"report.json", "bucket.json", "bucket-2/report.json", "bucket/../report.json"})
    void isTakenElsewhere(String place) {
        assertThatCode(() -> outputs().file("--out", folder.resolve(place))).doesNotThrowAnyException();
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void linksAreFollowed() throws IOException {
        // Given
        Path toRoot = Files.createSymbolicLink(folder.resolve("a"), Path.of("trust-root.json"));
        Path toBucket = Files.createSymbolicLink(folder.resolve("b"), Path.of("bucket/v1"));
        Path sameFile = Files.createLink(folder.resolve("c"), folder.resolve("trust-root.json"));

        // Then
        for (Path place : List.of(toRoot, toBucket.resolve("report.json"), sameFile)) {
            assertThatThrownBy(() -> outputs().file("--out", place)).hasMessageContaining("read");
        }
    }

    @Test
    void twoOutputsAreNotOne() {
        // Given
        Outputs outputs = outputs().file("--report-json", folder.resolve("report"));

        // Then
        assertThatThrownBy(() -> outputs.file("--report-html", folder.resolve("bucket-2/../report")))
                .hasMessageContaining("--report-html and --report-json both name");
        assertThatThrownBy(() -> outputs.folder("--tlog-proof", folder.resolve("report")))
                .hasMessageContaining("both name");
        assertThatThrownBy(() ->
                        outputs().folder("--tlog-proof", folder.resolve("new")).file("--out", folder.resolve("new")))
                .hasMessageContaining("both name");
    }

    @Test
    void aFolderMayBeNewAndHoldOtherOutputs() {
        assertThatCode(() -> outputs()
                        .folder("--tlog-proof", folder.resolve("new/paths"))
                        .folder("--tlog-proof", folder)
                        .file("--out", folder.resolve("p")))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> outputs().folder("--tlog-proof", folder.resolve("bucket/v1/new/paths")))
                .hasMessageContaining("which lies in");
        assertThatThrownBy(() -> Outputs.beside(List.of()).folder("--out", folder.resolve("trust-root.json")))
                .hasMessageContaining("is not a folder");
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void devicesMayBeNamedTwice() {
        assertThatCode(() -> outputs()
                        .file("--report-json", Path.of("/dev/null"))
                        .file("--report-html", Path.of("/dev/null")))
                .doesNotThrowAnyException();
    }
}
