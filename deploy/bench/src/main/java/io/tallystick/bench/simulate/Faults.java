// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.simulate;

import io.tallystick.bench.simulate.Sender.Fate;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What goes wrong with requests, and how often anything does. Each history draws for each fault whether it happens at all, so
 * that rare combinations do not drown in the sum of everything.
 */
final class Faults {
    private final World world;
    private final Chance chance;
    private final Map<Fault, Integer> percent = new EnumMap<>(Fault.class);
    private final List<Fault> moments = new ArrayList<>();
    private final Map<Fault, Long> counts = new EnumMap<>(Fault.class);
    private boolean stopped;

    Faults(World world) {
        this.world = world;
        this.chance = world.chance;
        for (Fault fault : Fault.values()) {
            if (fault.isOfRequests()) {
                percent.put(fault, chance.oneIn(2) ? 0 : chance.oneIn(4) ? 40 : 2 + chance.below(15));
            } else if (!chance.oneIn(rarity(fault))) {
                moments.add(fault);
            }
        }
    }

    /** Faults that end a chain, or hold it up for long, spoil the history for others. */
    private int rarity(Fault fault) {
        return switch (fault) {
            case SOURCE_CUT, TOPIC_CREATED_AGAIN -> chance.oneIn(3) ? 2 : 1;
            default -> 2;
        };
    }

    /** From now on everything works. */
    void stop() {
        stopped = true;
    }

    boolean isStopped() {
        return stopped;
    }

    Map<Fault, Long> counts() {
        return counts;
    }

    /** A fault for this moment. */
    Optional<Fault> next() {
        return stopped || moments.isEmpty() ? Optional.empty() : Optional.of(chance.pick(moments));
    }

    void happened(Fault fault) {
        counts.merge(fault, 1L, Long::sum);
    }

    private boolean happens(Fault fault) {
        boolean happens = !stopped && chance.percent(percent.get(fault));
        if (happens) {
            happened(fault);
        }
        return happens;
    }

    /** What becomes of a batch. */
    Fate fate(String sender) {
        long lands = chance.between(1, 20);
        if (happens(Fault.SEND_SLOW)) {
            lands = chance.between(100, 25_000);
        }
        if (happens(Fault.SEND_LOST)) {
            world.trace.say(sender, () -> "a batch will be lost");
            return new Fate(false, lands, false, lands + chance.between(1, 20_000));
        }
        if (happens(Fault.SEND_LANDED_BUT_FAILED)) {
            world.trace.say(sender, () -> "a batch will land and be reported as failed");
            return new Fate(true, lands, false, lands + chance.between(1, 10_000));
        }
        long reported =
                lands + (happens(Fault.ACKNOWLEDGED_LATE) ? chance.between(100, 15_000) : chance.between(1, 20));
        return new Fate(true, lands, true, reported);
    }

    /** When a notice reaches a reader, as often as it does. */
    List<Long> noticeDelays() {
        if (happens(Fault.NOTICE_LOST)) {
            return List.of();
        }
        long delay = chance.between(1, 50);
        if (happens(Fault.NOTICE_LATE)) {
            delay = chance.between(1_000, 60_000);
        }
        return happens(Fault.NOTICE_TWICE) ? List.of(delay, delay + chance.between(1, 30_000)) : List.of(delay);
    }

    boolean commitFails() {
        return happens(Fault.COMMIT_LOST);
    }

    boolean lookupFails() {
        return happens(Fault.LOOKUP_FAILED);
    }

    /** How long a part of a lookup takes. */
    long lookupMs() {
        return happens(Fault.LOOKUP_SLOW) ? chance.between(50, 3_000) : chance.between(1, 8);
    }

    /** How long a transaction of the sequencer takes. */
    long transactionMs() {
        return happens(Fault.SEQUENCER_SLOW) ? chance.between(100, 8_000) : chance.between(1, 40);
    }
}
