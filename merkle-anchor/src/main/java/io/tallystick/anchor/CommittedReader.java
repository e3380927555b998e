// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Reads stretches of our own topics beside the applications, committed records only. For one thread.
 *
 * <p>An end is the end of all records, also of a transaction still open: reading up to it waits until that transaction has
 * ended, so that no tail is overlooked.
 */
final class CommittedReader implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final KafkaConsumer<String, SpecificRecord> consumer;
    private final KafkaConsumer<String, SpecificRecord> uncommitted;

    CommittedReader(Map<String, Object> properties, Deserializer<SpecificRecord> values) {
        consumer = new KafkaConsumer<>(properties, new StringDeserializer(), values);
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_uncommitted");
        uncommitted = new KafkaConsumer<>(properties, new StringDeserializer(), values);
    }

    /** The offset after the last record of any kind. */
    long end(TopicPartition partition) {
        return uncommitted.endOffsets(List.of(partition)).get(partition);
    }

    /**
     * Reads the committed records in {@code [from, until)}.
     *
     * @throws TimeoutException if the position does not advance for two minutes
     */
    void read(
            TopicPartition partition, long from, long until, Consumer<ConsumerRecord<String, SpecificRecord>> visitor) {
        consumer.assign(List.of(partition));
        consumer.seek(partition, from);
        long position = from;
        long progress = System.nanoTime();
        while (position < until) {
            for (ConsumerRecord<String, SpecificRecord> record : consumer.poll(POLL)) {
                if (record.offset() < until) {
                    visitor.accept(record);
                }
            }
            long reached = consumer.position(partition);
            if (reached > position) {
                position = reached;
                progress = System.nanoTime();
            } else if (System.nanoTime() - progress > PATIENCE.toNanos()) {
                throw new TimeoutException("no progress reading " + partition + " from " + position + " to " + until
                        + " within " + PATIENCE + "; is a transaction open?");
            }
        }
    }

    /** Reads all committed records. */
    void readAll(TopicPartition partition, Consumer<ConsumerRecord<String, SpecificRecord>> visitor) {
        read(partition, 0, end(partition), visitor);
    }

    @Override
    public void close() {
        consumer.close();
        uncommitted.close();
    }
}
