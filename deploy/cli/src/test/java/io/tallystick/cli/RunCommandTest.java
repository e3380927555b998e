// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.verify.ExitCode;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is refused before any broker is asked: there is none. */
class RunCommandTest {
    @TempDir
    private Path directory;

    private TallyRun run(String stage, Path state) throws IOException {
        Path config = Files.writeString(
                directory.resolve("ledger.properties"),
                """
                bootstrap.servers=127.0.0.1:1
                client.default.api.timeout.ms=2000
                client.request.timeout.ms=1000
                schema.registry.url=http://127.0.0.1:1
                ledger.origin=ledger.example.com
                ledger.prefix=x.
                ledger.signing.key.files=none.pem
                ledger.key.passphrase.file=none
                state.dir=%s
                """
                        .formatted(state));
        return TallyRun.of("run", stage, "--config", config.toString());
    }

    @ParameterizedTest
    @CsvSource({"chain, x-chain", "anchor, x-trees", "anchor, x-registry"})
    void aStateDirectoryInUseIsExitCode2(String stage, String application) throws IOException {
        // Given
        Path state = directory.resolve("state");
        Path lock = Files.createDirectories(state.resolve(application)).resolve(".lock");

        try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                FileLock held = channel.lock()) {
            // When
            TallyRun run = run(stage, state);

            // Then
            assertThat(held.isValid()).isTrue();
            assertThat(run.exitCode()).as(run.everything()).isEqualTo(ExitCode.USAGE);
            assertThat(run.err())
                    .contains("state directory " + state + " is in use by another process", "its own state.dir");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"chain", "anchor"})
    void aStateDirectoryThatCannotBeMadeIsExitCode2(String stage) throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "");

        for (Path state : new Path[] {file, file.resolve("state")}) {
            TallyRun run = run(stage, state);

            assertThat(run.exitCode()).as(run.everything()).isEqualTo(ExitCode.USAGE);
            assertThat(run.err())
                    .contains("state directory " + state + " cannot be written", "state.dir")
                    .doesNotContain("internal error");
        }
    }

    @Test
    void theLockOfAProcessThatHasEndedIsNone() throws IOException {
        Path state = directory.resolve("state");
        Files.createFile(Files.createDirectories(state.resolve("x-chain")).resolve(".lock"));

        TallyRun run = run("chain", state);

        assertThat(run.exitCode()).as(run.everything()).isEqualTo(ExitCode.UNREACHABLE);
    }
}
