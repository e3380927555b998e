// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.simulate;

import io.tallystick.json.Jcs;
import io.tallystick.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code simulate}: runs histories and says what did not hold; or repeats one, with a trace. */
@Command(
        name = "simulate",
        description = "Ingest and sequencer, their real cores, in a simulated world of faults; exit 1 on a violation.")
public final class SimulateCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--seeds",
            paramLabel = "N",
            defaultValue = "100000",
            description = "How many. Default: ${DEFAULT-VALUE}")
    private long seeds;

    @Option(
            names = "--first",
            paramLabel = "S",
            defaultValue = "1",
            description = "The first. Default: ${DEFAULT-VALUE}")
    private long first;

    @Option(names = "--seed", paramLabel = "S", description = "Only this one.")
    private Optional<Long> seed;

    @Option(names = "--trace", description = "With --seed: also print what happened.")
    private boolean trace;

    @Option(
            names = "--mutant",
            paramLabel = "RULE",
            defaultValue = "NONE",
            description = "With --seed or --mutants: the protocol without one of its rules: ${COMPLETION-CANDIDATES}")
    private Mutant mutant;

    @Option(
            names = "--mutants",
            description = "Instead: look for each protocol that lacks a rule, in the seeds from --first on.")
    private boolean mutants;

    @Option(names = "--threads", paramLabel = "N", description = "Default: all processors.")
    private Optional<Integer> threads;

    @Option(names = "--json", paramLabel = "FILE", description = "Also write the figures here, for a machine.")
    private Optional<Path> json;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        int exit = mutants ? findMutants(out) : seed.isPresent() ? repeat(seed.get(), out) : runAll(out);
        out.flush();
        return exit;
    }

    private int repeat(long one, PrintWriter out) {
        History.Result result = History.run(one, mutant, trace);
        result.trace().forEach(out::println);
        out.println("seed " + one + ": " + result.violation().orElse("all holds"));
        return result.violation().isPresent() ? 1 : 0;
    }

    private int runAll(PrintWriter out) throws IOException {
        long begun = System.nanoTime();
        Campaign.Figures figures =
                Campaign.run(first, seeds, threads.orElse(Runtime.getRuntime().availableProcessors()));
        double seconds = (System.nanoTime() - begun) / 1e9;
        out.printf(
                Locale.ROOT,
                "%d seeds from %d in %.1f s: %d steps, %d messages, %d entries checked, %.1f days simulated,"
                        + " %d chains halted rightly%n",
                figures.seeds,
                first,
                seconds,
                figures.steps,
                figures.messages,
                figures.entries,
                figures.simulatedMs / 86_400e3,
                figures.halted);
        figures.faults.forEach((fault, count) ->
                out.printf(Locale.ROOT, "  %-24s %12d%n", fault.name().toLowerCase(Locale.ROOT), count));
        out.println(figures.violated + " violations");
        figures.violations.forEach(result -> out.println(
                "  seed " + result.seed() + ": " + result.violation().orElseThrow()
                        + "\n    deploy/bench/run simulate --trace --seed " + result.seed()));
        if (json.isPresent()) {
            Files.write(json.get(), Jcs.encode(json(figures, seconds)));
        }
        return figures.violated == 0 ? 0 : 1;
    }

    private JsonObject json(Campaign.Figures figures, double seconds) {
        JsonObject.Builder faults = JsonObject.builder();
        figures.faults.forEach((fault, count) -> faults.put(fault.name().toLowerCase(Locale.ROOT), count));
        return JsonObject.builder()
                .put("entries", figures.entries)
                .put("faults", faults.build())
                .put("first", first)
                .put("halted", figures.halted)
                .put("messages", figures.messages)
                .put("milliseconds", Math.round(seconds * 1e3))
                .put("seeds", figures.seeds)
                .put("simulatedMs", figures.simulatedMs)
                .put("steps", figures.steps)
                .put("violations", figures.violated)
                .build();
    }

    private int findMutants(PrintWriter out) {
        boolean all = true;
        for (Mutant sought : mutant == Mutant.NONE ? Mutant.all() : List.of(mutant)) {
            Optional<History.Result> found = Campaign.find(sought, first, seeds);
            all &= found.isPresent();
            out.println(String.format(Locale.ROOT, "  %-26s ", sought)
                    + found.map(result -> "seed " + result.seed() + ": "
                                    + result.violation().orElseThrow())
                            .orElse("NOT FOUND"));
            out.flush();
        }
        return all ? 0 : 1;
    }
}
