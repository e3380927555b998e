// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.StateRestoreListener;

/**
 * How long an application has been restoring its stores: from their changelogs, or, where those were lost, from the ledger's
 * topics. Nothing is sealed meanwhile. Safe from any thread.
 */
final class Restores implements StateRestoreListener {
    private final InstantSource clock;
    private final Map<String, Instant> running = new ConcurrentHashMap<>();

    /** @param stage the application */
    Restores(MeterRegistry registry, String stage, InstantSource clock) {
        this.clock = clock;
        Gauge.builder("ledger.state.restore", this, Restores::seconds)
                .description("Time since the oldest restore now under way began; 0 if there is none.")
                .tag("stage", stage)
                .strongReference(true)
                .baseUnit("seconds")
                .register(registry);
    }

    private double seconds() {
        return running.values().stream()
                .min(Instant::compareTo)
                .map(begun ->
                        Math.max(0, Duration.between(begun, clock.instant()).toMillis()) / 1e3)
                .orElse(0.0);
    }

    /** Rebuilds what neither store nor changelog has. */
    void rebuild(String what, Runnable work) {
        running.put(what, clock.instant());
        try {
            work.run();
        } finally {
            running.remove(what);
        }
    }

    @Override
    public void onRestoreStart(TopicPartition changelog, String store, long from, long to) {
        running.put(changelog.toString(), clock.instant());
    }

    @Override
    public void onBatchRestored(TopicPartition changelog, String store, long end, long records) {
        // Only begin and end matter.
    }

    @Override
    public void onRestoreEnd(TopicPartition changelog, String store, long records) {
        running.remove(changelog.toString());
    }

    @Override
    public void onRestoreSuspended(TopicPartition changelog, String store, long records) {
        running.remove(changelog.toString());
    }
}
