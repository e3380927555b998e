// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.evidence;

import io.tallystick.bundle.BundleException;
import io.tallystick.verify.EntryProver;
import io.tallystick.verify.NoSuchEntryException;
import io.tallystick.verify.WantedEntry;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code verify}: a large bundle, verified in a small heap, beside {@code zstd -dc | sha256sum} of the same files. */
@Command(
        name = "verify",
        description = {
            "Verifies a bundle of real events in a JVM with a small heap, in turn with 'zstd -dc | sha256sum' over the"
                    + " same",
            "files, and cuts the proof of one entry out of it. Needs bash, zstd and sha256sum."
        })
public final class EvidenceCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--mb",
            defaultValue = "1000",
            description = "Content of the bundle in MB (10^6 bytes; default 1000).")
    private long megabytes;

    @Option(names = "--heap", defaultValue = "256m", description = "-Xmx of the verifier (default 256m).")
    private String heap;

    @Option(
            names = "--rounds",
            defaultValue = "3",
            description = "How often each is run; the median counts (default 3).")
    private int rounds;

    @Option(
            names = "--payload",
            defaultValue = "0",
            description = "Bytes of each payload, made of real events; 0 (default) for real events as they are.")
    private int payloadBytes;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path work = Files.createTempDirectory("bench-verify");
        try {
            return run(work);
        } finally {
            try (Stream<Path> all = Files.walk(work)) {
                for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }

    private int run(Path work) throws IOException, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        BundleMaker maker = new BundleMaker(work.resolve("bucket"), payloadBytes);
        long entries = maker.write(megabytes * 1_000_000);
        long stored = 0;
        for (Path file : maker.stored()) {
            stored += Files.size(file);
        }
        out.printf(
                Locale.ROOT,
                "bundle: %,d entries, %,d MB of content, %,d MB stored%n",
                entries,
                megabytes,
                stored / 1_000_000);
        String files = maker.stored().stream().map(file -> "'" + file + "'").collect(Collectors.joining(" "));
        List<String> baseline = List.of("bash", "-c", "zstd -dc " + files + " | sha256sum");
        List<String> verifier = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heap,
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                "io.tallystick.verify.Main",
                "verify",
                maker.tenantFolder().toString(),
                "--trust-root",
                work.resolve("trust-root.json").toString());
        List<Timed> plain = new ArrayList<>();
        List<Timed> verified = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            plain.add(Timed.run(baseline));
            verified.add(Timed.run(verifier));
        }
        print(out, "zstd -dc | sha256sum", plain);
        print(out, "tally verify, -Xmx" + heap, verified);
        out.printf(
                Locale.ROOT,
                "ratio: wall %.2f, CPU %.2f (wanted: at most 2)%n",
                Timed.median(verified, Timed::wall) / Timed.median(plain, Timed::wall),
                Timed.median(verified, Timed::cpu) / Timed.median(plain, Timed::cpu));
        prove(out, maker, entries / 2);
        out.flush();
        return verified.stream().allMatch(timed -> timed.exitCode() == 0) ? 0 : 1;
    }

    private void print(PrintWriter out, String what, List<Timed> runs) {
        double cpu = Timed.median(runs, Timed::cpu);
        out.printf(
                Locale.ROOT,
                "%-30s wall %6.2f s   CPU %6.2f s   %,6.0f MB per CPU second   peak memory %,4.0f MB   exit code %d%n",
                what,
                Timed.median(runs, Timed::wall),
                cpu,
                megabytes / cpu,
                Timed.median(runs, Timed::peakMegabytes),
                runs.get(0).exitCode());
    }

    private void prove(PrintWriter out, BundleMaker maker, long seq) throws IOException {
        List<Double> seconds = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            long begin = System.nanoTime();
            try {
                EntryProver.cut(maker.tenantFolder(), new WantedEntry.At(BundleMaker.CHAIN, seq));
            } catch (BundleException | NoSuchEntryException e) {
                throw new IllegalStateException(e);
            }
            seconds.add((System.nanoTime() - begin) / 1e9);
        }
        out.printf(
                Locale.ROOT,
                "prove seq %,d: %s s in this JVM, first to last (start of a JVM not counted)%n",
                seq,
                seconds.stream().map(s -> String.format(Locale.ROOT, "%.2f", s)).collect(Collectors.joining(", ")));
    }
}
