// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallystick.entry.RejectReason;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class IngestMetricsTest {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final IngestMetrics metrics = new IngestMetrics(registry);

    private double admitted(String tenant) {
        return registry.get("ledger.ingest.admitted")
                .tag("tenant", tenant)
                .counter()
                .count();
    }

    @Test
    void tenantHasItsOwnMeters() {
        metrics.retain(Set.of("acme", "globex"));
        metrics.tenant("acme").admitted();

        assertThat(admitted("acme")).isEqualTo(1);
        assertThat(admitted("globex")).isZero();
    }

    @Test
    void metersOfARemovedTenantDoNotComeBack() {
        // Given
        metrics.retain(Set.of("acme"));
        metrics.retain(Set.of());

        // When
        metrics.tenant("acme").admitted();
        metrics.tenant("acme").rejected(RejectReason.NOT_JSON);

        // Then
        assertThat(registry.getMeters()).noneMatch(meter -> meter.getId().getTag("tenant") != null);
    }

    @Test
    void refusedRecordsAreCountedByTenantAndCode() {
        // Given
        metrics.retain(Set.of("acme", "globex"));

        // When
        metrics.tenant("acme").rejected(RejectReason.NOT_JSON);
        metrics.tenant("acme").rejected(RejectReason.NOT_JSON);
        metrics.tenant("acme").rejected(RejectReason.DUPLICATE);
        metrics.tenant("globex").rejected(RejectReason.NOT_JSON);

        // Then
        assertThat(rejected()).containsExactlyInAnyOrder("acme not-json 2", "acme duplicate 1", "globex not-json 1");
    }

    @Test
    void everyCodeHasACountOfItsOwn() {
        // Given
        metrics.retain(Set.of("acme"));

        // When
        for (RejectReason reason : RejectReason.values()) {
            metrics.tenant("acme").rejected(reason);
        }

        // Then
        assertThat(rejected())
                .containsExactlyInAnyOrderElementsOf(Stream.of(RejectReason.values())
                        .map(reason -> "acme " + reason.code() + " 1")
                        .toList());
    }

    /** As tenant, code and count. */
    private List<String> rejected() {
        return registry.find("ledger.ingest.rejected").counters().stream()
                .map(counter -> counter.getId().getTag("tenant") + " "
                        + counter.getId().getTag("code") + " " + (int) counter.count())
                .toList();
    }

    @Test
    void tenantWhoseTopicMayNotBeReadIsShown() {
        // Given
        metrics.retain(Set.of("acme", "globex"));

        // When
        metrics.publish(List.of(), Set.of("acme"), 0, 0);

        // Then
        assertThat(unreadable("acme")).isEqualTo(1);
        assertThat(unreadable("globex")).isZero();
        metrics.publish(List.of(), Set.of(), 0, 0);
        assertThat(unreadable("acme")).isZero();
    }

    private double unreadable(String tenant) {
        return registry.get("ledger.ingest.unreadable")
                .tag("tenant", tenant)
                .gauge()
                .value();
    }

    @Test
    void everyMeterSaysWhatItCounts() {
        // When
        metrics.retain(Set.of("acme"));
        metrics.tenant("acme").rejected(RejectReason.NOT_JSON);

        // Then
        assertThat(registry.getMeters()).hasSize(14).allSatisfy(meter -> assertThat(
                        meter.getId().getDescription())
                .as(meter.getId().getName())
                .endsWith("."));
    }

    @Test
    void closingRemovesAllMeters() {
        metrics.retain(Set.of("acme"));

        metrics.close();

        assertThat(registry.getMeters()).isEmpty();
    }
}
