// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;

class BenchTest {
    private static final int WIDE = 1_000;

    private static Map<String, CommandLine> commands() {
        return new CommandLine(new Bench()).setUsageHelpWidth(WIDE).getSubcommands();
    }

    static Stream<String> names() {
        return commands().keySet().stream();
    }

    private static CommandLine command(String name) {
        return commands().get(name);
    }

    /** Picocli formats each of them; where it cannot, it prints a warning and the text as it is. */
    private static Stream<String> descriptions(CommandSpec spec) {
        return Stream.concat(
                Arrays.stream(spec.usageMessage().description()),
                spec.options().stream().flatMap(option -> Arrays.stream(option.description())));
    }

    @ParameterizedTest
    @MethodSource("names")
    void descriptionsCanBeFormatted(String name) {
        // When, Then
        assertThat(descriptions(command(name).getCommandSpec()))
                .isNotEmpty()
                .allSatisfy(text -> assertThat(String.format(Locale.ROOT, text)).isNotBlank());
    }

    @ParameterizedTest
    @MethodSource("names")
    void helpHasNothingThatShouldHaveBeenReplaced(String name) {
        // When
        String usage = command(name).getUsageMessage(Ansi.OFF);

        // Then
        assertThat(usage).contains(name).doesNotContain("%n", "%%", "${");
    }

    @Test
    void aPercentSignIsPrintedAsOne() {
        // When, Then
        assertThat(command("scaling").getUsageMessage(Ansi.OFF)).contains("90% of the load");
    }

    @Test
    void commandsThatShareOptionsHaveDefaultsOfTheirOwn() {
        // When, Then
        assertThat(command("verify").getUsageMessage(Ansi.OFF)).contains("default: 1000)", "default: 3)");
        assertThat(command("prove").getUsageMessage(Ansi.OFF)).contains("default: 520)", "default: 5)");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "anchor",
                "export",
                "ingest",
                "kernels",
                "latency",
                "prove",
                "recovery",
                "scaling",
                "seal",
                "sequencer",
                "verify"
            })
    void commandsWithGoalsCanRequireThem(String name) {
        // When, Then
        assertThat(command(name).getCommandSpec().findOption("--require")).isNotNull();
    }

    @Test
    void aWrongArgumentIsRefused() {
        // Given
        CommandLine bench = new CommandLine(new Bench()).setErr(new PrintWriter(new StringWriter()));

        // When, Then
        assertThat(bench.execute("faults", "--brokers", "1", "--within", "0")).isEqualTo(2);
        assertThat(bench.execute("faults", "--brokers", "2")).isEqualTo(2);
        assertThat(bench.execute("kernels", "--required")).isEqualTo(2);
    }
}
