// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export;

import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;

/**
 * Keeps a member's partitions while it stores what it has read, which may take longer than the group waits for a member
 * that does not poll: between two objects it polls without reading. A partition may go to another member meanwhile; what
 * was stored for it is then adopted there.
 *
 * <p>For the consumer's thread.
 */
final class Lease {
    /** Polls in the time that a member may be silent. */
    private static final int POLLS = 60;

    /** Enough to take part in a rebalance; nothing is read, so it is waited for. */
    private static final Duration POLL = Duration.ofMillis(100);

    private final Consumer<?, ?> consumer;
    private final Assignment assignment;
    private final long betweenNanos;
    private long polled = System.nanoTime();

    /** @param silenceMax how long the group waits for a member that does not poll */
    Lease(Consumer<?, ?> consumer, Assignment assignment, Duration silenceMax) {
        this.consumer = consumer;
        this.assignment = assignment;
        this.betweenNanos = silenceMax.dividedBy(POLLS).toNanos();
    }

    /** Polls if it is time. To be called between any two things that take long. */
    void keep() {
        if (System.nanoTime() - polled >= betweenNanos) {
            poll();
        }
    }

    private void poll() {
        Set<TopicPartition> reading = new HashSet<>(consumer.assignment());
        reading.removeAll(consumer.paused());
        consumer.pause(reading);
        if (!consumer.poll(POLL).isEmpty()) {
            throw new IllegalStateException("records of partitions that are paused");
        }
        reading.retainAll(consumer.assignment());
        reading.removeIf(assignment::isLost);
        consumer.resume(reading);
        polled = System.nanoTime();
    }

    /**
     * Commits for a partition unless it was lost.
     *
     * @return whether it was committed; else another member has the partition, or will
     */
    boolean commit(TopicPartition partition, OffsetAndMetadata offset) {
        while (!assignment.isLost(partition)) {
            try {
                consumer.commitSync(Map.of(partition, offset));
                return true;
            } catch (RebalanceInProgressException e) {
                poll(); // which alone ends it
            }
        }
        return false;
    }
}
