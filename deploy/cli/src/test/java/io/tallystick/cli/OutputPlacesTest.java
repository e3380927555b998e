// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.verify.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Outputs of the commands for auditors, in places where they would do harm. */
class OutputPlacesTest {
    private static final Path GOLDEN = Path.of("../../export-sink/verifier/src/test/resources/bundles/four-windows");

    @TempDir
    Path folder;

    @BeforeEach
    void copy() throws IOException {
        try (Stream<Path> paths = Files.walk(GOLDEN)) {
            for (Path path : paths.filter(path -> !path.equals(GOLDEN)).toList()) {
                Files.copy(path, folder.resolve(GOLDEN.relativize(path).toString()));
            }
        }
        Files.writeString(folder.resolve("old"), "old");
    }

    private Map<String, byte[]> files() throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.filter(Files::isRegularFile).toList()) {
                files.put(folder.relativize(path).toString(), Files.readAllBytes(path));
            }
        }
        return files;
    }

    /** Names that begin with a slash are of the test's folder. */
    private TallyRun run(String arguments) {
        return TallyRun.of(arguments.replace(" /", " " + folder + "/").split(" "));
    }

    @ParameterizedTest
    @CsvSource({
        "verify /bucket --trust-root /trust-root.json --report-json /trust-root.json, names",
        "verify /bucket --trust-root /trust-root.json --report-html /bucket/v1/README.md, lies in",
        "verify /bucket --trust-root /trust-root.json --report-junit /bucket/report.xml, lies in",
        "verify /bucket --registry /bucket/v1/registry --report-junit /bucket/v1/registry/report.xml, lies in",
        "verify /bucket --since /old --report-json /old, names",
        "verify /bucket --report-json /a --report-html /a, both name",
        "verify /bucket --report-json /none/a, is not a folder",
        "verify-proof /old --report-json /old, names",
        "verify-proof /old --trust-root /trust-root.json --report-json /trust-root.json, names",
        "prove /bucket --chain acme/0 --seq 2 --trust-root /trust-root.json --out /trust-root.json, names",
        "prove /bucket --chain acme/0 --seq 2 --out /bucket/v1/p, lies in",
        "prove /bucket --chain acme/0 --seq 2 --out /p --tlog-proof /bucket/v1/registry, lies in",
        "prove /bucket --chain acme/0 --seq 2 --out /p --tlog-proof /p, both name",
        "prove /bucket --chain acme/0 --seq 2 --out /p --tlog-proof /old, is not a folder",
        "evidence /bucket --tenant acme --trust-root /trust-root.json --out /bucket/e.zip, lies in",
        "evidence /bucket --tenant acme --trust-root /trust-root.json --out /old, exists already"
    })
    void areWrongUsageAndChangeNothing(String arguments, String says) throws IOException {
        // Given
        Map<String, byte[]> before = files();

        // When
        TallyRun run = run(arguments);

        // Then
        assertThat(run.exitCode()).as(run.everything()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains(says);
        assertThat(run.out()).isEmpty();
        assertThat(files()).containsExactlyEntriesOf(before);
    }

    @Test
    void aProofDoesNotGoIntoTheBundlesByDefault() {
        // When: the current folder is the module's
        TallyRun run = TallyRun.of("prove", "../..", "--chain", "acme/0", "--seq", "2");

        // Then
        assertThat(run.exitCode()).as(run.everything()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("--out", "lies in ../..");
    }

    @ParameterizedTest
    @CsvSource({
        "verify /bucket --tenant acme --trust-root /trust-root.json --report-json /old",
        "prove /bucket --chain acme/0 --seq 2 --out /old"
    })
    void reportsAndProofsReplaceWhatTheyFind(String arguments) throws IOException {
        // Given
        List<String> before = List.copyOf(files().keySet());

        // When
        TallyRun run = run(arguments);

        // Then
        assertThat(run.exitCode()).as(run.everything()).isZero();
        assertThat(Files.readString(folder.resolve("old"))).startsWith("{");
        assertThat(files().keySet()).containsExactlyElementsOf(before);
    }
}
