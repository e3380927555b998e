// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.entry.ChainId;
import io.tallystick.ingest.admit.FollowerTiming;
import io.tallystick.ingest.admit.SourceFollower;
import io.tallystick.ingest.admit.TenantRules;
import io.tallystick.topic.PoliciesInForce;
import io.tallystick.topic.TenantPolicies;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

/** Whatever a tenant can make large counts against the limits. */
class RecordBytesTest {
    private static final int HEADERS = 15;
    private static final int HEADER_BYTES = 1024;

    private static Headers headers() {
        Headers headers = new RecordHeaders();
        for (int i = 0; i < HEADERS; i++) {
            headers.add("h" + i, new byte[HEADER_BYTES]);
        }
        return headers.add("empty", null);
    }

    @Test
    void headersCountWithTheirNames() {
        assertThat(RecordBytes.ofHeaders(headers())).isBetween(HEADERS * 1024L, HEADERS * 1200L);
        assertThat(RecordBytes.ofHeaders(new RecordHeaders())).isZero();
        assertThat(RecordBytes.ofHeaders(new RecordHeaders().add("n".repeat(5000), null)))
                .isGreaterThanOrEqualTo(5000);
    }

    @Test
    void headersOfPolledRecordsCount() {
        // Given
        SourceFollower follower = new SourceFollower(
                "cluster",
                "ledger.in.acme",
                new ChainId("acme", 0),
                new TenantRules("id", false, new PoliciesInForce(1, TenantPolicies.DEFAULT)),
                new FollowerTiming(Duration.ZERO, Duration.ofSeconds(1), Duration.ofSeconds(10)),
                0);
        OwnedPartition partition = new OwnedPartition(new TopicPartition("ledger.in.acme", 0), follower, 0);
        ConsumerRecord<byte[], byte[]> record = new ConsumerRecord<>(
                "ledger.in.acme",
                0,
                0,
                0,
                TimestampType.CREATE_TIME,
                0,
                100,
                null,
                new byte[100],
                headers(),
                Optional.empty());

        // When
        SourceBatch batch = SourceBatch.of(partition, List.of(record, record));

        // Then
        assertThat(batch.bytes()).isGreaterThan(2L * HEADERS * HEADER_BYTES);
    }

    @Test
    void headersOfACopyForTheTenantCount() {
        // When
        Outcome copy = new Outcome(
                "acme", new ProducerRecord<>("rejects", null, "key", new byte[100], headers()), Optional.empty());

        // Then
        assertThat(copy.size()).isGreaterThan(HEADERS * HEADER_BYTES);
    }
}
