// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.avro.AdmittedEvent;
import io.tallystick.avro.AdmittedKind;
import io.tallystick.entry.ChainId;
import io.tallystick.ingest.admit.FollowerTiming;
import io.tallystick.ingest.admit.SourceFollower;
import io.tallystick.ingest.admit.TenantRules;
import io.tallystick.topic.PoliciesInForce;
import io.tallystick.topic.TenantPolicies;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

/** What is sent while {@code ledger.ingest} does not take it all. Each message is a little over 1 MiB. */
class ConfirmedBatchesTest {
    private static final int MIB = 1024 * 1024;
    private static final int DESTINATIONS = 16;
    private static final int LIMIT_MIB = 64;
    private static final int SHARE_MIB = 8;

    /** Takes messages until it is told to fail, as the real one does without memory: during the call. */
    private static final class FailingProducer extends MockProducer<String, byte[]> {
        private boolean failing;
        private int refused;

        FailingProducer() {
            super(false, null, new StringSerializer(), new ByteArraySerializer());
        }

        @Override
        public synchronized Future<RecordMetadata> send(ProducerRecord<String, byte[]> message, Callback callback) {
            if (!failing) {
                return super.send(message, callback);
            }
            refused++;
            TimeoutException failure = new TimeoutException("no memory");
            callback.onCompletion(null, failure);
            return CompletableFuture.failedFuture(failure);
        }
    }

    private final FailingProducer producer = new FailingProducer();
    private final IngestWriter writer =
            new IngestWriter(producer, (topic, message) -> new byte[MIB], "ledger.ingest", DESTINATIONS);
    private final InFlightLimit limit = new InFlightLimit(writer, (long) LIMIT_MIB * MIB);
    private final Set<OwnedPartition> stale = new HashSet<>();
    private final ConfirmedBatches batches =
            new ConfirmedBatches(DESTINATIONS, limit, batch -> !stale.contains(batch.partition()), this::send);

    private boolean send(SourceBatch batch, ConsumerRecord<byte[], byte[]> record) {
        OwnedPartition partition = batch.partition();
        AdmittedEvent message = AdmittedEvent.newBuilder()
                .setChain(partition.follower().chain().toString())
                .setCluster("")
                .setTopic("")
                .setPartition(0)
                .setTopicId("")
                .setFrom(record.offset())
                .setOffset(record.offset())
                .setKind(AdmittedKind.GAP)
                .build();
        return writer.send(message, partition, partition.follower().cover(record.offset(), OptionalInt.empty()));
    }

    /** A partition whose chain lives in this partition of ledger.ingest. */
    private OwnedPartition livingIn(int destination) {
        int index = 0;
        while (writer.partitionOf(new ChainId("acme", index)) != destination) {
            index++;
        }
        SourceFollower follower = new SourceFollower(
                "cluster",
                "ledger.in.acme",
                new ChainId("acme", index),
                new TenantRules("id", false, new PoliciesInForce(1, TenantPolicies.DEFAULT)),
                new FollowerTiming(Duration.ZERO, Duration.ofSeconds(1), Duration.ofSeconds(10)),
                0);
        return new OwnedPartition(new TopicPartition("ledger.in.acme", index), follower, destination);
    }

    private void confirm(OwnedPartition partition, int from, int records) {
        List<ConsumerRecord<byte[], byte[]>> polled = new ArrayList<>();
        for (int offset = from; offset < from + records; offset++) {
            polled.add(
                    new ConsumerRecord<>("ledger.in.acme", partition.partition().partition(), offset, null, null));
        }
        SourceBatch batch = SourceBatch.of(partition, polled);
        limit.polled(batch);
        batches.add(batch);
    }

    private long sentTo(int destination) {
        return producer.history().stream()
                .filter(message -> Integer.valueOf(destination).equals(message.partition()))
                .count();
    }

    @Test
    void batchIsSentOnlyAsFarAsThereIsRoom() {
        // When
        confirm(livingIn(0), 0, 200);
        batches.admit();

        // Then
        assertThat(sentTo(0)).isEqualTo(SHARE_MIB);
        assertThat(batches.isEmpty()).isFalse();
    }

    @Test
    void restOfABatchFollowsWhenThereIsRoomAgain() {
        // Given
        confirm(livingIn(0), 0, SHARE_MIB + 3);
        batches.admit();

        // When
        while (producer.completeNext()) {
            batches.admit();
        }

        // Then
        assertThat(sentTo(0)).isEqualTo(SHARE_MIB + 3);
        assertThat(batches.isEmpty()).isTrue();
        assertThat(limit.bytes()).isZero();
    }

    @Test
    void partitionThatTakesNothingHoldsUpItsOwnChainsOnly() {
        // Given
        confirm(livingIn(0), 0, 50);
        batches.admit();

        // When
        confirm(livingIn(1), 0, 3);
        batches.admit();
        limit.update();

        // Then
        assertThat(sentTo(1)).isEqualTo(3);
        assertThat(limit.isFull(0)).isTrue();
        assertThat(limit.isFull(1)).isFalse();
    }

    @Test
    void allPartitionsAreHeldAtTheLimitForAll() {
        // When
        for (int destination = 0; destination < DESTINATIONS; destination++) {
            confirm(livingIn(destination), 0, SHARE_MIB - 3);
        }
        batches.admit();
        limit.update();

        // Then
        assertThat(producer.history()).hasSize(LIMIT_MIB);
        assertThat(limit.isFull(0)).isTrue();
        assertThat(limit.isFull(DESTINATIONS - 1)).isTrue();
    }

    @Test
    void heldPartitionGoesOnAtHalfItsShareOnly() {
        // Given
        confirm(livingIn(0), 0, SHARE_MIB);
        batches.admit();
        assertThat(limit.update()).isTrue();
        assertThat(limit.isFull(0)).isTrue();

        // When
        producer.completeNext();
        producer.completeNext();

        // Then
        assertThat(limit.update()).isFalse();
        assertThat(limit.isFull(0)).isTrue();
        for (int i = 0; i < SHARE_MIB / 2; i++) {
            producer.completeNext();
        }
        assertThat(limit.update()).isTrue();
        assertThat(limit.isFull(0)).isFalse();
    }

    @Test
    void roomIsThatOfMessagesThatLandedUnlessAllFailed() {
        // Given
        confirm(livingIn(0), 0, SHARE_MIB);
        confirm(livingIn(1), 0, 1);
        batches.admit();
        limit.update();
        assertThat(limit.isFull(0)).isTrue();

        // When
        while (producer.errorNext(new TimeoutException("no leader"))) {
            limit.update();
        }

        // Then
        assertThat(limit.isFull(0)).isFalse();
        assertThat(limit.hasTaken(0)).isFalse();
        assertThat(limit.hasTaken(1)).as("it was never full").isTrue();
        confirm(livingIn(0), 100, 1);
        batches.admit();
        producer.completeNext();
        limit.update();
        assertThat(limit.hasTaken(0)).isTrue();
    }

    @Test
    void roomForAllIsThatOfMessagesThatLandedUnlessAllFailed() {
        // Given
        for (int destination = 1; destination < DESTINATIONS; destination++) {
            confirm(livingIn(destination), 0, SHARE_MIB - 3);
        }
        batches.admit();
        limit.update();
        assertThat(limit.isFull(0)).isTrue();

        // When
        while (producer.errorNext(new TimeoutException("no leader"))) {
            limit.update();
        }

        // Then
        assertThat(limit.isFull(0)).isFalse();
        assertThat(limit.hasTaken(0)).isFalse();
    }

    @Test
    void nothingIsSentBehindASendThatFailsAtOnce() {
        // Given
        confirm(livingIn(0), 0, 5);
        confirm(livingIn(1), 0, 5);
        producer.failing = true;

        // When
        batches.admit();

        // Then
        assertThat(producer.refused).isEqualTo(1);
    }

    @Test
    void batchThatIsNoLongerCurrentIsDroppedWithoutRoom() {
        // Given
        OwnedPartition partition = livingIn(0);
        confirm(partition, 0, 50);
        batches.admit();

        // When
        stale.add(partition);
        batches.admit();

        // Then
        assertThat(batches.isEmpty()).isTrue();
        assertThat(sentTo(0)).isEqualTo(SHARE_MIB);
        assertThat(limit.bytes()).isEqualTo(writer.inFlightBytes());
    }
}
