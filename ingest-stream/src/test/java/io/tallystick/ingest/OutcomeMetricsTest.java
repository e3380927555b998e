// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutcomeMetricsTest {
    private static final long MINUTE = 60_000_000_000L;

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final OutcomeMetrics metrics = new OutcomeMetrics(registry, (tenant, reason) -> {});

    private double gauge(String name) {
        return registry.get("ledger.ingest.outcomes." + name).gauge().value();
    }

    @Test
    void tenantThatIsBehindInSeveralPartitionsIsOneAndTheOldestStopCounts() {
        // Given
        OutcomeProgress one = new OutcomeProgress();
        OutcomeProgress other = new OutcomeProgress();
        one.putOff("acme", 1);
        other.putOff("acme", 7);
        other.putOff("globex", 8);

        // When
        metrics.publish(List.of(one, other), System.nanoTime() + MINUTE);

        // Then
        assertThat(gauge("stalled")).isEqualTo(2);
        assertThat(gauge("waiting")).isGreaterThanOrEqualTo(60);
    }

    @Test
    void nobodyBehindIsZero() {
        // Given
        OutcomeProgress progress = new OutcomeProgress();
        progress.putOff("acme", 1);
        progress.read(1);
        metrics.publish(List.of(progress), System.nanoTime() + MINUTE);

        // When
        progress.passed("acme", 2);
        metrics.publish(List.of(progress), System.nanoTime() + MINUTE);

        // Then
        assertThat(gauge("stalled")).isZero();
        assertThat(gauge("waiting")).isZero();
    }

    @Test
    void everyMeterSaysWhatItCounts() {
        assertThat(registry.getMeters()).hasSize(2).allSatisfy(meter -> assertThat(
                        meter.getId().getDescription())
                .as(meter.getId().getName())
                .endsWith("."));
    }

    @Test
    void closingRemovesAllMeters() {
        metrics.close();

        assertThat(registry.getMeters()).isEmpty();
    }
}
