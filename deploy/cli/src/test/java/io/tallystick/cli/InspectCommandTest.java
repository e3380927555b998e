// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.ZstdInputStream;
import io.tallystick.bundle.BundleLayout;
import io.tallystick.json.JsonObject;
import io.tallystick.json.JsonParser;
import io.tallystick.verify.ExitCode;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InspectCommandTest {
    private static final Path GOLDEN = Path.of(
                    "../../export-sink/verifier/src/test/resources/bundles/four-windows/bucket/v1/tenant=acme")
            .resolve("dt=2026-11-21/window_start=20261121T031500Z");

    @TempDir
    private Path bundle;

    @Test
    void aManifestThatIsTooLargeIsNotReadToItsEnd() throws Exception {
        // Given: more than an array holds, on a disk that stores no zeros
        try (RandomAccessFile manifest =
                new RandomAccessFile(bundle.resolve(BundleLayout.MANIFEST).toFile(), "rw")) {
            manifest.setLength(3L << 30);
        }

        // When
        TallyRun run = TallyRun.of("inspect", bundle.toString());

        // Then
        assertThat(run.exitCode()).as(run.everything()).isEqualTo(ExitCode.FAILED);
        assertThat(run.err()).contains("has not the form it must have", BundleLayout.MANIFEST);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "99"})
    void aLineThatIsNotThereIsUsage(String line) {
        // When
        TallyRun run = TallyRun.of(
                "inspect", GOLDEN.resolve("chain-0000-00000.ndjson.zst").toString(), "--line", line);

        // Then
        assertThat(run.exitCode()).as(run.everything()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("no line " + line, "--line");
    }

    @ParameterizedTest
    @ValueSource(strings = {"SHA256SUMS", "manifest.sig"})
    void whatHasNoFormOfItsOwnIsUsage(String name) {
        // When
        TallyRun run = TallyRun.of("inspect", GOLDEN.resolve(name).toString());

        // Then
        assertThat(run.exitCode()).as(run.everything()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("no file that is shown", "sha256sum");
    }

    @ParameterizedTest
    @ValueSource(strings = {"text", "json"})
    @DisabledOnOs(OS.WINDOWS)
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void aPipeInThePlaceOfAManifestIsNotWaitedFor(String output) throws Exception {
        // Given
        Process made = new ProcessBuilder(
                        "mkfifo", bundle.resolve(BundleLayout.MANIFEST).toString())
                .start();
        assertThat(made.waitFor()).isZero();

        // When
        TallyRun run = TallyRun.of("inspect", bundle.toString(), "--output", output);

        // Then
        assertThat(run.exitCode()).as(run.everything()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("manifest.json: no such regular file");
    }

    @Test
    void aBundlesFolderIsOneJsonObjectForPrograms() throws Exception {
        // When
        TallyRun run = TallyRun.of("inspect", GOLDEN.toString(), "--output", "json");

        // Then
        assertThat(run.exitCode()).as(run.everything()).isZero();
        JsonObject object = JsonParser.parseObject(run.out().strip().getBytes(UTF_8), 64);
        assertThat(object.bool("committed")).isTrue();
        assertThat(object.object("content").string("tenant")).isEqualTo("acme");
    }

    @Test
    void whatALineSaysMovesNoCursor() throws Exception {
        // Given: characters that JSON lets stand as they are
        String hostile = "\u009b2J\u202eDILAV";
        String line = new String(
                        new ZstdInputStream(Files.newInputStream(GOLDEN.resolve("chain-0000-00000.ndjson.zst")))
                                .readAllBytes(),
                        UTF_8)
                .lines()
                .findFirst()
                .orElseThrow();
        Path file =
                Files.writeString(bundle.resolve("chain-0000-00000.ndjson"), line.replace("fourth", hostile) + "\n");

        // When
        TallyRun text = TallyRun.of("inspect", file.toString());
        TallyRun json = TallyRun.of("inspect", file.toString(), "--output", "json");

        // Then
        assertThat(text.exitCode()).as(text.everything()).isZero();
        assertThat(text.out()).contains("{\"note\":\"?2J?DILAV\"}").contains("\n  \"chain\": \"acme/0\",\n");
        assertThat(json.out()).contains(hostile);
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aLinkInThePlaceOfACheckpointCommitsNothing() throws Exception {
        // Given
        Files.copy(GOLDEN.resolve(BundleLayout.MANIFEST), bundle.resolve(BundleLayout.MANIFEST));
        Files.createSymbolicLink(
                bundle.resolve(BundleLayout.CHECKPOINT),
                GOLDEN.resolve(BundleLayout.CHECKPOINT).toAbsolutePath());

        // When
        TallyRun run = TallyRun.of("inspect", bundle.toString());

        // Then
        assertThat(run.exitCode()).as(run.everything()).isZero();
        assertThat(run.out()).contains("NOT COMMITTED");
    }
}
