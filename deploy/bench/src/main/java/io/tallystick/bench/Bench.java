// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench;

import io.tallystick.json.Jcs;
import io.tallystick.json.JsonArray;
import io.tallystick.json.JsonObject;
import io.tallystick.json.JsonValue;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs every kernel and prints each with its ratio to the baseline of its group.
 *
 * <pre>
 * java -jar tallystick-bench-0.1.0.jar [--quick] [--json FILE]
 * </pre>
 */
public final class Bench {
    /** The method that is the baseline of the other methods of its class. */
    private static final String BASELINE = "sha256";

    private static final String USAGE = "usage: [--quick] [--json FILE]";

    private Bench() {}

    /** Exit code 0, or 2 if the arguments are wrong. */
    @SuppressWarnings("SystemOut") // A command: its result belongs on standard output.
    public static void main(String[] args) throws RunnerException, IOException {
        boolean quick = false;
        Optional<Path> json = Optional.empty();
        for (int i = 0; i < args.length; i++) {
            if (args[i].equals("--quick")) {
                quick = true;
            } else if (args[i].equals("--json") && i + 1 < args.length) {
                json = Optional.of(Path.of(args[++i]));
            } else {
                System.err.println(USAGE);
                System.exit(2);
            }
        }
        List<Measurement> measurements = measurements(run(quick));
        print(measurements, System.out);
        if (json.isPresent()) {
            Files.write(json.get(), Jcs.encode(json(measurements, quick)));
        }
    }

    private static Collection<RunResult> run(boolean quick) throws RunnerException {
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include("\\.(Payload|Entry|Tree)Kernels\\.")
                .verbosity(VerboseMode.SILENT)
                .shouldFailOnError(true)
                .forks(quick ? 1 : 3)
                .warmupIterations(quick ? 2 : 5)
                .warmupTime(TimeValue.seconds(1))
                .measurementIterations(quick ? 3 : 5)
                .measurementTime(TimeValue.seconds(1));
        return new Runner(options.build()).run();
    }

    /** Every result but the baselines, which stand beside the others. */
    private static List<Measurement> measurements(Collection<RunResult> results) {
        List<Measurement> measurements = new ArrayList<>();
        for (RunResult result : results) {
            if (!kernel(result).equals(BASELINE)) {
                measurements.add(measurement(result, baseline(results, result)));
            }
        }
        return measurements;
    }

    private static Measurement measurement(RunResult result, RunResult baseline) {
        Optional<String> form = form(result);
        // Passes over the sample events a second become megabytes a second.
        double factor = form.map(input -> PayloadKernels.bytes(input) / 1e6).orElse(1.0);
        return new Measurement(
                group(result),
                kernel(result),
                form,
                form.isPresent() ? "MB/s" : "1/s",
                result.getPrimaryResult().getScore() * factor,
                result.getPrimaryResult().getScoreError() * factor,
                baseline.getPrimaryResult().getScore() * factor);
    }

    private static RunResult baseline(Collection<RunResult> results, RunResult of) {
        return results.stream()
                .filter(result -> kernel(result).equals(BASELINE))
                .filter(result ->
                        group(result).equals(group(of)) && form(result).equals(form(of)))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no baseline for " + kernel(of)));
    }

    private static String group(RunResult result) {
        String[] parts = result.getParams().getBenchmark().split("\\.", -1);
        return parts[parts.length - 2].replace("Kernels", "").toLowerCase(Locale.ROOT);
    }

    private static String kernel(RunResult result) {
        String name = result.getParams().getBenchmark();
        return name.substring(name.lastIndexOf('.') + 1);
    }

    private static Optional<String> form(RunResult result) {
        return Optional.ofNullable(result.getParams().getParam("form"));
    }

    private static void print(List<Measurement> measurements, PrintStream out) {
        out.println(Measurement.HEADER);
        measurements.forEach(measurement -> out.println(measurement.row()));
        out.println(
                "ratio: speed / baseline, where the baseline is plain SHA-256 over the same bytes, of the same run");
    }

    private static JsonObject json(List<Measurement> measurements, boolean quick) {
        return JsonObject.builder()
                .put("java", System.getProperty("java.runtime.version"))
                .put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"))
                .put("processors", Runtime.getRuntime().availableProcessors())
                .put("quick", quick)
                .put(
                        "kernels",
                        new JsonArray(measurements.stream()
                                .<JsonValue>map(Measurement::json)
                                .toList()))
                .build();
    }
}
