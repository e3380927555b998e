// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.tallystick.entry.RejectReason;
import java.util.Collection;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * What the outcomes tell of themselves. Written by the outcomes thread; gauges are read by others, from values that thread
 * publishes.
 *
 * <p>The README has the table of names.
 */
final class OutcomeMetrics implements AutoCloseable {
    private static final String PREFIX = "ledger.ingest.outcomes.";
    private static final double NANOS = 1e9;

    private final MeterRegistry registry;
    private final BiConsumer<String, RejectReason> refused;
    private final List<Meter> meters;
    private volatile double stalledTenants;
    private volatile double waitingSeconds;

    /** @param refused counts, by tenant, what the sequencer refused */
    OutcomeMetrics(MeterRegistry registry, BiConsumer<String, RejectReason> refused) {
        this.registry = registry;
        this.refused = refused;
        this.meters = List.of(
                Gauge.builder(PREFIX + "stalled", this, metrics -> metrics.stalledTenants)
                        .description("Tenants that are behind with their receipts and rejects.")
                        .register(registry),
                Gauge.builder(PREFIX + "waiting", this, metrics -> metrics.waitingSeconds)
                        .description("Time for which the tenant that is behind longest has been so.")
                        .baseUnit("seconds")
                        .register(registry));
    }

    /** The tenant has it. What ingest refused is counted there. */
    void written(Outcome outcome) {
        outcome.refused()
                .filter(RejectReason::isOfSequencer)
                .ifPresent(reason -> refused.accept(outcome.tenant(), reason));
    }

    /** Publishes what gauges show. */
    void publish(Collection<OutcomeProgress> partitions, long nowNanos) {
        stalledTenants = partitions.stream()
                .flatMap(of -> of.behind().keySet().stream())
                .distinct()
                .count();
        waitingSeconds = partitions.stream()
                        .mapToLong(of -> of.behindNanos(nowNanos))
                        .max()
                        .orElse(0)
                / NANOS;
    }

    /** Removes all meters. */
    @Override
    public void close() {
        meters.forEach(registry::remove);
    }
}
