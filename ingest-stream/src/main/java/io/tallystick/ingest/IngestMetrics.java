// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.tallystick.entry.RejectReason;
import io.tallystick.ingest.admit.Hold;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/**
 * What ingest tells of itself. Written by the ingest thread; gauges are read by others, from values that thread publishes.
 *
 * <p>The README has the table of names.
 */
final class IngestMetrics implements AutoCloseable {
    private static final String PREFIX = "ledger.ingest.";
    private static final double NANOS = 1e9;

    private final MeterRegistry registry;
    private final Map<String, OfTenant> tenants = new HashMap<>();
    private final OfTenant gone = new OfTenant("", new CompositeMeterRegistry());
    private final List<Meter> shared = new ArrayList<>();
    private final Timer confirmations;
    private volatile double inFlightBytes;
    private volatile double uncommittedSeconds;

    IngestMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.confirmations = Timer.builder(PREFIX + "confirmation")
                .description("Time a look at the topics of polled records takes; they wait for it.")
                .register(registry);
        shared.add(confirmations);
        shared.add(Gauge.builder(PREFIX + "in.flight", this, metrics -> metrics.inFlightBytes)
                .description("Source records polled and not yet acknowledged by ledger.ingest.")
                .baseUnit("bytes")
                .register(registry));
        shared.add(Gauge.builder(PREFIX + "uncommitted", this, metrics -> metrics.uncommittedSeconds)
                .description("Age of the oldest position that should be committed and is not.")
                .baseUnit("seconds")
                .register(registry));
    }

    /** How long a look at topics took. */
    void confirmed(long nanos) {
        confirmations.record(Duration.ofNanos(nanos));
    }

    /** The meters of a tenant; of one that is gone, those that nobody sees. */
    OfTenant tenant(String tenant) {
        return tenants.getOrDefault(tenant, gone);
    }

    /** Removes the meters of tenants that are not among these. */
    void retain(Set<String> present) {
        List<String> absent = new ArrayList<>(tenants.keySet());
        absent.removeAll(present);
        absent.forEach(tenant -> tenants.remove(tenant).close());
        present.forEach(tenant -> tenants.computeIfAbsent(tenant, name -> new OfTenant(name, registry)));
    }

    /** Publishes what gauges show. */
    void publish(Collection<OwnedPartition> owned, Set<String> unreadable, long inFlight, long nowNanos) {
        inFlightBytes = inFlight;
        long oldest = 0;
        Map<String, long[]> found = new HashMap<>();
        for (OwnedPartition partition : owned) {
            oldest = Math.max(oldest, partition.uncommittedNanos(nowNanos));
            long[] of = found.computeIfAbsent(partition.tenant(), tenant -> new long[4]);
            of[0] = Math.max(of[0], partition.follower().waiting(nowNanos).toNanos());
            of[1] = Math.max(of[1], partition.follower().isHeld(Hold.RECREATED) ? 1 : 0);
            of[2] = Math.max(of[2], partition.follower().isHeld(Hold.SUSPENDED) ? 1 : 0);
            of[3] = Math.max(of[3], partition.follower().isDamaged() ? 1 : 0);
        }
        uncommittedSeconds = oldest / NANOS;
        long[] none = new long[4];
        tenants.forEach((name, tenant) -> tenant.publish(found.getOrDefault(name, none), unreadable.contains(name)));
    }

    /** Removes all meters. */
    @Override
    public void close() {
        retain(Set.of());
        shared.forEach(registry::remove);
    }

    /** The meters of one tenant. */
    static final class OfTenant {
        private final String tenant;
        private final MeterRegistry registry;
        private final List<Meter> meters = new ArrayList<>();
        private final Map<RejectReason, Counter> rejected = new EnumMap<>(RejectReason.class);
        private final Counter admitted;
        private final Counter gaps;
        private final Counter notices;
        private final Counter claims;
        private final Counter failedSends;
        private volatile double waitingSeconds;
        private volatile double recreated;
        private volatile double suspended;
        private volatile double damaged;
        private volatile double unreadable;

        private OfTenant(String tenant, MeterRegistry registry) {
            this.tenant = tenant;
            this.registry = registry;
            this.admitted = counter("admitted", "Source records sent as events.");
            this.gaps = counter("gaps", "Intervals of source records lost to retention before they were read.");
            this.notices = counter("notices", "Times a chain was sent back by the sequencer.");
            this.claims = counter("claims", "Positions claimed for idle chains.");
            this.failedSends = counter(
                    "failed.sends",
                    "Messages that ledger.ingest did not acknowledge: read and sent again, claims replaced by the next.");
            gauge(
                    "waiting",
                    "seconds",
                    "Time for which the tenant's worst chain has made no progress that it should have made.",
                    meters -> meters.waitingSeconds);
            gauge(
                    "topic.recreated",
                    null,
                    "1 while the tenant's topic has another id than its descriptor says: nothing of it is read.",
                    meters -> meters.recreated);
            gauge(
                    "suspended",
                    null,
                    "1 while the tenant is suspended: nothing of it is read.",
                    meters -> meters.suspended);
            gauge(
                    "source.damaged",
                    null,
                    "1 while a partition of the tenant's topic has records that cannot be read.",
                    meters -> meters.damaged);
            gauge(
                    "unreadable",
                    null,
                    "1 while the tenant's topic, or a part of it, may not be read.",
                    meters -> meters.unreadable);
        }

        private Counter counter(String name, String description, String... tags) {
            Counter made = Counter.builder(PREFIX + name)
                    .description(description)
                    .tag("tenant", tenant)
                    .tags(tags)
                    .register(registry);
            meters.add(made);
            return made;
        }

        private void gauge(String name, String unit, String description, ToDoubleFunction<OfTenant> value) {
            meters.add(Gauge.builder(PREFIX + name, this, value)
                    .description(description)
                    .tag("tenant", tenant)
                    .baseUnit(unit)
                    .register(registry));
        }

        void admitted() {
            admitted.increment();
        }

        void rejected(RejectReason reason) {
            rejected.computeIfAbsent(
                            reason, code -> counter("rejected", "Source records refused.", "code", code.code()))
                    .increment();
        }

        void gap() {
            gaps.increment();
        }

        void wentBack() {
            notices.increment();
        }

        void claimed() {
            claims.increment();
        }

        void sendFailed() {
            failedSends.increment();
        }

        private void publish(long[] found, boolean isUnreadable) {
            waitingSeconds = found[0] / NANOS;
            recreated = found[1];
            suspended = found[2];
            damaged = found[3];
            unreadable = isUnreadable ? 1 : 0;
        }

        private void close() {
            meters.forEach(registry::remove);
        }
    }
}
