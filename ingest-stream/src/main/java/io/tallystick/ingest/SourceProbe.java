// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;

/**
 * Asks the cluster about source partitions, without waiting: what one tenant's topic answers, or does not, holds up no
 * other. Safe for several threads.
 */
final class SourceProbe {
    /**
     * A source partition as the cluster sees it.
     *
     * @param topicId id of the topic, as Kafka prints it
     * @param committed ingest's committed position, if it has one
     * @param start first offset the log still has
     * @param end last stable offset
     * @param asOf when end was read
     */
    record State(String topicId, OptionalLong committed, long start, long end, Instant asOf) {}

    /** The last stable offset of a partition, and when it was read. */
    record End(long offset, Instant asOf) {}

    private final Admin admin;
    private final String group;
    private final InstantSource clock;

    SourceProbe(Admin admin, String group, InstantSource clock) {
        this.admin = admin;
        this.group = group;
        this.clock = clock;
    }

    /** Completes with the state of the partition, or with the first thing that went wrong. */
    CompletionStage<State> locate(TopicPartition partition) {
        CompletionStage<TopicDescription> topic = admin.describeTopics(List.of(partition.topic()))
                .topicNameValues()
                .get(partition.topic())
                .toCompletionStage();
        CompletionStage<Map<TopicPartition, OffsetAndMetadata>> committed = admin.listConsumerGroupOffsets(
                        Map.of(group, new ListConsumerGroupOffsetsSpec().topicPartitions(List.of(partition))),
                        new ListConsumerGroupOffsetsOptions().requireStable(true))
                .partitionsToOffsetAndMetadata(group)
                .toCompletionStage();
        CompletionStage<ListOffsetsResult.ListOffsetsResultInfo> start = admin.listOffsets(
                        Map.of(partition, OffsetSpec.earliest()))
                .partitionResult(partition)
                .toCompletionStage();
        CompletionStage<End> end = end(partition, lastStable(List.of(partition)));
        return topic.thenCombine(committed, (description, offsets) -> {
                    OffsetAndMetadata offset = offsets.get(partition);
                    OptionalLong position = offset == null ? OptionalLong.empty() : OptionalLong.of(offset.offset());
                    return new State(description.topicId().toString(), position, 0, 0, Instant.EPOCH);
                })
                .thenCombine(
                        start,
                        (state, first) ->
                                new State(state.topicId(), state.committed(), first.offset(), 0, state.asOf()))
                .thenCombine(
                        end,
                        (state, last) -> new State(
                                state.topicId(), state.committed(), state.start(), last.offset(), last.asOf()));
    }

    /** Reads the ends of many partitions in one request; {@code result} is told of each, on another thread. */
    void ends(Collection<TopicPartition> partitions, BiConsumer<TopicPartition, End> result) {
        ListOffsetsResult ends = lastStable(partitions);
        for (TopicPartition partition : partitions) {
            end(partition, ends).thenAccept(end -> result.accept(partition, end));
        }
    }

    private ListOffsetsResult lastStable(Collection<TopicPartition> partitions) {
        Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
        partitions.forEach(partition -> latest.put(partition, OffsetSpec.latest()));
        return admin.listOffsets(latest, new ListOffsetsOptions(IsolationLevel.READ_COMMITTED));
    }

    private CompletionStage<End> end(TopicPartition partition, ListOffsetsResult ends) {
        Instant asked = Instant.ofEpochMilli(clock.millis());
        return ends.partitionResult(partition).toCompletionStage().thenApply(end -> new End(end.offset(), asked));
    }
}
