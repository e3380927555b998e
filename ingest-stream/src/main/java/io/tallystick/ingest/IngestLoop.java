// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import io.tallystick.ingest.admit.TenantRules;
import io.tallystick.topic.Topics;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One turn of ingest: do what others asked for, take completions, subscribe, poll. For the ingest thread only.
 *
 * <pre>
 * poll --&gt; TopicGate --&gt; RecordAdmitter --&gt; ledger.ingest
 * </pre>
 */
final class IngestLoop {
    private static final Logger LOGGER = LoggerFactory.getLogger(IngestLoop.class);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration CONFIRMATION_PATIENCE = Duration.ofMillis(5);
    private static final Duration UNREADABLE_AGAIN = Duration.ofSeconds(5);

    private final Consumer<byte[], byte[]> consumer;
    private final SourceReader reader;
    private final TopicGate gate;
    private final IngestWriter writer;
    private final Inbox inbox;
    private final Topics topics;
    private final IngestMetrics metrics;
    private final long inFlightBytesMax;
    private Set<String> wanted = Set.of();
    private Set<String> subscribed = Set.of();
    private final Set<String> unreadable = new TreeSet<>();
    private boolean polledNone;
    private boolean lookingForRefused;

    IngestLoop(
            Consumer<byte[], byte[]> consumer,
            SourceReader reader,
            TopicGate gate,
            IngestWriter writer,
            Inbox inbox,
            Topics topics,
            IngestMetrics metrics,
            long inFlightBytesMax) {
        this.consumer = consumer;
        this.reader = reader;
        this.gate = gate;
        this.writer = writer;
        this.inbox = inbox;
        this.topics = topics;
        this.metrics = metrics;
        this.inFlightBytesMax = inFlightBytesMax;
    }

    /** Does {@code action} now and then again and again, with this wait in between. */
    void every(Duration interval, Runnable action) {
        inbox.putIn(interval, () -> {
            action.run();
            every(interval, action);
        });
    }

    /** Reads the topics of these tenants from the next turn on; a tenant may precede its topic. */
    void read(Map<String, TenantRules> tenants) {
        reader.described(tenants);
        metrics.retain(tenants.keySet());
        wanted = new TreeSet<>();
        tenants.keySet().forEach(tenant -> wanted.add(topics.in(tenant)));
    }

    /** One turn. */
    void turn() throws InterruptedException {
        inbox.run(patience());
        writer.drain(reader::completed);
        // Goes on only at half the limit, so that reading does not stutter.
        long inFlight = inFlightBytes();
        if (inFlight > inFlightBytesMax) {
            reader.holdAll(true);
        } else if (inFlight < inFlightBytesMax / 2) {
            reader.holdAll(false);
        }
        subscribe();
        if (!subscribed.isEmpty()) {
            poll();
        }
    }

    /** While batches wait there is nothing better to do than to wait for their topics' ids, unless there is more to poll. */
    private Duration patience() {
        if (subscribed.isEmpty()) {
            return POLL;
        }
        return gate.isEmpty() || !polledNone ? Duration.ZERO : CONFIRMATION_PATIENCE;
    }

    private long inFlightBytes() {
        return writer.inFlightBytes() + gate.waitingBytes();
    }

    /** Publishes what the metrics show. */
    void publish() {
        metrics.publish(reader.all(), inFlightBytes(), System.nanoTime());
    }

    private void subscribe() {
        Set<String> readable = new TreeSet<>(wanted);
        readable.removeAll(unreadable);
        if (readable.equals(subscribed)) {
            return;
        }
        if (readable.isEmpty()) {
            consumer.unsubscribe();
        } else {
            consumer.subscribe(readable, reader);
        }
        subscribed = readable;
        LOGGER.atInfo().addKeyValue("topics", readable.size()).log("subscribed");
    }

    private void poll() {
        try {
            ConsumerRecords<byte[], byte[]> records = consumer.poll(gate.isEmpty() ? POLL : Duration.ZERO);
            polledNone = records.isEmpty();
            for (TopicPartition partition : records.partitions()) {
                gate.add(SourceBatch.of(reader.owned(partition), records.records(partition)));
            }
            gate.ask();
        } catch (LogTruncationException e) {
            // Is an offset out of range, too: without this the old position would do as soon as the source has outgrown
            // it.
            e.offsetOutOfRangePartitions()
                    .keySet()
                    .forEach(partition ->
                            reader.truncated(partition, e.divergentOffsets().get(partition)));
        } catch (OffsetOutOfRangeException e) {
            e.offsetOutOfRangePartitions().keySet().forEach(reader::outOfRange);
        } catch (TopicAuthorizationException e) {
            unreadable(e.unauthorizedTopics());
        }
    }

    private void unreadable(Set<String> refused) {
        if (refused.isEmpty()) {
            lookForRefused();
            return;
        }
        tellUnreadable(refused);
        unreadable.addAll(refused);
        inbox.putIn(UNREADABLE_AGAIN, () -> unreadable.removeAll(refused));
    }

    /** The group refuses a member for one topic it may not describe, and does not say which. */
    private void lookForRefused() {
        if (!lookingForRefused && !subscribed.isEmpty()) {
            lookingForRefused = true;
            gate.findRefused(Set.copyOf(subscribed), refused -> {
                lookingForRefused = false;
                leaveOut(refused);
            });
        }
    }

    /** They come back once they may be described, and not before: each would stop all others once more. */
    private void leaveOut(Set<String> refused) {
        if (refused.isEmpty()) {
            return;
        }
        tellUnreadable(refused);
        unreadable.addAll(refused);
        inbox.putIn(
                UNREADABLE_AGAIN,
                () -> gate.findRefused(refused, still -> {
                    unreadable.removeAll(refused);
                    leaveOut(still);
                }));
    }

    private static void tellUnreadable(Set<String> topics) {
        LOGGER.atError()
                .addKeyValue("topic", topics)
                .log("topics may not be read; grant Read and Describe to ingest. Others go on");
    }
}
