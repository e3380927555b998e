// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** What the signer of this process does, and from where on it knows windows to be unsigned. Safe from any thread. */
final class SignerMetrics {
    private final InstantSource clock;
    private final Counter windows;
    private final Counter skipped;
    private final Counter interruptions;
    private final Timer delay;
    private final AtomicReference<Instant> published = new AtomicReference<>();
    private final AtomicReference<Instant> unsigned = new AtomicReference<>();
    private volatile boolean active;

    SignerMetrics(MeterRegistry registry, InstantSource clock) {
        this.clock = clock;
        windows = Counter.builder("ledger.merkle.batches")
                .description("Windows whose registry checkpoint this process has published.")
                .register(registry);
        skipped = Counter.builder("ledger.signer.roots.skipped")
                .description("Roots not signed because a larger one of their origin was intended before.")
                .register(registry);
        interruptions = Counter.builder("ledger.signer.interruptions")
                .description("Times the signer was fenced, or lost its broker or its keys, and began again.")
                .register(registry);
        delay = Timer.builder("ledger.window.seal.delay")
                .description("Time from a window's end to its published registry checkpoint.")
                .serviceLevelObjectives(
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(10),
                        Duration.ofMinutes(1),
                        Duration.ofMinutes(5),
                        Duration.ofMinutes(30),
                        Duration.ofHours(6))
                .register(registry);
        Gauge.builder("ledger.signer.active", this, metrics -> metrics.active ? 1 : 0)
                .description("1 while this process is the one that signs.")
                .register(registry);
    }

    /** A window waits for its registry checkpoint; told before it is known whether anything can be signed. */
    void waits(Instant start) {
        unsigned.compareAndSet(null, start);
    }

    /** @param end end of the window whose registry checkpoint was published */
    void published(Instant end) {
        published.set(end);
        passed(end);
        windows.increment();
        Duration late = Duration.between(end, clock.instant());
        delay.record(late.isNegative() ? Duration.ZERO : late);
    }

    /** @param end end of a window that has its registry checkpoint from before */
    void passed(Instant end) {
        unsigned.accumulateAndGet(end, (known, next) -> known == null || next.isAfter(known) ? next : known);
    }

    /** @param roots number of roots that were passed over, because a larger one of their origin was intended before */
    void skipped(int roots) {
        skipped.increment(roots);
    }

    void interrupted() {
        interruptions.increment();
    }

    /** @param now whether this process is the ledger's signer */
    void active(boolean now) {
        active = now;
    }

    /** Another process has the work, and tells what waits. */
    void standBy() {
        active = false;
        unsigned.set(null);
    }

    /** Start of the oldest window without a registry checkpoint; empty where the signer stands by or has seen none yet. */
    Optional<Instant> unsignedFrom() {
        return Optional.ofNullable(unsigned.get());
    }

    /** End of the last window whose registry checkpoint this process published. */
    Optional<Instant> publishedUntil() {
        return Optional.ofNullable(published.get());
    }

    /** Number of times the signer began again. */
    long interruptions() {
        return (long) interruptions.count();
    }

    /** Number of roots passed over as smaller than those intended before. */
    long skippedRoots() {
        return (long) skipped.count();
    }
}
