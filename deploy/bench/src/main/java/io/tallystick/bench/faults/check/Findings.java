// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.faults.check;

import io.tallystick.bench.faults.check.Finding.Kind;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What was found so far: counted for ever, the first ones kept in full. Safe for several threads. */
public final class Findings {
    private static final int KEPT = 200;

    private final Map<Kind, Long> counts = new EnumMap<>(Kind.class);
    private final List<Finding> first = new ArrayList<>();

    synchronized void add(Kind kind, String where, String what) {
        counts.merge(kind, 1L, Long::sum);
        if (first.size() < KEPT) {
            first.add(new Finding(kind, where, what));
        }
    }

    /** What was thought lost has turned up in the wrong place. */
    synchronized void lostTurnedUp(String where, String what) {
        counts.merge(Kind.LOST, -1L, Long::sum);
        add(Kind.REORDERED, where, what);
    }

    /** How many of a kind. */
    public synchronized long count(Kind kind) {
        return counts.getOrDefault(kind, 0L);
    }

    /** Whether nothing was ever found. */
    public synchronized boolean isEmpty() {
        return first.isEmpty();
    }

    /** The first 200. */
    public synchronized List<Finding> first() {
        return List.copyOf(first);
    }
}
