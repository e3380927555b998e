// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.StaleMemberEpochException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownMemberIdException;
import org.junit.jupiter.api.Test;

/** With the consumer that Kafka's clients bring for tests: it has their rules for positions, and no broker. */
class OutcomePositionTest {
    private static final TopicPartition LOST = new TopicPartition("ledger.entries", 0);
    private static final TopicPartition KEPT = new TopicPartition("ledger.entries", 1);

    private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("none");

    private void add(TopicPartition partition, long offset) {
        consumer.addRecord(
                new ConsumerRecord<>(partition.topic(), partition.partition(), offset, new byte[0], new byte[0]));
    }

    private List<Long> poll(TopicPartition partition) {
        return OutcomeLoop.poll(consumer, Duration.ZERO).records(partition).stream()
                .map(ConsumerRecord::offset)
                .toList();
    }

    @Test
    void partitionWithoutACommitIsReadFromTheBeginningAndOthersGoOn() {
        // Given
        consumer.assign(List.of(LOST, KEPT));
        consumer.updateBeginningOffsets(Map.of(LOST, 3L, KEPT, 0L));
        consumer.seek(KEPT, 7);

        // When
        assertThat(poll(LOST)).isEmpty();

        // Then
        add(LOST, 3);
        assertThat(poll(LOST)).containsExactly(3L);
        assertThat(consumer.position(KEPT)).isEqualTo(7);
    }

    @Test
    void offsetThatTheTopicNoLongerHasIsReadFromTheBeginning() {
        // Given
        consumer.assign(List.of(LOST));
        consumer.updateBeginningOffsets(Map.of(LOST, 5L));
        consumer.updateEndOffsets(Map.of(LOST, 6L));
        consumer.seek(LOST, 2);
        add(LOST, 5);

        // When
        assertThat(poll(LOST)).isEmpty();

        // Then
        add(LOST, 5);
        assertThat(poll(LOST)).contains(5L);
    }

    @Test
    void memberThatTheGroupWentOnWithoutReadsOn() {
        for (ApiException refusal :
                List.of(new UnknownMemberIdException("gone"), new StaleMemberEpochException("behind"))) {
            // Given
            consumer.assign(List.of(KEPT));
            consumer.updateBeginningOffsets(Map.of(KEPT, 0L));
            consumer.seek(KEPT, 7);
            consumer.setPollException(refusal);

            // When
            assertThat(poll(KEPT)).isEmpty();

            // Then
            add(KEPT, 7);
            assertThat(poll(KEPT)).containsExactly(7L);
        }
    }

    @Test
    void refusedPollTakesAsLongAsOneThatFindsNothing() {
        // Given
        consumer.assign(List.of(KEPT));
        consumer.setPollException(new UnknownMemberIdException("gone"));
        Duration patience = Duration.ofMillis(50);
        LockSupport.parkNanos(1); // takes a wake-up that may be left over

        // When
        long began = System.nanoTime();
        assertThat(OutcomeLoop.poll(consumer, patience).isEmpty()).isTrue();

        // Then
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(patience.dividedBy(2));
    }

    @Test
    void otherRefusalsOfAPollEndIt() {
        // Given
        consumer.assign(List.of(KEPT));
        consumer.setPollException(new GroupAuthorizationException("ledger-outcomes"));

        // Then
        assertThatThrownBy(() -> poll(KEPT)).isInstanceOf(GroupAuthorizationException.class);
    }

    @Test
    void commitsAreAskedForAgainWhenTheGroupWentOnWithoutThisMember() {
        for (ApiException refusal : List.of(
                new UnknownMemberIdException("gone"),
                new StaleMemberEpochException("behind"),
                new TimeoutException("no answer"))) {
            // Given
            MockConsumer<byte[], byte[]> fenced = refusing(refusal);

            // Then
            assertThat(OutcomeLoop.commits(fenced, Set.of(LOST))).isEmpty();
        }
    }

    @Test
    void otherRefusalsOfCommitsAreNotTakenForNone() {
        // Given
        MockConsumer<byte[], byte[]> unauthorised = refusing(new GroupAuthorizationException("ledger-outcomes"));

        // Then
        assertThatThrownBy(() -> OutcomeLoop.commits(unauthorised, Set.of(LOST)))
                .isInstanceOf(GroupAuthorizationException.class);
    }

    private static MockConsumer<byte[], byte[]> refusing(ApiException refusal) {
        return new MockConsumer<>("none") {
            @Override
            public synchronized Map<TopicPartition, OffsetAndMetadata> committed(
                    Set<TopicPartition> partitions, Duration timeout) {
                throw refusal;
            }
        };
    }
}
