// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.load;

import io.tallystick.embedded.EmbeddedOptions;
import io.tallystick.embedded.EmbeddedRegistry;
import io.tallystick.json.JsonException;
import io.tallystick.json.JsonScanner;
import io.tallystick.serde.LedgerSerdes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code export}: the exporter's first step beside zstd and SHA-256 over the same lines, one thread each. */
@Command(
        name = "export",
        description = {
            "From records of ledger.entries to stored data files, beside 'zstd -3' and SHA-256 of the same lines, in turns and"
                    + " on one thread.",
            "Wanted: half of its speed, and at most 5 CPU microseconds a row of 300 bytes."
        })
public final class ExportCommand implements Callable<Integer> {
    private static final double RATIO_WANTED = 0.5;
    private static final double SMALL_ROW_MICROS_WANTED = 5;
    private static final int SMALL_ROW = 300;

    /** While everything is being compiled. */
    private static final int ROUNDS_BEFORE = 3;

    private static final int PAYLOAD_DEPTH_MAX = 64;

    @Spec
    private CommandSpec spec;

    @Mixin
    private Report report;

    @Option(
            names = "--payload",
            split = ",",
            defaultValue = "0,300",
            description = "Bytes of each payload, made of real events; 0 for real events as they are"
                    + " (default: ${DEFAULT-VALUE}).")
    private List<Integer> payloads;

    @Option(names = "--mb", description = "Payloads of a window in MB (10^6 bytes; default: 80; quick: 20).")
    private int megabytes;

    @Option(names = "--rounds", description = "Measured rounds, after " + ROUNDS_BEFORE + " that are not counted.")
    private int rounds;

    @Option(names = "--profile", description = "Also print where the thread spends its time.")
    private boolean profile;

    private final Table table = new Table(
            "export",
            "payload",
            "events",
            "line B",
            "zstd MB/s",
            "export MB/s",
            "ratio",
            "wanted",
            "zstd us",
            "export us",
            "wanted us");

    @Override
    public Integer call() throws IOException, InterruptedException {
        int measured = rounds > 0 ? rounds : report.size(9, 3);
        Path directory = Files.createTempDirectory("bench-registry");
        try (EmbeddedRegistry registry = EmbeddedRegistry.start(directory, EmbeddedOptions.defaults())) {
            LedgerSerdes serdes = new LedgerSerdes(registry.url());
            for (int size : payloads) {
                measure(serdes, size, measured);
            }
        } finally {
            remove(directory);
        }
        table.note("medians of " + measured + " rounds, exporter and baseline in turns, CPU time of their thread");
        table.note(
                "zstd: 'zstd -3' and SHA-256 of the lines alone, with the exporter's library and settings; MB: of lines, 10^6 B");
        table.note("us: CPU microseconds an event; ratio: of the same round");
        report.add(table);
        return report.finish();
    }

    private static void remove(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private void measure(LedgerSerdes serdes, int size, int measured) throws IOException, InterruptedException {
        EntryRecords records = EntryRecords.of(serdes, payloads(size));
        List<Round> all = new ArrayList<>();
        Profile running = null;
        for (int round = 0; round < ROUNDS_BEFORE + measured; round++) {
            if (profile && round == ROUNDS_BEFORE) {
                running = Profile.start(
                        Pattern.compile(Pattern.quote(Thread.currentThread().getName())));
            }
            all.add(round(records));
        }
        if (running != null) {
            running.end();
            running.print(title(size), spec.commandLine().getErr());
        }
        row(size, all.subList(ROUNDS_BEFORE, all.size()));
    }

    private List<byte[]> payloads(int size) {
        Payloads source = new Payloads();
        long bytes = (megabytes > 0 ? megabytes : report.size(80, 20)) * 1_000_000L;
        List<byte[]> made = new ArrayList<>();
        for (long written = 0; written < bytes; ) {
            int number = made.size();
            byte[] payload = size == 0 ? minified(source.real(number)) : source.sized(number, size);
            made.add(payload);
            written += payload.length;
        }
        return made;
    }

    private static byte[] minified(byte[] event) {
        try {
            return JsonScanner.minify(event, PAYLOAD_DEPTH_MAX);
        } catch (JsonException e) {
            throw new IllegalStateException("a fixture is not JSON", e);
        }
    }

    /**
     * Both, once.
     *
     * @param bytes of content
     */
    record Round(Duration export, Duration baseline, long bytes, int events) {
        double exportSpeed() {
            return bytes * 1e3 / export.toNanos();
        }

        double baselineSpeed() {
            return bytes * 1e3 / baseline.toNanos();
        }

        /** Speed of the export, as a part of the baseline's. */
        double ratio() {
            return (double) baseline.toNanos() / export.toNanos();
        }

        double exportMicros() {
            return export.toNanos() / 1e3 / events;
        }

        double baselineMicros() {
            return baseline.toNanos() / 1e3 / events;
        }
    }

    /** @throws IllegalStateException if the exporter's digest is not that of its files' content */
    static Round round(EntryRecords records) throws IOException {
        try (ExportPass pass = new ExportPass(records)) {
            Duration export = pass.export();
            List<byte[]> content = pass.content();
            ExportPass.Baseline baseline = ExportPass.baseline(content);
            if (!baseline.digest().equals(pass.digest())) {
                throw new IllegalStateException(
                        "content " + baseline.digest() + ", the exporter says " + pass.digest());
            }
            long bytes = content.stream().mapToLong(chunk -> chunk.length).sum();
            return new Round(export, baseline.cpu(), bytes, records.events());
        }
    }

    private static String title(int size) {
        return size == 0 ? "real" : String.format(Locale.ROOT, "%,d B", size);
    }

    private void row(int size, List<Round> measured) {
        Round any = measured.get(0);
        double ratio = Median.of(measured, Round::ratio);
        double micros = Median.of(measured, Round::exportMicros);
        double microsWanted = size > 0 && size <= SMALL_ROW ? SMALL_ROW_MICROS_WANTED : Double.NaN;
        table.row(
                title(size),
                any.events(),
                any.bytes() / any.events(),
                Median.of(measured, Round::baselineSpeed),
                Median.of(measured, Round::exportSpeed),
                ratio,
                RATIO_WANTED,
                Median.of(measured, Round::baselineMicros),
                micros,
                microsWanted);
        report.goals().atLeast(title(size) + ", ratio", ratio, RATIO_WANTED);
        report.goals().atMost(title(size) + ", CPU microseconds a row", micros, microsWanted);
        report.progress("%s: ratio %.2f", title(size), ratio);
    }
}
