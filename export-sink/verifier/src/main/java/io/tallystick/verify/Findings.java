// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Collects what the phases find. A phase passes only if it was said to be {@linkplain #checked checked} and nothing
 * spoke against it; whatever nobody looked at is not checked.
 */
final class Findings {
    private static final int KEPT_MAX = 10;

    private final Map<Phase, List<Fault>> faults = new EnumMap<>(Phase.class);
    private final Map<Phase, Long> counts = new EnumMap<>(Phase.class);
    private final Map<Phase, List<String>> reasons = new EnumMap<>(Phase.class);
    private final Map<Phase, Set<Integer>> codes = new EnumMap<>(Phase.class);
    private final Set<Phase> checked = EnumSet.noneOf(Phase.class);
    private final List<String> notes = new ArrayList<>();

    void fail(Phase phase, Fault fault) {
        List<Fault> kept = faults.computeIfAbsent(phase, p -> new ArrayList<>());
        if (kept.size() < KEPT_MAX) {
            kept.add(fault);
        }
        counts.merge(phase, 1L, Long::sum);
    }

    void fail(Phase phase, String file, String message) {
        fail(phase, Fault.in(file, message));
    }

    void checked(Phase phase) {
        checked.add(phase);
    }

    /** The phase, or a part of it, was not checked; {@code code} is what that makes of the exit code. */
    void notChecked(Phase phase, int code, String why) {
        List<String> kept = reasons.computeIfAbsent(phase, p -> new ArrayList<>());
        if (kept.size() < KEPT_MAX && !kept.contains(why)) {
            kept.add(why);
        }
        codes.computeIfAbsent(phase, p -> new TreeSet<>()).add(code);
    }

    /** Something the reader should know that changes no verdict. */
    void note(String text) {
        notes.add(text);
    }

    boolean failed(Phase phase) {
        return counts.containsKey(phase);
    }

    List<String> notes() {
        return List.copyOf(notes);
    }

    PhaseVerdict verdict(Phase phase) {
        List<Fault> found = faults.getOrDefault(phase, List.of());
        List<String> why = reasons.getOrDefault(phase, List.of());
        if (!found.isEmpty()) {
            return new PhaseVerdict(phase, PhaseVerdict.Verdict.FAIL, why, found, counts.get(phase), ExitCode.FAILED);
        }
        if (!why.isEmpty()) {
            int code = ExitCode.worst(codes.get(phase));
            return new PhaseVerdict(phase, PhaseVerdict.Verdict.NOT_CHECKED, why, List.of(), 0, code);
        }
        if (!checked.contains(phase)) {
            List<String> unreached = List.of("an earlier fault left nothing to check");
            return new PhaseVerdict(
                    phase, PhaseVerdict.Verdict.NOT_CHECKED, unreached, List.of(), 0, ExitCode.INCOMPLETE);
        }
        return new PhaseVerdict(phase, PhaseVerdict.Verdict.PASS, List.of(), List.of(), 0, ExitCode.VALID);
    }

    List<PhaseVerdict> verdicts() {
        List<PhaseVerdict> verdicts = new ArrayList<>();
        for (Phase phase : Phase.values()) {
            verdicts.add(verdict(phase));
        }
        return verdicts;
    }
}
