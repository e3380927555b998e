// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.simulate;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/** What happened, for whoever has to understand a seed; the last lines only. Lines are made only if it is on. */
final class Trace {
    private static final int LINES_MAX = 20_000;

    private final Timeline time;
    private final boolean on;
    private final Deque<String> lines = new ArrayDeque<>();

    Trace(Timeline time, boolean on) {
        this.time = time;
        this.on = on;
    }

    void say(String who, Supplier<String> what) {
        if (!on) {
            return;
        }
        if (lines.size() == LINES_MAX) {
            lines.removeFirst();
        }
        lines.addLast(String.format(Locale.ROOT, "%9.3f  %-14s %s", time.now() / 1e3, who, what.get()));
    }

    List<String> lines() {
        return List.copyOf(lines);
    }
}
