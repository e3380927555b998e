// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.load;

import io.tallystick.topic.Topics;
import java.util.Collection;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The Kafka clients of the benchmarks themselves: bytes in, bytes out. */
final class Clients {
    private static final int BATCH_BYTES = 128 * 1024;

    /** On a machine that is busy with other things a record may wait long; it is late then, not lost. */
    private static final int PATIENCE_MS = 600_000;

    private Clients() {}

    static Admin admin(Ledger ledger) {
        return Admin.create(ledger.settings().kafkaClient("bench-admin"));
    }

    /** Fills topics: acks=all, idempotent, batches of 128 KiB, linger 5 ms, as ingest writes. */
    static Producer<byte[], byte[]> bulkProducer(Ledger ledger) {
        Map<String, Object> properties = ledger.settings().kafkaClient("bench-fill");
        properties.put(ProducerConfig.LINGER_MS_CONFIG, 5L);
        properties.put(ProducerConfig.BATCH_SIZE_CONFIG, BATCH_BYTES);
        return producer(properties);
    }

    /** As an application's: acks=all, idempotent, otherwise Kafka's defaults, of which linger is 5 ms. */
    static Producer<byte[], byte[]> ordinaryProducer(Ledger ledger) {
        return producer(ledger.settings().kafkaClient("bench-load"));
    }

    private static Producer<byte[], byte[]> producer(Map<String, Object> properties) {
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, PATIENCE_MS);
        properties.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Topics.LARGE_RECORD_BYTES_MAX);
        return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** Sees committed records only, and is told its partitions; otherwise with Kafka's defaults. */
    static Consumer<byte[], byte[]> committedReader(Ledger ledger) {
        Map<String, Object> properties = ledger.settings().kafkaClient("bench-reader");
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        return new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** Has a consumer read on from where these partitions end now, not from where they end at its first poll. */
    static void readFromEnds(Consumer<byte[], byte[]> consumer, Collection<TopicPartition> partitions) {
        consumer.assign(partitions);
        consumer.seekToEnd(partitions);
        partitions.forEach(consumer::position);
    }
}
