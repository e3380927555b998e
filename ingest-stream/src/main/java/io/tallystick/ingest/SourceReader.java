// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import io.tallystick.avro.Notice;
import io.tallystick.entry.ChainId;
import io.tallystick.ingest.OwnedPartition.Hold;
import io.tallystick.ingest.admit.Admission;
import io.tallystick.ingest.decode.SourcePartition;
import io.tallystick.topic.Topics;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the source partitions of this instance: where each is read, why not just now, and what is committed. DESIGN.md
 * section 5, continuity protocol.
 *
 * <pre>
 * assigned --> LOCATING --(topic id, committed offset, log start)--> reading --> revoked: flush, commit
 *                 ^  gap first, if the log starts later                |
 *                 |-------- notice, offset out of range ---------------|
 *                 |-------- truncated: back to where histories part ---|
 * </pre>
 *
 * <p>The position of the consumer itself is never asked for: it runs past transaction markers. For the ingest thread only.
 */
final class SourceReader implements ConsumerRebalanceListener {
    private static final Logger LOGGER = LoggerFactory.getLogger(SourceReader.class);
    private static final Duration COMMIT_TIMEOUT = Duration.ofSeconds(10);

    private final Consumer<byte[], byte[]> consumer;
    private final IngestWriter writer;
    private final SourceProbe probe;
    private final Inbox inbox;
    private final Topics topics;
    private final String cluster;
    private final IngestTiming timing;
    private final Map<TopicPartition, OwnedPartition> owned = new HashMap<>();
    private boolean full;

    SourceReader(
            Consumer<byte[], byte[]> consumer,
            IngestWriter writer,
            SourceProbe probe,
            Inbox inbox,
            Topics topics,
            String cluster,
            IngestTiming timing) {
        this.consumer = consumer;
        this.writer = writer;
        this.probe = probe;
        this.inbox = inbox;
        this.topics = topics;
        this.cluster = cluster;
        this.timing = timing;
    }

    OwnedPartition owned(TopicPartition partition) {
        return owned.get(partition);
    }

    // ---- assignment
    // --------------------------------------------------------------------------------------------------

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
        for (TopicPartition partition : partitions) {
            String tenant = topics.tenantOf(partition.topic()).orElseThrow();
            OwnedPartition added =
                    new OwnedPartition(partition, new ChainId(tenant, partition.partition()), System.nanoTime());
            owned.put(partition, added);
            // Held until its real position is known; the seek only keeps the consumer from looking for one itself.
            applyHolds(added);
            consumer.seek(partition, 0);
            locate(added);
            log(added, "assigned");
        }
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
        writer.flush();
        writer.drain(this::completed);
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        for (TopicPartition partition : partitions) {
            OwnedPartition gone = owned.get(partition);
            if (gone != null) {
                gone.uncommitted().ifPresent(offset -> offsets.put(partition, new OffsetAndMetadata(offset)));
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

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
        for (TopicPartition partition : partitions) {
            OwnedPartition gone = owned.remove(partition);
            if (gone != null) {
                log(gone, "no longer assigned");
            }
        }
    }

    // ---- where to read
    // -----------------------------------------------------------------------------------------------

    /** Looks up where the partition stands; until then nothing is fetched from it. */
    void locate(OwnedPartition partition) {
        hold(partition, Hold.LOCATING);
        long lookup = partition.beginLookup();
        probe.locate(partition.partition())
                .whenComplete((state, failure) -> inbox.put(() -> {
                    if (isStale(partition, lookup)) {
                        return;
                    }
                    if (failure == null) {
                        located(partition, state);
                    } else {
                        warn(partition, "source cannot be looked up, trying again", failure.toString());
                        locateIn(partition, timing.retry());
                    }
                }));
    }

    private void locateIn(OwnedPartition partition, Duration wait) {
        long lookup = partition.beginLookup();
        inbox.putIn(wait, () -> {
            if (!isStale(partition, lookup)) {
                locate(partition);
            }
        });
    }

    private boolean isStale(OwnedPartition partition, long lookup) {
        return owned.get(partition.partition()) != partition || partition.lookup() != lookup;
    }

    private void located(OwnedPartition partition, SourceProbe.State state) {
        if (!partition.isLocated()) {
            partition.locate(
                    new SourcePartition(cluster, partition.partition().topic(), state.topicId(), partition.chain()),
                    state.committed());
        } else if (!partition.source().topicId().equals(state.topicId())) {
            warn(partition, "source topic was created again; its chain waits for an operator", state.topicId());
            locateIn(partition, timing.claims());
            return;
        }
        long from = partition.position().from();
        if (partition.position().isIdle()) {
            writer.send(Admission.claim(partition.source(), from, state.end(), state.asOf()));
        }
        if (from < state.start()) {
            gap(partition, state.start());
        } else if (from > state.end()) {
            goBack(partition, state.end());
            release(partition, Hold.LOCATING);
        } else {
            consumer.seek(partition.partition(), from);
            release(partition, Hold.LOCATING);
        }
    }

    /**
     * The source has lost records that ingest has read, and others may have taken their offsets. They must be read: their
     * higher leader epoch is what tells the sequencer. What did not change is dropped there as a replay.
     *
     * @param divergent first source offset whose record may be another one now
     */
    void truncated(OwnedPartition partition, long divergent) {
        goBack(partition, divergent);
        locate(partition);
    }

    /** The seek comes at once: until then every poll would find the truncation again. */
    private void goBack(OwnedPartition partition, long offset) {
        // Never past what is acknowledged: that would be committed.
        long back = Math.min(offset, partition.position().acked());
        LOGGER.atError()
                .addKeyValue("chain", partition.chain())
                .addKeyValue("from", partition.position().from())
                .addKeyValue("to", back)
                .log("source was truncated; reading it again from there");
        partition.position().resetTo(back);
        consumer.seek(partition.partition(), back);
    }

    /** Accounts for what the source has lost, but not before a predecessor's copies of it have landed or failed. */
    private void gap(OwnedPartition partition, long logStart) {
        long waited = System.nanoTime() - partition.assignedNanos();
        if (waited < timing.beforeGap().toNanos()) {
            locateIn(partition, timing.beforeGap().minusNanos(waited));
            return;
        }
        long from = partition.position().from();
        LOGGER.atError()
                .addKeyValue("chain", partition.chain())
                .addKeyValue("from", from)
                .addKeyValue("next", logStart)
                .log("source records are lost; a gap is recorded");
        writer.send(
                Admission.gap(partition.source(), from, logStart),
                partition,
                partition.position().cover(logStart - 1));
        consumer.seek(partition.partition(), logStart);
        release(partition, Hold.LOCATING);
    }

    /** The sequencer says where it stands. What is on its way lands first, so that it cannot arrive in between. */
    void noticed(Notice notice) {
        ChainId chain = ChainId.parse(notice.getChain());
        OwnedPartition partition = owned.get(new TopicPartition(topics.in(chain.tenant()), chain.partition()));
        if (partition == null || !partition.isLocated()) {
            return;
        }
        if (!partition.source().topicId().equals(notice.getTopicId())) {
            warn(partition, "the chain belongs to another topic id; it waits for an operator", notice.getTopicId());
            return;
        }
        partition.notice(notice.getNext());
        applyHolds(partition);
        takeNotice(partition);
    }

    private void takeNotice(OwnedPartition partition) {
        OptionalLong next = partition.dueNotice();
        if (next.isEmpty()) {
            return;
        }
        partition.noticeTaken();
        if (next.getAsLong() != partition.position().from()) {
            warn(partition, "the sequencer needs another offset, going there", Long.toString(next.getAsLong()));
            partition.position().resetTo(next.getAsLong());
            locate(partition);
        }
        applyHolds(partition);
    }

    // ---- what became of messages
    // -------------------------------------------------------------------------------------

    void completed(IngestWriter.Completion completion) {
        OwnedPartition partition = completion.partition();
        boolean current = owned.get(partition.partition()) == partition;
        if (completion.failure().isEmpty()) {
            partition.position().acknowledge(completion.flight());
        } else {
            failed(partition, completion, current);
        }
        if (current) {
            takeNotice(partition);
        }
    }

    private void failed(OwnedPartition partition, IngestWriter.Completion completion, boolean current) {
        Exception failure = completion.failure().orElseThrow();
        if (isFatal(failure)) {
            throw new KafkaException("ledger.ingest cannot be written", failure);
        }
        if (!partition.position().fail(completion.flight()) || !current) {
            return;
        }
        warn(partition, "message not written, reading its chain again", failure.toString());
        consumer.seek(partition.partition(), partition.position().from());
        hold(partition, Hold.BACKING_OFF);
        inbox.putIn(timing.retry(), () -> release(partition, Hold.BACKING_OFF));
    }

    /** What no later attempt of this producer can mend. */
    private static boolean isFatal(Exception failure) {
        return failure instanceof AuthenticationException
                || failure instanceof AuthorizationException
                || failure instanceof UnsupportedVersionException
                || failure instanceof ProducerFencedException;
    }

    // ---- holds
    // -------------------------------------------------------------------------------------------------------

    void hold(OwnedPartition partition, Hold hold) {
        partition.holds().add(hold);
        applyHolds(partition);
    }

    void release(OwnedPartition partition, Hold hold) {
        partition.holds().remove(hold);
        applyHolds(partition);
    }

    /** Stops, or goes on, fetching from all partitions: memory is full, or is not. */
    void holdAll(boolean stop) {
        if (full != stop) {
            full = stop;
            owned.values().forEach(this::applyHolds);
        }
    }

    private void applyHolds(OwnedPartition partition) {
        if (owned.get(partition.partition()) != partition) {
            return;
        }
        if (full || !partition.holds().isEmpty()) {
            consumer.pause(List.of(partition.partition()));
        } else {
            consumer.resume(List.of(partition.partition()));
        }
    }

    // ---- claims and commits
    // ------------------------------------------------------------------------------------------

    /** Claims the position of every chain that has nothing on its way. */
    void claimIdle() {
        List<TopicPartition> idle = owned.values().stream()
                .filter(SourceReader::isIdle)
                .map(OwnedPartition::partition)
                .toList();
        if (idle.isEmpty()) {
            return;
        }
        probe.ends(
                idle,
                (partition, end) -> inbox.put(() -> {
                    OwnedPartition claimed = owned.get(partition);
                    if (claimed != null && isIdle(claimed)) {
                        long from = claimed.position().from();
                        writer.send(Admission.claim(claimed.source(), from, end.offset(), end.asOf()));
                    }
                }));
    }

    private static boolean isIdle(OwnedPartition partition) {
        return partition.isLocated() && partition.position().isIdle();
    }

    /** Commits what is contiguously acknowledged, of the partitions this instance has. */
    void commit() {
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        for (OwnedPartition partition : owned.values()) {
            partition
                    .uncommitted()
                    .ifPresent(offset -> offsets.put(partition.partition(), new OffsetAndMetadata(offset)));
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
                found.committed(offset.offset());
            }
        });
    }

    private static void log(OwnedPartition partition, String message) {
        LOGGER.atInfo()
                .addKeyValue("chain", partition.chain())
                .addKeyValue("topic", partition.partition().topic())
                .log(message);
    }

    private static void warn(OwnedPartition partition, String message, String error) {
        LOGGER.atWarn()
                .addKeyValue("chain", partition.chain())
                .addKeyValue("topic", partition.partition().topic())
                .addKeyValue("error", error)
                .log(message);
    }
}
