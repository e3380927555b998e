// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
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

    /** How much further back the next attempt begins, if a tail was not long enough. */
    private static final int FURTHER = 8;

    /** Makes something of the last records of a partition, and can tell whether there were enough of them. */
    interface Tail {
        void take(ConsumerRecord<String, SpecificRecord> record);

        /** Whether no earlier record would change it. */
        boolean isWhole();

        /** A time by which the records from then on would make it whole, as far as it can tell. */
        default Optional<Instant> wholeFrom() {
            return Optional.empty();
        }
    }

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
                        + " within " + PATIENCE.toSeconds() + " s. If it stays so, a transaction is open there that the"
                        + " broker does not abort: find its producer with 'kafka-transactions.sh find-hanging --topic "
                        + partition.topic() + " --partition " + partition.partition()
                        + "' and end it with 'kafka-transactions.sh abort'");
            }
        }
    }

    /** Reads all committed records. */
    void readAll(TopicPartition partition, Consumer<ConsumerRecord<String, SpecificRecord>> visitor) {
        read(partition, 0, end(partition), visitor);
    }

    /**
     * Reads the last committed records before {@code until}, from further and further back, until they are enough. However long
     * the topic, this reads no more than some times what is needed.
     *
     * @param length number of offsets it begins with
     * @param tails gives an empty tail for each attempt
     * @return the first tail that is whole, else that of all records
     */
    <T extends Tail> T readTail(TopicPartition partition, long until, long length, Supplier<T> tails) {
        long from = Math.max(0, until - length);
        T tail = readInto(partition, from, until, tails.get());
        while (from > 0 && !tail.isWhole()) {
            from = further(partition, from, until, tail.wholeFrom());
            tail = readInto(partition, from, until, tails.get());
        }
        return tail;
    }

    private <T extends Tail> T readInto(TopicPartition partition, long from, long until, T tail) {
        read(partition, from, until, tail::take);
        return tail;
    }

    /** A time only spares some reading: what it leads to may be too late, or much too early. */
    private long further(TopicPartition partition, long from, long until, Optional<Instant> time) {
        long furthest = Math.max(0, until - FURTHER * (until - from));
        return time.map(at -> Math.max(furthest, since(partition, at)))
                .filter(offset -> offset < from)
                .orElse(furthest);
    }

    /** Offset of the first record of any kind that is not older; the end if there is none. */
    private long since(TopicPartition partition, Instant time) {
        OffsetAndTimestamp first = uncommitted
                .offsetsForTimes(Map.of(partition, time.toEpochMilli()))
                .get(partition);
        return first == null ? end(partition) : first.offset();
    }

    @Override
    public void close() {
        consumer.close();
        uncommitted.close();
    }
}
