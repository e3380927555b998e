// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain;

import io.tallystick.chain.sequence.EntriesRecords;
import io.tallystick.topic.LedgerSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Reads the tail with a consumer and an admin client of its own.
 *
 * <p>Offsets are not counters: transaction markers and aborted records lie between. So it reads a stretch before the end, and
 * a stretch {@value #GROWTH} times as long if that does not reach far enough. The cost depends on the records wanted and on
 * the aborted ones among them, not on the length of the topic.
 */
final class KafkaEntriesTail implements EntriesTail {
    private static final long FIRST_STRETCH = 256;
    private static final int GROWTH = 8;
    private static final Duration POLL = Duration.ofMillis(100);

    private static final Duration ANSWER_MAX = Duration.ofSeconds(60);

    /** A broker looks for transactions that took too long every 10 s. */
    private static final Duration ABORT_MAX = Duration.ofSeconds(30);

    private final LedgerSettings ledger;
    private final Deserializer<SpecificRecord> values;
    private final Duration pendingMax;

    /**
     * @param values of the entries topic
     * @param transactionTimeout after which a broker aborts a dead producer's transaction
     */
    KafkaEntriesTail(LedgerSettings ledger, Deserializer<SpecificRecord> values, Duration transactionTimeout) {
        this.ledger = ledger;
        this.values = values;
        this.pendingMax = transactionTimeout.plus(ABORT_MAX);
    }

    /** @throws KafkaException if the brokers do not answer, or a pending transaction does not end */
    @Override
    public List<SpecificRecord> read(int partition, long fromPseq, long aheadMax) {
        TopicPartition entries = new TopicPartition(ledger.topics().entries(), partition);
        long end = end(entries);
        try (Consumer<String, SpecificRecord> consumer = consumer()) {
            consumer.assign(List.of(entries));
            long begin = consumer.beginningOffsets(List.of(entries)).get(entries);
            for (long stretch = FIRST_STRETCH; ; stretch *= GROWTH) {
                long from = Math.max(begin, end - stretch);
                List<SpecificRecord> records = committed(consumer, entries, from, end);
                if (from == begin || enough(records, fromPseq, aheadMax)) {
                    return records;
                }
            }
        }
    }

    private static boolean enough(List<SpecificRecord> records, long fromPseq, long aheadMax) {
        if (records.isEmpty()) {
            return false;
        }
        long first = EntriesRecords.pseq(records.get(0));
        long last = EntriesRecords.pseq(records.get(records.size() - 1));
        return first <= fromPseq || last - fromPseq > aheadMax;
    }

    /** Records in {@code [from, end)}. A pending transaction below the end stops a read_committed reader: it waits. */
    private List<SpecificRecord> committed(
            Consumer<String, SpecificRecord> consumer, TopicPartition entries, long from, long end) {
        List<SpecificRecord> records = new ArrayList<>();
        long deadline = System.nanoTime() + pendingMax.toNanos();
        consumer.seek(entries, from);
        while (consumer.position(entries) < end) {
            long before = consumer.position(entries);
            for (ConsumerRecord<String, SpecificRecord> record : consumer.poll(POLL)) {
                if (record.offset() < end) {
                    records.add(EntriesRecords.withoutPayload(record.value()));
                }
            }
            if (consumer.position(entries) > before) {
                deadline = System.nanoTime() + pendingMax.toNanos();
            } else if (System.nanoTime() > deadline) {
                throw new KafkaException("cannot read " + entries + " from offset " + before + " to its end " + end
                        + ": no progress for " + pendingMax.toSeconds() + " s; is a transaction left open there?");
            }
        }
        return records;
    }

    /** The end a read_uncommitted reader sees: everything anybody has written, also in a pending transaction. */
    private long end(TopicPartition entries) {
        try (Admin admin = Admin.create(ledger.kafkaClient(clientId()))) {
            ListOffsetsResultInfo end = admin.listOffsets(
                            Map.of(entries, OffsetSpec.latest()),
                            new ListOffsetsOptions(IsolationLevel.READ_UNCOMMITTED))
                    .partitionResult(entries)
                    .get(ANSWER_MAX.toSeconds(), TimeUnit.SECONDS);
            return end.offset();
        } catch (ExecutionException | TimeoutException e) {
            throw new KafkaException("cannot read the end offset of " + entries, e);
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    private Consumer<String, SpecificRecord> consumer() {
        Map<String, Object> properties = ledger.kafkaClient(clientId());
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        return new KafkaConsumer<>(properties, new StringDeserializer(), values);
    }

    private String clientId() {
        return ledger.topics().group("chain") + "-head-guard";
    }
}
