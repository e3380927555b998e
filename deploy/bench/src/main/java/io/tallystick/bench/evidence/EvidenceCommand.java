// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.evidence;

import io.tallystick.verify.VerificationReport;
import io.tallystick.verify.Verifier;
import io.tallystick.verify.VerifyRequest;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code verify}: a large bundle, verified in a small heap, beside {@code zstd -dc | sha256sum} of the same files. */
@Command(
        name = "verify",
        description = {
            "Verifies a bundle of real events in a JVM with a small heap, and in this one until it is warm, in turn with"
                    + " 'zstd -dc",
            "| sha256sum' over the same files. Needs bash, zstd and sha256sum."
        })
public final class EvidenceCommand implements Callable<Integer> {
    private static final long QUICK_MB = 100;

    @Spec
    private CommandSpec spec;

    @Option(names = "--mb", description = "Content of the bundle in MB (10^6 bytes; default 1000; quick: 100).")
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

    @Option(names = "--quick", description = "A small bundle: the start of the JVM weighs more.")
    private boolean quick;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (megabytes == 0) {
            megabytes = quick ? QUICK_MB : 1000;
        }
        try (Workspace work = Workspace.with(megabytes, payloadBytes)) {
            return run(work);
        }
    }

    private int run(Workspace work) throws IOException, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        out.printf(
                Locale.ROOT,
                "bundle: %,d entries, %,d MB of content, %,d MB stored%n",
                work.entries(),
                megabytes,
                work.storedBytes() / 1_000_000);
        String files = work.stored().stream().map(file -> "'" + file + "'").collect(Collectors.joining(" "));
        List<String> baseline = List.of("bash", "-c", "zstd -dc " + files + " | sha256sum");
        List<String> verifier = new ArrayList<>(Workspace.java(heap));
        verifier.addAll(List.of(
                "io.tallystick.verify.Main",
                "verify",
                work.tenantFolder().toString(),
                "--trust-root",
                work.trustRoot().toString()));
        List<Timed> plain = new ArrayList<>();
        List<Timed> verified = new ArrayList<>();
        List<Timed> warm = new ArrayList<>();
        verifyHere(work);
        for (int round = 0; round < rounds; round++) {
            plain.add(Timed.run(baseline));
            verified.add(Timed.run(verifier));
            warm.add(verifyHere(work));
        }
        print(out, "zstd -dc | sha256sum", plain);
        print(out, "tally verify, -Xmx" + heap, verified);
        print(out, "the same, in this JVM, warm", warm);
        ratio(out, "with the start of its JVM", verified, plain);
        ratio(out, "warm", warm, plain);
        out.flush();
        return verified.stream().allMatch(timed -> timed.exitCode() == 0) ? 0 : 1;
    }

    private static Timed verifyHere(Workspace work) {
        return Timed.here(() -> {
            VerificationReport report =
                    Verifier.verify(VerifyRequest.of(work.tenantFolder()).withTrustRoot(work.trustRoot()));
            return report.exitCode();
        });
    }

    private static void ratio(PrintWriter out, String what, List<Timed> runs, List<Timed> plain) {
        out.printf(
                Locale.ROOT,
                "ratio, %s: wall %.2f, CPU %.2f (wanted: at most 2)%n",
                what,
                Timed.median(runs, Timed::wall) / Timed.median(plain, Timed::wall),
                Timed.median(runs, Timed::cpu) / Timed.median(plain, Timed::cpu));
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
}
