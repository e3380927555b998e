// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/** What the self-audit tells of itself. Written by its thread, read by any. The README has the table. */
final class AuditMetrics implements AutoCloseable {
    private static final String PREFIX = "ledger.export.audit.";

    private final MeterRegistry registry;
    private final Counter sound;
    private final Counter failed;
    private final Counter unread;
    private final Counter error;
    private final Gauge age;
    private volatile Instant lastSuccess;

    /** The age counts from the start until the first success. */
    AuditMetrics(MeterRegistry registry, InstantSource clock) {
        this.registry = registry;
        this.lastSuccess = clock.instant();
        this.sound = counter("sound");
        this.failed = counter("failed");
        this.unread = counter("unread");
        this.error = counter("error");
        this.age = Gauge.builder(PREFIX + "last.success.age", this, metrics -> metrics.ageSeconds(clock))
                .baseUnit("seconds")
                .description("Time since a stored bundle was last read back and found sound.")
                .register(registry);
    }

    private Counter counter(String verdict) {
        return Counter.builder(PREFIX + "bundles")
                .tag("verdict", verdict)
                .description("Stored bundles that were read back and verified, by what was found.")
                .register(registry);
    }

    private double ageSeconds(InstantSource clock) {
        return Duration.between(lastSuccess, clock.instant()).toMillis() / 1e3;
    }

    void sound(Instant now) {
        sound.increment();
        lastSuccess = now;
    }

    void failed() {
        failed.increment();
    }

    void unread() {
        unread.increment();
    }

    void error() {
        error.increment();
    }

    @Override
    public void close() {
        List.of(sound, failed, unread, error, age).forEach(registry::remove);
    }
}
