// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.BaseUnits;
import io.tallystick.chain.duplicates.DuplicateIndex;
import io.tallystick.chain.sequence.ChainState;
import io.tallystick.chain.sequence.Discontinuities;
import io.tallystick.chain.sequence.LinkedEntry;
import io.tallystick.chain.sequence.Outcome;
import io.tallystick.chain.sequence.Step;
import io.tallystick.entry.Event;
import io.tallystick.entry.RejectReason;
import io.tallystick.entry.Rejected;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The metrics of one partition; the module's README lists them. Counters go on when the partition comes back; gauges are there
 * while the task is.
 *
 * <p>Written by the task's thread, read by any.
 */
final class SequencerMeters implements AutoCloseable {
    private static final String PARTITION = "partition";
    private static final String SECONDS = "seconds";

    private final MeterRegistry registry;
    private final String partition;
    private final List<Meter> gauges = new ArrayList<>();
    private final Map<Outcome.Type, Counter> outcomes = new EnumMap<>(Outcome.Type.class);
    private final Map<RejectReason, Counter> refused = new EnumMap<>(RejectReason.class);
    private final Counter marked;
    private final Counter clamps;
    private final Discontinuities waiting = new Discontinuities();
    private final Set<String> halted = new HashSet<>();

    private volatile double waitingSeconds;
    private volatile int haltedChains;
    private volatile int chains;
    private volatile boolean clamped;
    private volatile Instant clock = Instant.EPOCH;

    /**
     * @param registry where they are registered
     * @param task partition of the ingest topic
     * @param index duplicate index of the partition
     */
    SequencerMeters(MeterRegistry registry, int task, DuplicateIndex index) {
        this.registry = registry;
        this.partition = Integer.toString(task);
        for (Outcome.Type type : Outcome.Type.values()) {
            outcomes.put(
                    type,
                    counter("ledger.chain.messages", "Messages sequenced, by what became of them.")
                            .tag("outcome", type.text())
                            .register(registry));
        }
        for (RejectReason reason : RejectReason.values()) {
            if (reason.isOfSequencer()) {
                refused.put(
                        reason,
                        counter("ledger.chain.refused", "Events the sequencer refused.")
                                .tag("code", reason.code())
                                .register(registry));
            }
        }
        this.marked = counter("ledger.chain.duplicates.marked", "Events kept that name an earlier one they repeat.")
                .register(registry);
        this.clamps = counter("ledger.chain.clock.clamps", "Records whose append time was not believed.")
                .register(registry);
        gauge("ledger.chain.chains", "Chains of the partition.", () -> chains, null);
        gauge("ledger.chain.halted", "Chains that are halted until an operator clears it.", () -> haltedChains, null);
        gauge(
                "ledger.chain.discontinuity",
                "Ledger time for which the chain that waits longest was not continued.",
                () -> waitingSeconds,
                SECONDS);
        gauge(
                "ledger.chain.clock.clamped",
                "1 while append times lie further in the future than is believed.",
                () -> clamped ? 1 : 0,
                null);
        gauge(
                "ledger.chain.clock",
                "The partition's ledger clock, since 1970.",
                () -> clock.toEpochMilli() / 1e3,
                SECONDS);
        gauge("ledger.chain.duplicates.entries", "Identities the duplicate index holds.", index::entries, null);
        gauge("ledger.chain.duplicates.size", "Files of the duplicate index.", index::bytes, BaseUnits.BYTES);
        gauge(
                "ledger.chain.duplicates.complete",
                "Time since 1970 from which on duplicates are known, after a rebuild that was cut short; 0 if none was.",
                () -> index.cut().map(Instant::toEpochMilli).orElse(0L) / 1e3,
                SECONDS);
    }

    private Counter.Builder counter(String name, String description) {
        return Counter.builder(name).description(description).tag(PARTITION, partition);
    }

    private void gauge(String name, String description, Supplier<Number> value, String unit) {
        gauges.add(Gauge.builder(name, value)
                .description(description)
                .tag(PARTITION, partition)
                .baseUnit(unit)
                .register(registry));
    }

    void started(Collection<ChainState> states) {
        chains = states.size();
        states.stream()
                .filter(state -> state.halt().isPresent())
                .forEach(state -> halted.add(state.chain().toString()));
        haltedChains = halted.size();
    }

    /** @param chainCount chains of the partition after the step */
    void stepped(String key, Step step, int chainCount) {
        Instant now = step.partition().clock().now();
        if (step.outcome().isPresent()) {
            count(key, step.outcome().get(), now);
        }
        if (step.clamped()) {
            clamps.increment();
        }
        clamped = step.clamped();
        chains = chainCount;
        clock = now;
        waitingSeconds = waiting.longest(now).toMillis() / 1e3;
    }

    private void count(String key, Outcome outcome, Instant now) {
        outcomes.get(outcome.type()).increment();
        if (outcome instanceof Outcome.Appended appended) {
            entry(appended.entry());
        }
        waiting.heard(key, outcome, now);
        if (outcome.type() == Outcome.Type.HALTED) {
            halted.add(key);
        } else if (outcome.type() == Outcome.Type.CLEARED) {
            halted.remove(key);
        }
        haltedChains = halted.size();
    }

    private void entry(LinkedEntry entry) {
        if (entry.entry().body() instanceof Event event) {
            if (event.duplicateOf().isPresent()) {
                marked.increment();
            }
        } else if (entry.entry().body() instanceof Rejected rejected
                && rejected.reason().isOfSequencer()) {
            refused.get(rejected.reason()).increment();
        }
    }

    /** For how long the chain that waits longest has waited for what continues it. */
    Duration waiting() {
        return Duration.ofMillis((long) (waitingSeconds * 1e3));
    }

    @Override
    public void close() {
        gauges.forEach(registry::remove);
    }
}
