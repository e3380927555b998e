// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of a member's partitions while it stores for long. */
class LeaseTest {
    private static final TopicPartition MINE = new TopicPartition("entries", 0);
    private static final TopicPartition OTHER = new TopicPartition("entries", 1);
    private static final OffsetAndMetadata OFFSET = new OffsetAndMetadata(7, "end");

    private final Member consumer = new Member();
    private final Assignment assignment = new Assignment(consumer, new ExporterName("second"));
    private final Lease lease = new Lease(consumer, assignment, Duration.ZERO);

    /** Counts polls, and refuses to commit while the group rebalances. */
    private static final class Member extends MockConsumer<String, String> {
        private int polls;
        private int refusals;

        Member() {
            super("earliest");
        }

        @Override
        public synchronized ConsumerRecords<String, String> poll(Duration timeout) {
            polls++;
            return super.poll(timeout);
        }

        @Override
        public synchronized void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets) {
            if (refusals > 0) {
                refusals--;
                throw new RebalanceInProgressException();
            }
            super.commitSync(offsets);
        }
    }

    @BeforeEach
    void join() {
        consumer.subscribe(List.of("entries"), assignment);
        consumer.rebalance(List.of(MINE, OTHER));
        assignment.takeAdded();
        consumer.resume(List.of(MINE, OTHER));
    }

    @Test
    void pollsWithoutReading() {
        // Given
        consumer.addRecord(new ConsumerRecord<>("entries", 0, 0, "acme/0", "entry"));

        // When
        lease.keep();

        // Then
        assertThat(consumer.polls).isEqualTo(1);
        assertThat(consumer.paused()).isEmpty();
        assertThat(consumer.poll(Duration.ZERO).count()).isEqualTo(1);
    }

    @Test
    void pollsOnlyWhenItIsTime() {
        new Lease(consumer, assignment, Duration.ofDays(1)).keep();

        assertThat(consumer.polls).isZero();
    }

    @Test
    void leavesPausedWhatWaitsToBeBegun() {
        // Given
        consumer.pause(List.of(OTHER));

        // When
        lease.keep();

        // Then
        assertThat(consumer.paused()).containsExactly(OTHER);
    }

    @Test
    void aPartitionThatWasLostIsNotCommitted() {
        // Given
        consumer.schedulePollTask(() -> consumer.rebalance(List.of(MINE)));

        // When
        lease.keep();

        // Then
        assertThat(assignment.isLost(OTHER)).isTrue();
        assertThat(consumer.paused()).doesNotContain(MINE);
        assertThat(lease.commit(OTHER, OFFSET)).isFalse();
        assertThat(lease.commit(MINE, OFFSET)).isTrue();
        assertThat(consumer.committed(Set.of(MINE, OTHER))).isEqualTo(Map.of(MINE, OFFSET));
    }

    @Test
    void aPartitionThatWasLostAndCameBackWaitsToBeBegun() {
        // Given
        consumer.schedulePollTask(() -> {
            consumer.rebalance(List.of(MINE));
            consumer.rebalance(List.of(MINE, OTHER));
        });

        // When
        lease.keep();

        // Then
        assertThat(consumer.paused()).containsExactly(OTHER);
        assertThat(lease.commit(OTHER, OFFSET)).isFalse();
    }

    @Test
    void aRebalanceIsWaitedForBeforeACommit() {
        // Given
        consumer.refusals = 3;

        // When
        boolean committed = lease.commit(MINE, OFFSET);

        // Then
        assertThat(committed).isTrue();
        assertThat(consumer.polls).isEqualTo(3);
        assertThat(consumer.committed(Set.of(MINE))).containsEntry(MINE, OFFSET);
    }

    @Test
    void aPartitionThatARebalanceTakesBeforeTheCommitIsNotCommitted() {
        // Given
        consumer.refusals = 1;
        consumer.schedulePollTask(() -> consumer.rebalance(List.of(OTHER)));

        // When / Then
        assertThat(lease.commit(MINE, OFFSET)).isFalse();
        assertThat(consumer.committed(Set.of(MINE))).isEmpty();
    }
}
