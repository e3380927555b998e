// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.load;

import io.tallystick.bench.goal.Goals;
import io.tallystick.json.Jcs;
import io.tallystick.json.JsonArray;
import io.tallystick.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options all commands share, and where their tables go: printed when they are complete, together in one JSON file. */
final class Report {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(names = "--quick", description = "Fewer rounds and records: about a quarter of the time, rougher.")
    private boolean quick;

    @Option(names = "--json", paramLabel = "FILE", description = "Also write the numbers here, for a machine.")
    private Optional<Path> json;

    @Mixin
    private final Goals goals = new Goals();

    private final List<Table> tables = new ArrayList<>();

    boolean quick() {
        return quick;
    }

    /** One of two sizes. */
    int size(int full, int reduced) {
        return quick ? reduced : full;
    }

    /** Where every figure goes of which something is wanted. */
    Goals goals() {
        return goals;
    }

    /** Says on standard error what is being done. */
    void progress(String format, Object... values) {
        spec.commandLine().getErr().println(String.format(Locale.ROOT, format, values));
        spec.commandLine().getErr().flush();
    }

    /** Prints a complete table, with the load of the machine below it. */
    void add(Table table) {
        table.note(machine());
        PrintWriter out = spec.commandLine().getOut();
        table.print(out);
        tables.add(table);
    }

    /** Writes the JSON file, if one was asked for, and says which goals were missed; returns the exit code. */
    int finish() throws IOException {
        if (json.isPresent()) {
            JsonObject.Builder all = JsonObject.builder().put("quick", quick);
            tables.forEach(table -> all.put(table.name(), table.json()));
            all.put("missed", JsonArray.ofStrings(goals.missed()));
            Files.write(json.get(), Jcs.encode(all.build()));
        }
        return goals.finish(spec.commandLine().getOut());
    }

    /** Runnable tasks of the machine, averaged over a minute. */
    static double load() {
        return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    }

    private static String machine() {
        return String.format(
                Locale.ROOT,
                "machine: %d processors, load average %.1f at the end, Java %s",
                Runtime.getRuntime().availableProcessors(),
                load(),
                Runtime.version());
    }
}
