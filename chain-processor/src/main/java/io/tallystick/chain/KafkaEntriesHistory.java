// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain;

import io.tallystick.chain.duplicates.History;
import io.tallystick.chain.sequence.EntriesRecords;
import io.tallystick.topic.LedgerSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Reads with a consumer of its own. A record's timestamp is its ledger time, which never goes back, so the broker finds where
 * to begin. If the measured speed says that the time will not suffice, it goes on at the offset from which it will.
 */
final class KafkaEntriesHistory implements History {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration STALLED_MAX = Duration.ofSeconds(30);
    private static final int RECORDS_A_POLL = 5_000;
    private static final int BYTES_A_FETCH = 8 << 20;

    private final LedgerSettings ledger;
    private final Deserializer<SpecificRecord> values;
    private final Duration max;

    /**
     * @param values of the entries topic
     * @param max how long one reading may take, about
     */
    KafkaEntriesHistory(LedgerSettings ledger, Deserializer<SpecificRecord> values, Duration max) {
        this.ledger = ledger;
        this.values = values;
        this.max = max;
    }

    /** @throws KafkaException if the brokers do not answer */
    @Override
    public void read(int partition, Instant from, long lastPseq, Reader reader) {
        TopicPartition entries = new TopicPartition(ledger.topics().entries(), partition);
        try (Consumer<String, SpecificRecord> consumer = consumer()) {
            consumer.assign(List.of(entries));
            OffsetAndTimestamp begin = consumer.offsetsForTimes(Map.of(entries, from.toEpochMilli()))
                    .get(entries);
            if (begin == null) {
                return;
            }
            consumer.seek(entries, begin.offset());
            long end = consumer.endOffsets(List.of(entries)).get(entries);
            new Reading(consumer, entries, begin.offset(), end).run(lastPseq, reader);
        }
    }

    /** One reading. */
    private final class Reading {
        private final Consumer<String, SpecificRecord> consumer;
        private final TopicPartition entries;
        private final long end;
        private final long started = System.nanoTime();
        private final long begin;
        private long skipped;
        private boolean jumped;

        private Reading(Consumer<String, SpecificRecord> consumer, TopicPartition entries, long begin, long end) {
            this.consumer = consumer;
            this.entries = entries;
            this.begin = begin;
            this.end = end;
        }

        private void run(long lastPseq, Reader reader) {
            long progress = System.nanoTime();
            while (consumer.position(entries) < end) {
                long before = consumer.position(entries);
                for (ConsumerRecord<String, SpecificRecord> record : consumer.poll(POLL)) {
                    if (EntriesRecords.pseq(record.value()) > lastPseq) {
                        return;
                    }
                    if (jumped) {
                        reader.leftOutBefore(Instant.ofEpochMilli(record.timestamp()));
                        jumped = false;
                    }
                    reader.take(record.value());
                }
                if (consumer.position(entries) > before) {
                    progress = System.nanoTime();
                } else if (System.nanoTime() - progress > STALLED_MAX.toNanos()) {
                    throw new KafkaException("cannot read " + entries + " from offset " + before + " to its end " + end
                            + ": no progress for " + STALLED_MAX.toSeconds() + " s");
                }
                keepToTheTime();
            }
        }

        /** Once a quarter of the time has shown how fast it goes. */
        private void keepToTheTime() {
            long elapsed = System.nanoTime() - started;
            long position = consumer.position(entries);
            long done = position - begin - skipped;
            if (elapsed < max.toNanos() / 4 || done == 0 || position >= end) {
                return;
            }
            long possible = (long) ((double) done / elapsed * Math.max(0, max.toNanos() - elapsed));
            long surplus = end - position - possible;
            if (surplus > possible / 8) {
                consumer.seek(entries, position + surplus);
                skipped += surplus;
                jumped = true;
            }
        }
    }

    private Consumer<String, SpecificRecord> consumer() {
        Map<String, Object> properties = ledger.kafkaClient(ledger.topics().group("chain") + "-duplicates");
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        properties.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, CommittedRecords.FETCH_WAIT_MS);
        properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, RECORDS_A_POLL);
        properties.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, BYTES_A_FETCH);
        return new KafkaConsumer<>(properties, new StringDeserializer(), values);
    }
}
