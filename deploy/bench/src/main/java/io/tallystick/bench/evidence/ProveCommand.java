// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.evidence;

import io.tallystick.bundle.BundleException;
import io.tallystick.verify.EntryProver;
import io.tallystick.verify.NoSuchEntryException;
import io.tallystick.verify.WantedEntry;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code prove}: how long it takes to cut the proof of one entry out of a window of a million. */
@Command(
        name = "prove",
        description =
                "Cuts the proof of one entry out of a window of about a million entries, by its place and by its id. Wanted: 2 s.")
public final class ProveCommand implements Callable<Integer> {
    private static final double SECONDS_WANTED = 2;

    @Spec
    private CommandSpec spec;

    @Mixin
    private final BundleOptions options = new BundleOptions(520, 40, 5);

    @Override
    public Integer call() throws IOException, InterruptedException {
        try (Workspace work = options.make()) {
            return run(work);
        }
    }

    private int run(Workspace work) throws IOException, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        out.printf(Locale.ROOT, "bundle: %s; wanted: %.0f s for a million entries%n", work.size(), SECONDS_WANTED);
        long seq = work.entries() / 2;
        List<String> prover = new ArrayList<>(Workspace.java(options.heap()));
        prover.addAll(List.of(ProveMain.class.getName(), work.tenantFolder().toString(), Long.toString(seq)));
        List<Timed> fresh = new ArrayList<>();
        List<Timed> byPlace = new ArrayList<>();
        List<Timed> byId = new ArrayList<>();
        WantedEntry place = new WantedEntry.At(BundleMaker.CHAIN, seq);
        WantedEntry id = new WantedEntry.Named("e-" + (seq - 1), Optional.empty(), Optional.empty());
        for (int round = 0; round < options.rounds(); round++) {
            fresh.add(Timed.run(prover));
            byPlace.add(cut(work, place));
            byId.add(cut(work, id));
        }
        print(out, "by place, -Xmx" + options.heap() + ", JVM's start included", fresh);
        print(out, "by place, in this JVM", byPlace);
        print(out, "by id, in this JVM", byId);
        int goals = options.goals().finish(out);
        return fresh.stream().allMatch(timed -> timed.exitCode() == 0) ? goals : 1;
    }

    /** @throws IllegalStateException if the bundle does not give the proof */
    private static Timed cut(Workspace work, WantedEntry wanted) {
        return Timed.here(() -> {
            try {
                EntryProver.cut(work.tenantFolder(), wanted);
                return 0;
            } catch (BundleException | NoSuchEntryException | IOException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private void print(PrintWriter out, String what, List<Timed> runs) {
        options.goals().atMost(what + ", seconds", Timed.median(runs, Timed::wall), SECONDS_WANTED);
        out.printf(
                Locale.ROOT,
                "%-42s wall %6.2f s   CPU %6.2f s   first %6.2f s%n",
                what,
                Timed.median(runs, Timed::wall),
                Timed.median(runs, Timed::cpu),
                runs.get(0).wall());
    }
}
