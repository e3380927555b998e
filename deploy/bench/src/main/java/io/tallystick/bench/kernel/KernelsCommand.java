// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.kernel;

import io.tallystick.bench.goal.Goals;
import io.tallystick.json.Jcs;
import io.tallystick.json.JsonArray;
import io.tallystick.json.JsonObject;
import io.tallystick.json.JsonValue;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.DoubleSummaryStatistics;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code kernels}: runs every kernel and prints each with its ratio to the baseline of its group. */
@Command(name = "kernels", description = "JMH kernels, each beside plain SHA-256 over the same bytes in the same run.")
public final class KernelsCommand implements Callable<Integer> {
    /** The method that is the baseline of the other methods of its class. */
    private static final String BASELINE = "sha256";

    /** Of the speed of a young registry's proofs, where paths are 20 hashes instead of 11 and nothing older is read. */
    private static final double OLD_REGISTRY_WANTED = 0.5;

    @Spec
    private CommandSpec spec;

    @Option(names = "--quick", description = "One fork and fewer turns: about 2 minutes instead of 9, rougher.")
    private boolean quick;

    @Option(
            names = "--only",
            paramLabel = "GROUP",
            split = ",",
            defaultValue = "admit,payload,entry,tree,registry",
            description = "Kernels to run: ${DEFAULT-VALUE}.")
    private List<String> groups;

    @Option(names = "--json", paramLabel = "FILE", description = "Also write the numbers here, for a machine.")
    private Optional<Path> json;

    @Mixin
    private final Goals goals = new Goals();

    @Override
    public Integer call() throws RunnerException, IOException {
        List<Measurement> measurements = measurements(run());
        print(measurements, spec.commandLine().getOut());
        judge(measurements, goals);
        if (json.isPresent()) {
            Files.write(json.get(), Jcs.encode(json(measurements)));
        }
        return goals.finish(spec.commandLine().getOut());
    }

    static void judge(List<Measurement> measurements, Goals goals) {
        Map<String, Double> ratios = new HashMap<>();
        for (Measurement measured : measurements) {
            ratios.put(measured.name(), measured.ratio());
            goals.atLeast(
                    measured.name() + measured.form().map(form -> " " + form).orElse("") + ", ratio",
                    measured.ratio(),
                    measured.wanted());
        }
        String old = "registry.afterTrillion";
        String young = "registry.afterThousand";
        if (ratios.containsKey(old) && ratios.containsKey(young)) {
            goals.atLeast(old + " beside " + young, ratios.get(old) / ratios.get(young), OLD_REGISTRY_WANTED);
        }
    }

    private Collection<RunResult> run() throws RunnerException {
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include("(?i)\\.(" + String.join("|", groups) + ")Kernels\\.")
                .mode(Mode.SampleTime)
                .timeUnit(TimeUnit.NANOSECONDS)
                .verbosity(VerboseMode.SILENT)
                .shouldFailOnError(true)
                .addProfiler(GCProfiler.class)
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
                perSecond(result) * factor,
                spread(result) * factor,
                perSecond(baseline) * factor,
                allocated(result) / (form.isPresent() ? PayloadKernels.events() : 1));
    }

    /** Of the operations that a quarter was faster than: on a busy machine, one that was not interrupted. */
    private static double perSecond(RunResult result) {
        return perSecond(result.getPrimaryResult());
    }

    private static double perSecond(Result<?> result) {
        return 1e9 / result.getStatistics().getPercentile(25);
    }

    /** Half of what lies between the slowest fork and the fastest. */
    private static double spread(RunResult result) {
        DoubleSummaryStatistics forks = result.getBenchmarkResults().stream()
                .mapToDouble(fork -> perSecond(fork.getPrimaryResult()))
                .summaryStatistics();
        return forks.getCount() > 1 ? (forks.getMax() - forks.getMin()) / 2 : Double.NaN;
    }

    /** Bytes allocated in one operation. The profiler's name for it has had a dot in front. */
    private static double allocated(RunResult result) {
        for (String name : result.getSecondaryResults().keySet()) {
            if (name.endsWith("gc.alloc.rate.norm")) {
                return result.getSecondaryResults().get(name).getScore();
            }
        }
        return Double.NaN;
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

    private static void print(List<Measurement> measurements, PrintWriter out) {
        out.println(Measurement.HEADER);
        measurements.forEach(measurement -> out.println(measurement.row()));
        out.println(
                "ratio: speed / baseline, where the baseline is plain SHA-256 over the same bytes, of the same run; "
                        + "B/event: bytes allocated for an event, entry or leaf");
        out.flush();
    }

    private JsonObject json(List<Measurement> measurements) {
        return JsonObject.builder()
                .put("java", System.getProperty("java.runtime.version"))
                .put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"))
                .put("processors", Runtime.getRuntime().availableProcessors())
                .put("quick", quick)
                .put("missed", JsonArray.ofStrings(goals.missed()))
                .put(
                        "kernels",
                        new JsonArray(measurements.stream()
                                .<JsonValue>map(Measurement::json)
                                .toList()))
                .build();
    }
}
