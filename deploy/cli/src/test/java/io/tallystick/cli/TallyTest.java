// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TallyTest {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {"quickstart", "up", "init", "tenant", "produce", "run", "verify", "inspect", "doctor", "recover"
            })
    void everyCommandHasHelp(String command) {
        TallyRun help = TallyRun.of(command, "--help");

        assertThat(help.exitCode()).isZero();
        assertThat(help.out()).contains("Usage: tally " + command);
    }

    @Test
    void helpTeachesWhereToStart() {
        assertThat(TallyRun.of("--help").out()).contains("quickstart", "Exit codes");
    }

    @ParameterizedTest
    @CsvSource({
        "''",
        "nothing-of-the-kind",
        "tenant",
        "doctor",
        "'doctor store --lock 1'",
        "'tenant create'",
        "'run cook'",
        "'recover'"
    })
    void wrongUsageIsExitCode2(String arguments) {
        TallyRun run = TallyRun.of(arguments.isEmpty() ? new String[0] : arguments.split(" "));

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).containsAnyOf("Usage:", "Did you mean");
    }

    @Test
    void missingConfigurationNamesTheFileAndTheRemedy() {
        TallyRun run = TallyRun.of(
                "tenant", "list", "--config", directory.resolve("none").toString());

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("none").contains("--config").doesNotContain("\tat ");
    }

    @Test
    void unusableConfigurationIsExplainedWithoutAStackTrace() throws IOException {
        // Given
        Path config = Files.writeString(directory.resolve("ledger.properties"), "ledger.origin=a b\n");

        // When
        TallyRun run = TallyRun.of("tenant", "list", "--config", config.toString());

        // Then
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("bootstrap.servers").doesNotContain("\tat ");
    }

    @Test
    void doctorDoesNotPassAStoreWithoutLocks() throws IOException {
        // Given
        Path config = Files.writeString(
                directory.resolve("ledger.properties"),
                """
                bootstrap.servers=localhost:9092
                schema.registry.url=http://localhost:8081
                ledger.origin=ledger.example.com
                ledger.bundle.key.file=bundle.pem
                ledger.key.passphrase.file=passphrase
                ledger.export.directory=bucket
                """);

        // When
        TallyRun run = TallyRun.of("doctor", "store", "--config", config.toString());

        // Then
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("without locks", "ledger.export.lock.mode");
    }

    @Test
    void stackTraceIsForDebuggingOnly() {
        TallyRun run = TallyRun.of(
                "tenant",
                "list",
                "--debug",
                "--config",
                directory.resolve("none").toString());

        assertThat(run.err()).contains("\tat ");
    }
}
