// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import io.tallystick.avro.Notice;
import io.tallystick.entry.ChainId;
import io.tallystick.ingest.admit.Command;
import io.tallystick.ingest.admit.Hold;
import io.tallystick.ingest.admit.Location;
import io.tallystick.ingest.admit.ResumePoint;
import io.tallystick.ingest.admit.SourceFollower;
import io.tallystick.ingest.admit.TenantRules;
import io.tallystick.topic.Topics;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the source partitions of this instance: tells each {@link SourceFollower} what happens to its partition and carries
 * out what it decides. DESIGN.md section 5, continuity protocol.
 *
 * <p>The position of the consumer itself is never taken for ours: it runs past transaction markers. For the ingest thread only.
 */
final class SourceReader implements ConsumerRebalanceListener {
    private static final Logger LOGGER = LoggerFactory.getLogger(SourceReader.class);

    /** While it lasts nothing is read of any tenant, and for a topic that was deleted it is tried until then. */
    private static final Duration COMMIT_TIMEOUT = Duration.ofSeconds(1);

    private final Consumer<byte[], byte[]> consumer;
    private final IngestWriter writer;
    private final SourceProbe probe;
    private final Inbox inbox;
    private final Topics topics;
    private final String cluster;
    private final InFlightLimit limit;
    private final IngestTiming timing;
    private final SourceCommands commands;
    private final IngestMetrics metrics;
    private final Map<TopicPartition, OwnedPartition> owned = new HashMap<>();
    private final Set<TopicPartition> skipped = new HashSet<>();
    private final Map<String, TenantRules> rules = new HashMap<>();

    SourceReader(
            Consumer<byte[], byte[]> consumer,
            IngestWriter writer,
            SourceProbe probe,
            Inbox inbox,
            SourceCommands.Shared shared,
            InFlightLimit limit,
            IngestTiming timing) {
        this.consumer = consumer;
        this.writer = writer;
        this.probe = probe;
        this.inbox = inbox;
        this.topics = shared.topics();
        this.cluster = shared.cluster();
        this.metrics = shared.metrics();
        this.limit = limit;
        this.timing = timing;
        this.commands =
                new SourceCommands(consumer, writer, new SourceLocator(probe::locate, inbox), inbox, shared, this);
    }

    OwnedPartition owned(TopicPartition partition) {
        return owned.get(partition);
    }

    boolean isOwned(OwnedPartition partition) {
        return owned.get(partition.partition()) == partition;
    }

    Collection<OwnedPartition> all() {
        return owned.values();
    }

    /** Whether the batch is of a partition this instance has, and still follows what is accounted for. */
    boolean isCurrent(SourceBatch batch) {
        return isOwned(batch.partition()) && batch.partition().follower().isCurrent(batch.reading());
    }

    /** The tenants that have more partitions than a tenant can have. */
    Set<String> tenantsBeyondPartitions() {
        Set<String> tenants = new HashSet<>();
        skipped.forEach(
                partition -> tenants.add(topics.tenantOf(partition.topic()).orElseThrow()));
        return tenants;
    }

    /** Carries out what the follower decided, and fetches from its partition or does not. */
    void perform(OwnedPartition partition, List<Command> decided) {
        if (isOwned(partition)) {
            commands.perform(partition, decided);
            applyHolds(partition);
        }
    }

    // ---- assignment
    // --------------------------------------------------------------------------------------------------

    /** The tenants as their descriptors are now. One that is gone keeps its rules until its partitions are revoked. */
    void described(Map<String, TenantRules> now) {
        rules.putAll(now);
        for (OwnedPartition partition : List.copyOf(owned.values())) {
            TenantRules of = rules.get(partition.tenant());
            perform(partition, partition.follower().described(of, System.nanoTime()));
        }
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
        for (TopicPartition partition : partitions) {
            if (partition.partition() > ChainId.PARTITION_MAX) {
                skip(partition);
                continue;
            }
            String tenant = topics.tenantOf(partition.topic()).orElseThrow();
            SourceFollower follower = new SourceFollower(
                    cluster,
                    partition.topic(),
                    new ChainId(tenant, partition.partition()),
                    rules.get(tenant),
                    timing.follower(),
                    System.nanoTime());
            OwnedPartition added = new OwnedPartition(partition, follower, writer.partitionOf(follower.chain()));
            owned.put(partition, added);
            // Held until its real position is known; the seek only keeps the consumer from looking for one itself.
            applyHolds(added);
            consumer.seek(partition, 0);
            perform(added, follower.assigned());
            log(added, "assigned");
        }
    }

    /** There is no such chain. Its topic's other partitions, and other tenants, go on. */
    private void skip(TopicPartition partition) {
        skipped.add(partition);
        consumer.pause(List.of(partition));
        // Only keeps the consumer from looking for a position itself.
        consumer.seek(partition, 0);
        LOGGER.atError()
                .addKeyValue("topic", partition.topic())
                .addKeyValue("partition", partition.partition())
                .log("partition is beyond those a tenant can have; it is not read");
    }

    /**
     * What is on its way of these partitions is waited for, but not for long: nothing is read of any tenant meanwhile. Copies that
     * land later are replays for whoever has the partition next.
     */
    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
        writer.drain(() -> partitions.stream().allMatch(this::hasLanded), timing.landing(), this::completed);
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        for (TopicPartition partition : partitions) {
            OwnedPartition gone = owned.get(partition);
            if (gone != null) {
                gone.follower().commitDue().ifPresent(commit -> offsets.put(partition, SourceProbe.offset(commit)));
            }
        }
        if (!offsets.isEmpty()) {
            try {
                consumer.commitSync(offsets, COMMIT_TIMEOUT);
            } catch (KafkaException e) {
                // The position is a hint: the next owner sends some records again, and they are dropped as replays.
                LOGGER.atWarn().addKeyValue("error", e.toString()).log("positions not committed on revocation");
            }
        }
        onPartitionsLost(partitions);
    }

    private boolean hasLanded(TopicPartition partition) {
        OwnedPartition found = owned.get(partition);
        return found == null || found.follower().isIdle();
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
        skipped.removeAll(Set.copyOf(partitions));
        for (TopicPartition partition : partitions) {
            OwnedPartition gone = owned.remove(partition);
            if (gone != null) {
                log(gone, "no longer assigned");
            }
        }
    }

    // ---- what happens to partitions
    // ----------------------------------------------------------------------------------

    /** The source does not have the offset that is read. */
    void outOfRange(TopicPartition partition) {
        OwnedPartition found = owned.get(partition);
        if (found != null) {
            perform(found, found.follower().outOfRange(System.nanoTime()));
        }
    }

    /** @param divergent first offset whose record may be another one now; null if none is known to be the same */
    void truncated(TopicPartition partition, OffsetAndMetadata divergent) {
        OwnedPartition found = owned.get(partition);
        if (found != null) {
            Optional<ResumePoint> same = Optional.ofNullable(divergent).map(SourceProbe::point);
            perform(found, found.follower().truncated(same, System.nanoTime()));
        }
    }

    /**
     * The consumer cannot read a partition, and names it nowhere but in the text of its exception.
     *
     * @return false if it names none that this instance has
     */
    boolean damaged(RuntimeException failure) {
        Optional<OwnedPartition> named = owned.values().stream()
                .filter(partition -> isNamed(partition.partition(), failure))
                .findFirst();
        named.ifPresent(found -> perform(found, found.follower().damaged(failure.toString(), System.nanoTime())));
        return named.isPresent();
    }

    /** Whether the text has the whole of its name: not {@code acme-1} for {@code acme-12} or {@code acme-1-0}. */
    static boolean isNamed(TopicPartition partition, Throwable failure) {
        Pattern name = Pattern.compile("(?<![\\w.-])" + Pattern.quote(partition.toString()) + "(?![\\w-]|\\.[\\w.-])");
        return name.matcher(String.valueOf(failure.getMessage())).find();
    }

    /** The sequencer says where it stands. */
    void noticed(Notice notice) {
        ChainId chain = ChainId.parse(notice.getChain());
        OwnedPartition partition = owned.get(new TopicPartition(topics.in(chain.tenant()), chain.partition()));
        if (partition != null) {
            int epoch = notice.getLeaderEpoch();
            ResumePoint next =
                    new ResumePoint(notice.getNext(), epoch < 0 ? OptionalInt.empty() : OptionalInt.of(epoch));
            perform(partition, partition.follower().noticed(notice.getTopicId(), next, System.nanoTime()));
        }
    }

    /** A message has landed, or may be lost. */
    void completed(IngestWriter.Completion completion) {
        OwnedPartition partition = completion.partition();
        SourceFollower follower = partition.follower();
        if (completion.failure().isEmpty()) {
            perform(partition, follower.acknowledged(completion.flight(), System.nanoTime()));
            return;
        }
        Exception failure = completion.failure().get();
        IngestWriter.requireMendable(failure);
        metrics.tenant(partition.tenant()).sendFailed();
        perform(partition, follower.failed(completion.flight(), failure.toString(), System.nanoTime()));
    }

    /** A claim may be lost. */
    void claimFailed(OwnedPartition partition, Exception failure) {
        IngestWriter.requireMendable(failure);
        metrics.tenant(partition.tenant()).sendFailed();
        perform(partition, partition.follower().claimFailed(failure.toString(), System.nanoTime()));
    }

    /** Stops, or goes on, fetching from the partitions that the limit is about: it may have changed. */
    void applyLimit() {
        owned.values().forEach(this::applyHolds);
    }

    private void applyHolds(OwnedPartition partition) {
        SourceFollower follower = partition.follower();
        boolean full = limit.isFull(partition.destination());
        if (full && !follower.isHeld(Hold.NO_ROOM)) {
            follower.noRoom(System.nanoTime());
        } else if (!full && follower.isHeld(Hold.NO_ROOM)) {
            follower.room(limit.hasTaken(partition.destination()), System.nanoTime());
        }
        boolean pause = follower.isHeld();
        // The consumer asks its own thread each time; most acknowledgements change nothing.
        if (partition.pause(pause)) {
            if (pause) {
                consumer.pause(List.of(partition.partition()));
            } else {
                consumer.resume(List.of(partition.partition()));
            }
        }
    }

    // ---- claims and commits
    // ------------------------------------------------------------------------------------------

    /** Claims the position of every chain that has nothing on its way; looks whether that of the others lands. */
    void claimIdle() {
        long now = System.nanoTime();
        owned.values().forEach(partition -> partition.follower().landingDue(now));
        List<TopicPartition> idle = owned.values().stream()
                .filter(partition -> partition.follower().wantsClaim())
                .map(OwnedPartition::partition)
                .toList();
        if (idle.isEmpty()) {
            return;
        }
        probe.ends(idle, new SourceProbe.ClaimResult() {
            @Override
            public void read(TopicPartition partition, String topicId, Location.End end) {
                decide(partition, follower -> follower.claimDue(topicId, end, readTo(partition), System.nanoTime()));
            }

            @Override
            public void failed(TopicPartition partition, String reason) {
                decide(partition, follower -> follower.notClaimed(reason, System.nanoTime()));
            }
        });
    }

    private void decide(TopicPartition partition, Function<SourceFollower, List<Command>> input) {
        inbox.put(() -> {
            OwnedPartition found = owned.get(partition);
            if (found != null) {
                perform(found, input.apply(found.follower()));
            }
        });
    }

    /**
     * Up to which offset the consumer has read, transaction markers included; empty while it does not know. To see whether it
     * reads at all: what is accounted for is the follower's to say.
     */
    OptionalLong readTo(TopicPartition partition) {
        try {
            return OptionalLong.of(consumer.position(partition, Duration.ZERO));
        } catch (KafkaException e) {
            // Also of other partitions: a log that was truncated, a topic that may not be read. The next poll tells of
            // it, and IngestLoop knows what to do.
            return OptionalLong.empty();
        }
    }

    /**
     * Where the source ended, for committed records, when it was last fetched from; empty while the consumer does not know. What
     * is below has been there since then at least.
     */
    OptionalLong endKnown(TopicPartition partition) {
        OptionalLong position = readTo(partition);
        try {
            OptionalLong lag = consumer.currentLag(partition);
            return position.isPresent() && lag.isPresent()
                    ? OptionalLong.of(position.getAsLong() + lag.getAsLong())
                    : OptionalLong.empty();
        } catch (KafkaException e) {
            return OptionalLong.empty();
        }
    }

    /** Tells chains their policies again where that is due. */
    void tellPolicies() {
        long now = System.nanoTime();
        for (OwnedPartition partition : List.copyOf(owned.values())) {
            perform(partition, partition.follower().configDue(now));
        }
    }

    /** Commits what is contiguously acknowledged, of the partitions this instance has. */
    void commit() {
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        long now = System.nanoTime();
        for (OwnedPartition partition : owned.values()) {
            partition
                    .follower()
                    .commitDue()
                    .ifPresent(due -> offsets.put(partition.partition(), SourceProbe.offset(due)));
            partition.commitIsDue(offsets.containsKey(partition.partition()), now);
        }
        if (!offsets.isEmpty()) {
            consumer.commitAsync(offsets, this::committed);
        }
    }

    private void committed(Map<TopicPartition, OffsetAndMetadata> offsets, Exception failure) {
        if (failure != null) {
            LOGGER.atWarn().addKeyValue("error", failure.toString()).log("positions not committed, trying again");
            return;
        }
        offsets.forEach((partition, offset) -> {
            OwnedPartition found = owned.get(partition);
            if (found != null) {
                found.follower().committed(SourceProbe.commit(offset));
                found.commitIsDue(false, System.nanoTime());
            }
        });
    }

    private static void log(OwnedPartition partition, String message) {
        LOGGER.atInfo()
                .addKeyValue("chain", partition.follower().chain())
                .addKeyValue("topic", partition.partition().topic())
                .log(message);
    }
}
