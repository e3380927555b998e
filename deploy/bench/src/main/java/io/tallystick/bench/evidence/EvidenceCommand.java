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
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
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
    private static final double RATIO_WANTED = 2;

    @Spec
    private CommandSpec spec;

    @Mixin
    private final BundleOptions options = new BundleOptions(1000, 0, 3);

    @Override
    public Integer call() throws IOException, InterruptedException {
        try (Workspace work = options.make()) {
            return run(work);
        }
    }

    private int run(Workspace work) throws IOException, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        out.println("bundle: " + work.size());
        String files = work.stored().stream().map(file -> "'" + file + "'").collect(Collectors.joining(" "));
        List<String> baseline = List.of("bash", "-c", "zstd -dc " + files + " | sha256sum");
        List<String> verifier = new ArrayList<>(Workspace.java(options.heap()));
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
        for (int round = 0; round < options.rounds(); round++) {
            plain.add(Timed.run(baseline));
            verified.add(Timed.run(verifier));
            warm.add(verifyHere(work));
        }
        long megabytes = work.megabytes();
        print(out, "zstd -dc | sha256sum", plain, megabytes);
        print(out, "tally verify, -Xmx" + options.heap(), verified, megabytes);
        print(out, "the same, in this JVM, warm", warm, megabytes);
        ratio(out, "with the start of its JVM", verified, plain);
        ratio(out, "warm", warm, plain);
        int goals = options.goals().finish(out);
        return verified.stream().allMatch(timed -> timed.exitCode() == 0) ? goals : 1;
    }

    private static Timed verifyHere(Workspace work) {
        return Timed.here(() -> {
            VerificationReport report =
                    Verifier.verify(VerifyRequest.of(work.tenantFolder()).withTrustRoot(work.trustRoot()));
            return report.exitCode();
        });
    }

    private void ratio(PrintWriter out, String what, List<Timed> runs, List<Timed> plain) {
        double wall = Timed.median(runs, Timed::wall) / Timed.median(plain, Timed::wall);
        double cpu = Timed.median(runs, Timed::cpu) / Timed.median(plain, Timed::cpu);
        out.printf(
                Locale.ROOT, "ratio, %s: wall %.2f, CPU %.2f (wanted: at most %.0f)%n", what, wall, cpu, RATIO_WANTED);
        options.goals().atMost(what + ", wall, ratio", wall, RATIO_WANTED);
        options.goals().atMost(what + ", CPU, ratio", cpu, RATIO_WANTED);
    }

    private static void print(PrintWriter out, String what, List<Timed> runs, long megabytes) {
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
