// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Notes what a rebalance adds and takes away. New partitions are paused at their committed offset until the step has
 * loaded their state and resumes them; nothing is committed here, because offsets move at the end of a window only.
 */
final class Assignment implements ConsumerRebalanceListener {
    private final Consumer<?, ?> consumer;
    private final ExporterName name;
    private final Map<TopicPartition, Optional<OffsetAndMetadata>> added = new HashMap<>();
    private final Set<TopicPartition> lost = new HashSet<>();
    private boolean settled;

    Assignment(Consumer<?, ?> consumer, ExporterName name) {
        this.consumer = consumer;
        this.name = name;
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
        Map<TopicPartition, OffsetAndMetadata> committed = consumer.committed(Set.copyOf(partitions));
        for (TopicPartition partition : partitions) {
            Optional<OffsetAndMetadata> offset = Optional.ofNullable(committed.get(partition));
            consumer.seek(partition, offset.map(OffsetAndMetadata::offset).orElse(0L));
            added.put(partition, offset);
        }
        consumer.pause(partitions);
        settled = true;
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
        settled = false;
        lost.addAll(partitions);
        partitions.forEach(added::remove);
    }

    /** Whether the group has given this member its partitions, if any, and all of them are read to their end. */
    boolean isReadToEnd() {
        return settled && isReadToEnd(consumer);
    }

    /** Whether a consumer has read everything it is assigned. What it does not know yet it has not read. */
    static boolean isReadToEnd(Consumer<?, ?> consumer) {
        return consumer.assignment().stream()
                .allMatch(partition -> consumer.currentLag(partition).orElse(Long.MAX_VALUE) == 0);
    }

    /** Whether the step had the partition and has to forget it. */
    boolean isLost(TopicPartition partition) {
        return lost.contains(partition);
    }

    /** Partitions the step had and has to forget; a partition that came back is also among the added ones. */
    Collection<TopicPartition> takeLost() {
        Set<TopicPartition> taken = Set.copyOf(lost);
        lost.clear();
        return taken;
    }

    /**
     * Partitions to begin with, paused, and what was committed for them; empty only for an exporter that begins.
     *
     * @throws IllegalStateException if the ledger's first exporter has no offsets
     */
    Map<TopicPartition, Optional<OffsetAndMetadata>> takeAdded() {
        Map<TopicPartition, Optional<OffsetAndMetadata>> taken = Map.copyOf(added);
        added.clear();
        taken.forEach((partition, offset) -> {
            if (offset.isEmpty() && name.isFirst()) {
                throw new IllegalStateException("the exporter's group has no offset for " + partition
                        + ". Set the ledger up first (tally init). If its offsets have expired, which takes days"
                        + " without any exporter, commit offset 0: it reads the ledger again and adopts what is"
                        + " stored.");
            }
        });
        return taken;
    }
}
