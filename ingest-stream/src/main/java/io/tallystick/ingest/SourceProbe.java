// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import io.tallystick.ingest.TopicRefusals.Access;
import io.tallystick.ingest.admit.Commit;
import io.tallystick.ingest.admit.Location;
import io.tallystick.ingest.admit.ResumePoint;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicCollection;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.LeaderNotAvailableException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Asks the cluster about source partitions, without waiting: what one tenant's topic answers, or does not, holds up no
 * other. Answers come on another thread. Safe for several threads.
 */
final class SourceProbe {
    /**
     * What a look at a topic found.
     *
     * @param topicId its id as Kafka prints it; empty if it could not be looked at
     * @param fault why not
     */
    record Sight(Optional<String> topicId, String fault) {}

    private final Admin admin;
    private final String group;
    private final InstantSource clock;

    SourceProbe(Admin admin, String group, InstantSource clock) {
        this.admin = admin;
        this.group = group;
        this.clock = clock;
    }

    /**
     * Looks partitions up in one request of each kind, begun before this returns. Each stage completes, as soon as its own
     * answers are there, with where its partition stands, or with the first thing that went wrong.
     */
    Map<TopicPartition, CompletionStage<Location>> locate(Set<TopicPartition> partitions) {
        CompletionStage<Map<TopicPartition, OffsetAndMetadata>> committed = admin.listConsumerGroupOffsets(
                        Map.of(group, new ListConsumerGroupOffsetsSpec().topicPartitions(partitions)),
                        new ListConsumerGroupOffsetsOptions().requireStable(true))
                .partitionsToOffsetAndMetadata(group)
                .toCompletionStage();
        ListOffsetsResult starts = admin.listOffsets(specs(partitions, OffsetSpec.earliest()));
        Instant asked = now();
        ListOffsetsResult ends = lastStable(partitions);
        Map<String, KafkaFuture<TopicDescription>> topics =
                admin.describeTopics(topics(partitions)).topicNameValues();
        Map<TopicPartition, CompletionStage<Location>> located = new HashMap<>();
        for (TopicPartition partition : partitions) {
            located.put(
                    partition,
                    location(
                            topics.get(partition.topic())
                                    .toCompletionStage()
                                    .thenApply(found -> topicId(found, partition.partition())),
                            committed.thenApply(found -> commit(found, partition)),
                            starts.partitionResult(partition)
                                    .toCompletionStage()
                                    .thenApply(ListOffsetsResult.ListOffsetsResultInfo::offset),
                            end(partition, ends, asked)));
        }
        return located;
    }

    private static CompletionStage<Location> location(
            CompletionStage<String> topicId,
            CompletionStage<Optional<Commit>> commit,
            CompletionStage<Long> start,
            CompletionStage<Location.End> end) {
        // One of its own: those that come of the client's futures cannot be completed.
        CompletableFuture<Location> located = new CompletableFuture<>();
        topicId.thenCombine(commit, (id, committed) -> Map.entry(id, committed))
                .thenCombine(start, (found, first) -> Map.entry(found, first))
                .thenCombine(
                        end,
                        (found, last) -> new Location(
                                found.getKey().getKey(), found.getKey().getValue(), found.getValue(), last))
                .thenAccept(located::complete);
        // Of a topic that is not there, offsets are asked for again and again until the client gives up.
        for (CompletionStage<?> part : List.of(topicId, commit, start, end)) {
            part.whenComplete((found, failure) -> {
                if (failure != null) {
                    located.completeExceptionally(failure);
                }
            });
        }
        return located;
    }

    /** Without a leader no offsets will be told; to ask for them would only take the client's patience. */
    private static String topicId(TopicDescription topic, int partition) {
        for (TopicPartitionInfo found : topic.partitions()) {
            if (found.partition() == partition
                    && (found.leader() == null || found.leader().isEmpty())) {
                throw new LeaderNotAvailableException("partition " + partition + " has no leader");
            }
        }
        return topic.topicId().toString();
    }

    /** What is not committed is told as null. What is not told failed, and is not to be taken for not committed. */
    private static Optional<Commit> commit(Map<TopicPartition, OffsetAndMetadata> told, TopicPartition partition) {
        if (!told.containsKey(partition)) {
            throw new KafkaException("the group's committed offset is not told");
        }
        return Optional.ofNullable(told.get(partition)).map(SourceProbe::commit);
    }

    /** A commit without metadata is not one of ours: its topic id is empty, as no topic's is. */
    static Commit commit(OffsetAndMetadata found) {
        return new Commit(found.metadata(), point(found));
    }

    static ResumePoint point(OffsetAndMetadata found) {
        return new ResumePoint(
                found.offset(), found.leaderEpoch().map(OptionalInt::of).orElseGet(OptionalInt::empty));
    }

    /** The position as the group's offsets keep it; the reverse of what {@link #locate} reads. */
    static OffsetAndMetadata offset(Commit commit) {
        return new OffsetAndMetadata(commit.point().offset(), leaderEpoch(commit.point()), commit.topicId());
    }

    static Optional<Integer> leaderEpoch(ResumePoint point) {
        return point.leaderEpoch().isPresent() ? Optional.of(point.leaderEpoch().getAsInt()) : Optional.empty();
    }

    /** Looks at topics by their names, begun before this returns; {@code result} is told of all of them at once. */
    void look(Set<String> topics, Consumer<Map<String, Sight>> result) {
        collect(admin.describeTopics(topics).topicNameValues(), SourceProbe::sight, result);
    }

    /**
     * Looks whether topics with these ids are there, begun before this returns; {@code result} is told of all of them at once.
     * One request, where a look by name takes two, one after the other.
     */
    void lookById(Set<String> topicIds, Consumer<Map<String, Sight>> result) {
        Map<String, KafkaFuture<TopicDescription>> asked = new HashMap<>();
        admin.describeTopics(TopicCollection.ofTopicIds(
                        topicIds.stream().map(Uuid::fromString).collect(Collectors.toSet())))
                .topicIdValues()
                .forEach((topicId, answer) -> asked.put(topicId.toString(), answer));
        collect(asked, SourceProbe::sight, result);
    }

    private static <S> void collect(
            Map<String, KafkaFuture<TopicDescription>> asked,
            BiFunction<TopicDescription, Throwable, S> seeing,
            Consumer<Map<String, S>> result) {
        Map<String, S> seen = new ConcurrentHashMap<>();
        CompletableFuture<?>[] all = asked.entrySet().stream()
                .map(topic -> topic.getValue()
                        .toCompletionStage()
                        .handle((description, failure) -> seen.put(topic.getKey(), seeing.apply(description, failure)))
                        .toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new);
        CompletableFuture<?> unused = CompletableFuture.allOf(all).thenRun(() -> result.accept(seen));
    }

    private static Sight sight(TopicDescription description, Throwable failure) {
        return failure == null
                ? new Sight(Optional.of(description.topicId().toString()), "")
                : new Sight(Optional.empty(), failure.toString());
    }

    /** Asks which of the topics ingest may read, begun before this returns; {@code result} is told of all of them at once. */
    void access(Set<String> topics, Consumer<Map<String, Access>> result) {
        collect(
                admin.describeTopics(
                                TopicCollection.ofTopicNames(topics),
                                new DescribeTopicsOptions().includeAuthorizedOperations(true))
                        .topicNameValues(),
                SourceProbe::access,
                result);
    }

    private static Access access(TopicDescription description, Throwable failure) {
        if (failure == null) {
            Set<AclOperation> operations = description.authorizedOperations();
            // A broker that does not tell them will tell when it is read.
            return operations == null || operations.contains(AclOperation.READ) ? Access.GRANTED : Access.REFUSED;
        }
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        if (cause instanceof TopicAuthorizationException) {
            return Access.REFUSED;
        }
        return cause instanceof UnknownTopicOrPartitionException ? Access.GRANTED : Access.UNKNOWN;
    }

    /** What is needed to claim a position. */
    interface ClaimResult {
        /** Told of each partition whose topic and end could be read. */
        void read(TopicPartition partition, String topicId, Location.End end);

        /** Told of each of which that failed. */
        void failed(TopicPartition partition, String reason);
    }

    /** Reads topic ids and ends of many partitions in one request each. */
    void ends(Collection<TopicPartition> partitions, ClaimResult result) {
        Instant asked = now();
        ListOffsetsResult ends = lastStable(partitions);
        look(topics(partitions), seen -> {
            for (TopicPartition partition : partitions) {
                Sight sight = seen.get(partition.topic());
                if (sight.topicId().isEmpty()) {
                    result.failed(partition, sight.fault());
                    continue;
                }
                CompletionStage<?> unused = end(partition, ends, asked).handle((end, failure) -> {
                    if (failure == null) {
                        result.read(partition, sight.topicId().get(), end);
                    } else {
                        result.failed(partition, failure.toString());
                    }
                    return null;
                });
            }
        });
    }

    private ListOffsetsResult lastStable(Collection<TopicPartition> partitions) {
        return admin.listOffsets(
                specs(partitions, OffsetSpec.latest()), new ListOffsetsOptions(IsolationLevel.READ_COMMITTED));
    }

    private static Map<TopicPartition, OffsetSpec> specs(Collection<TopicPartition> partitions, OffsetSpec spec) {
        Map<TopicPartition, OffsetSpec> specs = new HashMap<>();
        partitions.forEach(partition -> specs.put(partition, spec));
        return specs;
    }

    private static Set<String> topics(Collection<TopicPartition> partitions) {
        return partitions.stream().map(TopicPartition::topic).collect(Collectors.toSet());
    }

    private Instant now() {
        return Instant.ofEpochMilli(clock.millis());
    }

    private static CompletionStage<Location.End> end(TopicPartition partition, ListOffsetsResult ends, Instant asked) {
        return ends.partitionResult(partition)
                .toCompletionStage()
                .thenApply(end -> new Location.End(end.offset(), asked));
    }
}
