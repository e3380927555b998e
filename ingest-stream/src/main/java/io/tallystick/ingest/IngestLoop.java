// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import io.tallystick.ingest.admit.TenantRules;
import io.tallystick.topic.Topics;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;

/**
 * One turn of ingest: do what others asked for, take completions, subscribe, poll. For the ingest thread only.
 *
 * <pre>
 * poll --&gt; TopicGate --&gt; ConfirmedBatches --&gt; RecordAdmitter --&gt; ledger.ingest
 * </pre>
 */
final class IngestLoop {
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration CONFIRMATION_PATIENCE = Duration.ofMillis(5);

    private final Consumer<byte[], byte[]> consumer;
    private final SourceSubscription subscription;
    private final SourceReader reader;
    private final TopicGate gate;
    private final ConfirmedBatches confirmed;
    private final IngestWriter writer;
    private final Inbox inbox;
    private final Topics topics;
    private final IngestMetrics metrics;
    private final InFlightLimit limit;
    private boolean polledNone;

    IngestLoop(
            Consumer<byte[], byte[]> consumer,
            SourceSubscription subscription,
            SourceReader reader,
            TopicGate gate,
            ConfirmedBatches confirmed,
            IngestWriter writer,
            Inbox inbox,
            Topics topics,
            IngestMetrics metrics,
            InFlightLimit limit) {
        this.consumer = consumer;
        this.subscription = subscription;
        this.reader = reader;
        this.gate = gate;
        this.confirmed = confirmed;
        this.writer = writer;
        this.inbox = inbox;
        this.topics = topics;
        this.metrics = metrics;
        this.limit = limit;
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
        subscription.want(tenants.keySet().stream().map(topics::in).collect(Collectors.toSet()));
    }

    /** One turn. */
    void turn() throws InterruptedException {
        inbox.run(patience());
        writer.drain(reader::completed);
        confirmed.admit();
        if (limit.update()) {
            reader.applyLimit();
        }
        subscription.apply();
        if (!subscription.isEmpty()) {
            poll();
        }
    }

    /** While batches wait there is nothing better to do than to wait for their topics' ids, unless there is more to poll. */
    private Duration patience() {
        if (subscription.isEmpty()) {
            return POLL;
        }
        return nothingWaits() || !polledNone ? Duration.ZERO : CONFIRMATION_PATIENCE;
    }

    private boolean nothingWaits() {
        return gate.isEmpty() && confirmed.isEmpty();
    }

    /** Publishes what the metrics show. */
    void publish() {
        long now = System.nanoTime();
        Set<String> unreadable = reader.tenantsBeyondPartitions();
        subscription.refused(now).forEach(topic -> topics.tenantOf(topic).ifPresent(unreadable::add));
        metrics.publish(reader.all(), unreadable, limit.bytes(), now);
    }

    private void poll() {
        try {
            ConsumerRecords<byte[], byte[]> records = consumer.poll(nothingWaits() ? POLL : Duration.ZERO);
            polledNone = records.isEmpty();
            for (TopicPartition partition : records.partitions()) {
                gate.add(SourceBatch.of(reader.owned(partition), records.records(partition)));
            }
            gate.ask();
        } catch (LogTruncationException e) {
            // Is an offset out of range, too: without this the old position would do as soon as the source has
            // outgrown it.
            e.offsetOutOfRangePartitions()
                    .keySet()
                    .forEach(partition ->
                            reader.truncated(partition, e.divergentOffsets().get(partition)));
        } catch (OffsetOutOfRangeException e) {
            e.offsetOutOfRangePartitions().keySet().forEach(reader::outOfRange);
        } catch (TopicAuthorizationException e) {
            subscription.refused(e.unauthorizedTopics());
        } catch (AuthenticationException | AuthorizationException e) {
            throw e;
        } catch (KafkaException e) {
            // The consumer has no exception of its own for a damaged batch. Whoever has the partition next would
            // end the same way, and with it all tenants.
            if (!reader.damaged(e)) {
                throw e;
            }
        }
    }
}
