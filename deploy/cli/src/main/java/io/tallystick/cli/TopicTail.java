// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.serde.LedgerSerdes;
import io.tallystick.topic.LedgerSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Reads the last records of the ledger's own topics, committed ones, without a group and without changing anything. */
final class TopicTail implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final KafkaConsumer<String, SpecificRecord> consumer;
    private final long offsetsMax;

    /** @param offsetsMax most offsets read of one topic */
    TopicTail(LedgerSettings settings, long offsetsMax) {
        Map<String, Object> properties = settings.kafkaClient(settings.topics().group("windows"));
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        this.consumer = new KafkaConsumer<>(
                properties,
                new StringDeserializer(),
                new LedgerSerdes(settings.schemaRegistryUrl()).records().deserializer());
        this.offsetsMax = offsetsMax;
    }

    /**
     * Reads partition 0 of a topic to its present last stable offset.
     *
     * @throws TimeoutException if it gets no further for 20 seconds
     */
    void read(String topic, Consumer<ConsumerRecord<String, SpecificRecord>> visitor) {
        read(topic, offsetsMax, visitor);
    }

    /** Reads what was written at an instant or later, by the records' timestamps; otherwise as {@link #read}. */
    void readSince(String topic, Instant since, Consumer<ConsumerRecord<String, SpecificRecord>> visitor) {
        TopicPartition partition = new TopicPartition(topic, 0);
        OffsetAndTimestamp found = consumer.offsetsForTimes(Map.of(partition, since.toEpochMilli()))
                .get(partition);
        if (found != null) {
            readFrom(partition, found.offset(), visitor);
        }
    }

    /** Reads all of a compacted topic, whose records may be as old as the ledger; otherwise as {@link #read}. */
    void readWhole(String topic, Consumer<ConsumerRecord<String, SpecificRecord>> visitor) {
        read(topic, Long.MAX_VALUE, visitor);
    }

    private void read(String topic, long most, Consumer<ConsumerRecord<String, SpecificRecord>> visitor) {
        TopicPartition partition = new TopicPartition(topic, 0);
        long begin = consumer.beginningOffsets(List.of(partition)).get(partition);
        long end = consumer.endOffsets(List.of(partition)).get(partition);
        readFrom(partition, Math.max(begin, end - most), visitor);
    }

    private void readFrom(
            TopicPartition partition, long offset, Consumer<ConsumerRecord<String, SpecificRecord>> visitor) {
        consumer.assign(List.of(partition));
        long end = consumer.endOffsets(List.of(partition)).get(partition);
        long position = offset;
        consumer.seek(partition, position);
        long progress = System.nanoTime();
        while (position < end) {
            consumer.poll(POLL).forEach(visitor);
            long reached = consumer.position(partition);
            if (reached > position) {
                position = reached;
                progress = System.nanoTime();
            } else if (System.nanoTime() - progress > PATIENCE.toNanos()) {
                throw new TimeoutException(
                        "no record of " + partition.topic() + " from offset " + position + " in " + PATIENCE);
            }
        }
    }

    @Override
    public void close() {
        consumer.close();
    }
}
