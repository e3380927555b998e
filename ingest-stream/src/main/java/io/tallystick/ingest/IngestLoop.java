// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import io.tallystick.ingest.OwnedPartition.Hold;
import io.tallystick.ingest.admit.Admission;
import io.tallystick.ingest.admit.ChainPosition.Flight;
import io.tallystick.ingest.decode.Decoded;
import io.tallystick.ingest.decode.Decoder;
import io.tallystick.ingest.decode.SourceRecord;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One turn of ingest: do what others asked for, take completions, subscribe, poll, admit. For the ingest thread only.
 *
 * <pre>
 * poll --> Decoder --> Admission --> IngestWriter --> ledger.ingest
 *            | needs a schema: the partition goes back to this record and waits for RegistrySchemas
 * </pre>
 */
final class IngestLoop {
    private static final Logger LOGGER = LoggerFactory.getLogger(IngestLoop.class);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration UNREADABLE_AGAIN = Duration.ofSeconds(30);

    private final Consumer<byte[], byte[]> consumer;
    private final SourceReader reader;
    private final Decoder decoder;
    private final Admission admission;
    private final RegistrySchemas schemas;
    private final IngestWriter writer;
    private final Inbox inbox;
    private final long inFlightBytesMax;
    private Set<String> wanted = Set.of();
    private Set<String> subscribed = Set.of();
    private final Set<String> unreadable = new TreeSet<>();

    IngestLoop(
            Consumer<byte[], byte[]> consumer,
            SourceReader reader,
            Decoder decoder,
            Admission admission,
            RegistrySchemas schemas,
            IngestWriter writer,
            Inbox inbox,
            long inFlightBytesMax) {
        this.consumer = consumer;
        this.reader = reader;
        this.decoder = decoder;
        this.admission = admission;
        this.schemas = schemas;
        this.writer = writer;
        this.inbox = inbox;
        this.inFlightBytesMax = inFlightBytesMax;
    }

    /** Does {@code action} now and then again and again, with this wait in between. */
    void every(Duration interval, Runnable action) {
        inbox.putIn(interval, () -> {
            action.run();
            every(interval, action);
        });
    }

    /** Reads these topics from the next turn on; a name may precede its topic. */
    void read(Set<String> topics) {
        wanted = topics;
    }

    /** One turn. */
    void turn() throws InterruptedException {
        inbox.run(subscribed.isEmpty() ? POLL : Duration.ZERO);
        writer.drain(reader::completed);
        // Goes on only at half the limit, so that reading does not stutter.
        if (writer.inFlightBytes() > inFlightBytesMax) {
            reader.holdAll(true);
        } else if (writer.inFlightBytes() < inFlightBytesMax / 2) {
            reader.holdAll(false);
        }
        subscribe();
        if (!subscribed.isEmpty()) {
            poll();
        }
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
            ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
            for (TopicPartition partition : records.partitions()) {
                admit(partition, records.records(partition));
            }
        } catch (LogTruncationException e) {
            // Is an offset out of range, too: without this the old position would do as soon as the source has outgrown
            // it.
            e.offsetOutOfRangePartitions().keySet().forEach(partition -> truncated(partition, e));
        } catch (OffsetOutOfRangeException e) {
            e.offsetOutOfRangePartitions().keySet().forEach(this::locate);
        } catch (TopicAuthorizationException e) {
            LOGGER.atError()
                    .addKeyValue("topic", e.unauthorizedTopics())
                    .log("topics may not be read; grant Read and Describe to ingest. Others go on");
            unreadable.addAll(e.unauthorizedTopics());
            inbox.putIn(UNREADABLE_AGAIN, () -> unreadable.removeAll(e.unauthorizedTopics()));
        }
    }

    private void locate(TopicPartition partition) {
        OwnedPartition owned = reader.owned(partition);
        if (owned != null && owned.isLocated()) {
            reader.locate(owned);
        }
    }

    private void truncated(TopicPartition partition, LogTruncationException truncation) {
        OwnedPartition owned = reader.owned(partition);
        if (owned != null && owned.isLocated()) {
            OffsetAndMetadata divergent = truncation.divergentOffsets().get(partition);
            // Without it nothing of what was read is known to be left: read all there is.
            reader.truncated(owned, divergent == null ? 0 : divergent.offset());
        }
    }

    private void admit(TopicPartition partition, List<ConsumerRecord<byte[], byte[]>> records) {
        OwnedPartition owned = reader.owned(partition);
        for (ConsumerRecord<byte[], byte[]> record : records) {
            // Fetched before a seek took effect; accounted for already.
            if (record.offset() < owned.position().from()) {
                continue;
            }
            SourceRecord source = SourceRecords.of(owned.source(), record);
            Decoded decoded = decoder.decode(source);
            if (decoded instanceof Decoded.Waiting waiting) {
                waitForSchema(owned, record.offset(), waiting.schemaId());
                return;
            }
            long from = owned.position().from();
            Flight flight = owned.position().cover(record.offset());
            if (decoded instanceof Decoded.Refused refused) {
                writer.send(admission.rejected(source, from, refused), owned, flight);
            } else if (decoded instanceof Decoded.Accepted accepted) {
                writer.send(admission.event(source, from, accepted), owned, flight);
            }
        }
    }

    /** The record is fetched again when its schema is known; the records before it are on their way. */
    private void waitForSchema(OwnedPartition owned, long offset, int schemaId) {
        consumer.seek(owned.partition(), offset);
        reader.hold(owned, Hold.SCHEMA);
        schemas.request(schemaId, () -> inbox.put(() -> reader.release(owned, Hold.SCHEMA)));
    }
}
