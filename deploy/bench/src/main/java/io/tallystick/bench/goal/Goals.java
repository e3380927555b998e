// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.goal;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Option;

/** Compares figures with what is wanted of them; with {@code --require} a goal that is missed is an exit code. For one thread. */
public final class Goals {
    @Option(
            names = "--require",
            description = "Exit code 1 if a goal is missed. Without it none fails: a busy machine misses some.")
    private boolean required;

    private final List<String> missed = new ArrayList<>();

    /**
     * Notes whether a figure is as large as is wanted.
     *
     * @param what the figure, in words
     * @param value not a number misses every goal
     * @param wanted the least; not a number if nothing is wanted
     */
    public void atLeast(String what, double value, double wanted) {
        judge(what, value, value >= wanted, "at least", wanted);
    }

    /**
     * Notes whether a figure is as small as is wanted.
     *
     * @param what the figure, in words
     * @param value not a number misses every goal
     * @param wanted the most; not a number if nothing is wanted
     */
    public void atMost(String what, double value, double wanted) {
        judge(what, value, value <= wanted, "at most", wanted);
    }

    private void judge(String what, double value, boolean reached, String bound, double wanted) {
        if (!reached && !Double.isNaN(wanted)) {
            missed.add(String.format(Locale.ROOT, "%s: %.3f, wanted %s %.3f", what, value, bound, wanted));
        }
    }

    /** Goals that were missed, each with its figure. */
    public List<String> missed() {
        return List.copyOf(missed);
    }

    /** Prints the goals that were missed; returns the exit code of the command: 1 if there are any and they are required, else 0. */
    public int finish(PrintWriter out) {
        missed.forEach(goal -> out.println("goal missed: " + goal));
        out.flush();
        return required && !missed.isEmpty() ? 1 : 0;
    }
}
