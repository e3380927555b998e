// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.faults;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;

/**
 * What happens, in order: a function of the seed, the number of brokers and the kinds that are possible here. Kinds are
 * dealt like cards, so that a short plan has each of them, too.
 */
final class FaultPlan {
    /** Faults that happen together, and how long the ledger is left alone before. */
    record Step(List<PlannedFault> faults, Duration before) {
        Step {
            faults = List.copyOf(faults);
        }
    }

    private record Card(FaultKind kind, Role role) {}

    private static final int PAIR_PERCENT = 15;
    private static final int STAGES = 2;

    private final Random random;
    private final int brokers;
    private final List<Card> deck = new ArrayList<>();
    private final Deque<Card> dealt = new ArrayDeque<>();

    private FaultPlan(long seed, int brokers, Collection<FaultKind> kinds, Collection<Role> roles) {
        this.random = new Random(seed);
        this.brokers = brokers;
        for (FaultKind kind : kinds) {
            kind.roles().stream().filter(roles::contains).forEach(role -> deck.add(new Card(kind, role)));
        }
        if (brokers == 1) {
            deck.removeIf(card -> card.role() == Role.CLUSTER);
        }
        if (deck.isEmpty()) {
            throw new IllegalArgumentException("no kind of fault is possible");
        }
    }

    /**
     * @param faults how many in all; two that happen together count as two
     * @param kinds that are possible; leaders need several brokers
     * @param roles that may be hurt
     */
    static List<Step> of(long seed, int faults, int brokers, Collection<FaultKind> kinds, Collection<Role> roles) {
        FaultPlan plan = new FaultPlan(seed, brokers, kinds, roles);
        List<Step> steps = new ArrayList<>();
        for (int left = faults; left > 0; ) {
            Step step = plan.step(left);
            steps.add(step);
            left -= step.faults().size();
        }
        return steps;
    }

    private Step step(int left) {
        List<PlannedFault> faults = new ArrayList<>(List.of(fault()));
        if (left > 1 && random.nextInt(100) < PAIR_PERCENT) {
            PlannedFault second = fault();
            if (!second.target().equals(faults.get(0).target()) && !areClocks(faults.get(0), second)) {
                faults.add(second);
            }
        }
        return new Step(faults, Duration.ofMillis(200 + random.nextInt(800)));
    }

    /** Were a broker and a sequencer an hour ahead together, the ledger's clock would rightly be. */
    private static boolean areClocks(PlannedFault one, PlannedFault other) {
        return one.kind() == FaultKind.CLOCK_MOVED && other.kind() == FaultKind.CLOCK_MOVED;
    }

    private PlannedFault fault() {
        if (dealt.isEmpty()) {
            List<Card> shuffled = new ArrayList<>(deck);
            Collections.shuffle(shuffled, random);
            dealt.addAll(shuffled);
        }
        Card card = dealt.remove();
        int instances = card.role() == Role.BROKER ? brokers : STAGES;
        String target = card.role() == Role.CLUSTER
                ? Role.CLUSTER.word()
                : card.role().word() + "-" + (1 + random.nextInt(instances));
        return new PlannedFault(card.kind(), card.role(), target, lasts(card.kind()), random.nextInt(1 << 16));
    }

    private Duration lasts(FaultKind kind) {
        return switch (kind) {
            case PAUSE -> between(11, 17);
            case NETWORK_CUT -> between(3, 20);
            case DISK_FULL -> between(8, 16);
            case CLOCK_MOVED -> between(5, 12);
            case BROKER_RESTART -> between(0, 6);
            default -> Duration.ZERO;
        };
    }

    private Duration between(int fromSeconds, int toSeconds) {
        return Duration.ofMillis(1000L * fromSeconds + random.nextInt(1000 * (toSeconds - fromSeconds)));
    }
}
