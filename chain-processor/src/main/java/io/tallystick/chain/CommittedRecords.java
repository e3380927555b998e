// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain;

import io.tallystick.topic.AdminAnswer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Reads stretches of partitions beside the application, committed records only, without a group. For one thread.
 *
 * <p>An end is the end of all records, also of a transaction still open: reading up to it waits until that transaction has
 * ended, so that no tail is overlooked.
 */
final class CommittedRecords<V> implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(100);

    /** A fetch that waits at the broker for more holds up whatever is asked next: by default half a second, for each task. */
    static final int FETCH_WAIT_MS = 50;

    /** A broker looks for transactions that took too long every 10 s. */
    private static final Duration ABORT_MAX = Duration.ofSeconds(30);

    private final Admin admin;
    private final KafkaConsumer<String, V> consumer;
    private final Duration pendingMax;

    /**
     * @param client properties of a Kafka client of its own
     * @param values reads the values
     * @param pendingMax how long no progress is borne
     */
    CommittedRecords(Map<String, Object> client, Deserializer<V> values, Duration pendingMax) {
        Map<String, Object> properties = new HashMap<>(client);
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        properties.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, FETCH_WAIT_MS);
        this.consumer = new KafkaConsumer<>(properties, new StringDeserializer(), values);
        this.admin = Admin.create(client);
        this.pendingMax = pendingMax;
    }

    /** How long to wait for the end of a dead producer's transaction. */
    static Duration pendingMax(Duration transactionTimeout) {
        return transactionTimeout.plus(ABORT_MAX);
    }

    /** The first offset that is still there. */
    long begin(TopicPartition partition) {
        return consumer.beginningOffsets(List.of(partition)).get(partition);
    }

    /** The end a read_committed reader sees now: nobody has to be waited for up to there. */
    long stableEnd(TopicPartition partition) {
        return consumer.endOffsets(List.of(partition)).get(partition);
    }

    /** The end a read_uncommitted reader sees: everything anybody has written, also in a pending transaction. */
    long end(TopicPartition partition) {
        return AdminAnswer.await(
                        admin.listOffsets(
                                        Map.of(partition, OffsetSpec.latest()),
                                        new ListOffsetsOptions(IsolationLevel.READ_UNCOMMITTED))
                                .partitionResult(partition),
                        "read the end offset of " + partition)
                .offset();
    }

    /**
     * Shows the committed records in {@code [from, until)}, in order.
     *
     * @throws KafkaException if there is no progress for longer than a transaction may stay open
     */
    void read(TopicPartition partition, long from, long until, Consumer<ConsumerRecord<String, V>> visitor) {
        consumer.assign(List.of(partition));
        consumer.seek(partition, from);
        long deadline = System.nanoTime() + pendingMax.toNanos();
        long position = from;
        while (position < until) {
            for (ConsumerRecord<String, V> record : consumer.poll(POLL)) {
                if (record.offset() < until) {
                    visitor.accept(record);
                }
            }
            long reached = consumer.position(partition);
            if (reached > position) {
                position = reached;
                deadline = System.nanoTime() + pendingMax.toNanos();
            } else if (System.nanoTime() > deadline) {
                throw new KafkaException(
                        "cannot read " + partition + " from offset " + position + " to its end " + until
                                + ": no progress for " + pendingMax.toSeconds()
                                + " s. A transaction is open there that the broker does not abort: find its producer with"
                                + " 'kafka-transactions.sh find-hanging --topic " + partition.topic() + " --partition "
                                + partition.partition() + "' and end it with 'kafka-transactions.sh abort'");
            }
        }
    }

    /** Lets go of what was fetched ahead. */
    void forget() {
        consumer.unsubscribe();
    }

    @Override
    public void close() {
        consumer.close();
        admin.close();
    }
}
