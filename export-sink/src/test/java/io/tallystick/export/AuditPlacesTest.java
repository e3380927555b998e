// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.export.audit.BundleWalk;
import io.tallystick.topic.Topics;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is committed, and read back. */
class AuditPlacesTest {
    private static final int PARTITIONS = 3;
    private static final Instant NEXT = Instant.parse("2026-11-21T03:15:00Z");
    private static final Instant FIRST = Instant.parse("2025-01-01T00:00:00Z");

    private final Map<TopicPartition, OffsetAndMetadata> committed = new HashMap<>();
    private final AuditPlaces places = new AuditPlaces("ledger.exports", PARTITIONS, Group::new);

    /** One member after another, of one group. */
    private final class Group extends MockConsumer<byte[], byte[]> {
        Group() {
            super("none");
        }

        @Override
        public synchronized Map<TopicPartition, OffsetAndMetadata> committed(Set<TopicPartition> partitions) {
            Map<TopicPartition, OffsetAndMetadata> found = new HashMap<>();
            partitions.forEach(partition -> found.put(partition, committed.get(partition)));
            return found;
        }

        @Override
        public synchronized void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets) {
            committed.putAll(offsets);
        }
    }

    private static BundleWalk.Progress progress(int tenants) {
        TreeMap<String, BundleWalk.Place> all = new TreeMap<>();
        for (int i = 0; i < tenants; i++) {
            all.put("tenant-" + i, new BundleWalk.Place(NEXT.minusSeconds(900L * i), FIRST, i % 10));
        }
        return new BundleWalk.Progress(-1234567890123456789L, all);
    }

    @Test
    void readsBackWhatItKept() {
        // When
        places.save(progress(20));

        // Then
        assertThat(committed).hasSize(PARTITIONS).allSatisfy((partition, offset) -> assertThat(offset.offset())
                .isZero());
        assertThat(places.load()).contains(progress(20));
    }

    @Test
    void tellsOfATenantInItsPartition() {
        // When
        places.save(progress(1));

        // Then
        assertThat(committed)
                .containsOnlyKeys(new TopicPartition("ledger.exports", Topics.partitionOf("tenant-0", PARTITIONS)));
    }

    @Test
    void keepsNoMoreThanABrokerTakes() {
        // When
        places.save(progress(2_000));

        // Then
        assertThat(committed)
                .allSatisfy((partition, offset) -> assertThat(offset.metadata()).hasSizeBetween(3_900, 4_096));
        assertThat(places.load().orElseThrow().places()).hasSizeBetween(300, 600);
    }

    @Test
    void whoKnowsNothingNewLeavesWhatAnotherInstanceKept() {
        // Given: one that waits for its first partition, and one at work
        places.save(progress(5));
        AuditPlaces waiting = new AuditPlaces("ledger.exports", PARTITIONS, Group::new);
        BundleWalk.Progress old = waiting.load().orElseThrow();
        places.save(progress(20));

        // When
        waiting.save(old);

        // Then
        assertThat(places.load()).contains(progress(20));
    }

    @Test
    void nothingWasKeptAtFirst() {
        places.save(progress(0));

        assertThat(committed).isEmpty();
        assertThat(places.load()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "v1",
                "v2 1",
                "v1 ?",
                "v1 1 acme",
                "v1 1 =1.1.1",
                "v1 1 acme=1.1",
                "v1 1 acme=1.1.-1",
                "v1 1 acme=-1.1.1",
                "v1 1 acme=1.zzzzzzzzzzzz.1",
                "v1 1 acme=1.1.1 "
            })
    void whatSomebodyElseCommittedIsPassedOver(String metadata) {
        // Given
        places.save(progress(20));
        int partition = Topics.partitionOf("tenant-0", PARTITIONS);

        // When
        committed.put(new TopicPartition("ledger.exports", partition), new OffsetAndMetadata(7, metadata));

        // Then
        assertThat(places.load().orElseThrow().places()).isNotEmpty().allSatisfy((tenant, place) -> assertThat(
                        Topics.partitionOf(tenant, PARTITIONS))
                .isNotEqualTo(partition));
    }
}
