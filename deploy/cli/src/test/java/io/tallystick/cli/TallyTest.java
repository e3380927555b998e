// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class TallyTest {
    /** A tour for people, processes that log, and what is printed for other tools already. */
    private static final Set<String> WITHOUT_RESULTS = Set.of("quickstart", "run", "trust-root export");

    @TempDir
    private Path directory;

    /** Commands that do something: those that only hold others are left out. */
    static Stream<String> commands() {
        return commands("", Tally.commandLine().getSubcommands());
    }

    private static Stream<String> commands(String prefix, Map<String, CommandLine> subcommands) {
        return subcommands.entrySet().stream()
                .flatMap(command -> command.getValue().getSubcommands().isEmpty()
                        ? Stream.of(prefix + command.getKey())
                        : commands(
                                prefix + command.getKey() + " ",
                                command.getValue().getSubcommands()));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyCommandHasHelp(String command) {
        TallyRun help = TallyRun.of((command + " --help").split(" ", -1));

        assertThat(help.exitCode()).isZero();
        assertThat(help.out()).contains("Usage: tally " + command);
    }

    static Stream<CommandLine> listed() {
        return listed(Tally.commandLine());
    }

    private static Stream<CommandLine> listed(CommandLine parent) {
        return parent.getSubcommands().values().stream()
                .flatMap(command -> Stream.concat(Stream.of(command), listed(command)));
    }

    /** A list of commands has of each the first line of its description alone. */
    @ParameterizedTest
    @MethodSource("listed")
    void whatAListSaysOfACommandIsAWholeSentence(CommandLine command) {
        String[] description = command.getCommandSpec().usageMessage().description();

        assertThat(description).as(command.getCommandName()).isNotEmpty();
        assertThat(description[0]).as(command.getCommandName()).matches("[A-Z].*[.?] ?");
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyCommandWithResultsHasThemForMachines(String command) {
        TallyRun help = TallyRun.of((command + " --help").split(" ", -1));

        if (WITHOUT_RESULTS.contains(command)) {
            assertThat(help.out()).doesNotContain("--output=");
        } else {
            assertThat(help.out()).contains("--output=text|json");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "verify b --as-of",
                "verify-proof p --as-of",
                "prove b --chain acme/0 --seq 1 --from",
                "prove b --chain acme/0 --seq 1 --to",
                "evidence b --tenant acme --trust-root t --out o --from",
                "evidence b --tenant acme --trust-root t --out o --to",
                "export b --out o --from",
                "export b --out o --to",
                "trust-root update t d --not-before",
                "trust-root update t d --not-after",
                "trust-root update t d --since",
                "trust-root update t d --expires",
                "trust-root update t d --valid-from"
            })
    void timesHaveOneFormEverywhere(String option) {
        List<String> arguments = new ArrayList<>(List.of(option.split(" ", -1)));
        arguments.add("21.11.2026");

        TallyRun run = TallyRun.of(arguments.toArray(new String[0]));

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("not a time: '21.11.2026'; write 2026-11-01 or 2026-11-01T03:00:00Z (UTC)");
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
        assertThat(run.err())
                .contains("bootstrap.servers", "Correct the configuration file " + config)
                .doesNotContain("\tat ");
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
