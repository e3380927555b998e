// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import io.tallystick.topic.LedgerSettings;
import io.tallystick.topic.Topics;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * The Kafka clients of ingest. What the continuity protocol rests on is set here, after the operator's own client
 * properties, so that it cannot be changed.
 */
final class IngestClients {
    /** Compressed, of all partitions of one broker; a first batch that is larger comes all the same. */
    private static final int FETCH_BYTES_MAX = 4 * 1024 * 1024;

    /** Compressed, of one partition. */
    private static final int PARTITION_FETCH_BYTES_MAX = 512 * 1024;

    /**
     * A poll costs a look at its topics, a long one the latency of those behind it. Also what bounds memory: the consumer
     * unpacks the records of a poll and no more, and those of a compressed batch may be a thousand times its size.
     */
    private static final int POLL_RECORDS_MAX = 200;

    private static final int BATCH_BYTES = 128 * 1024;
    private static final Duration API_TIMEOUT = Duration.ofSeconds(10);

    private final LedgerSettings settings;
    private final IngestTiming timing;

    IngestClients(LedgerSettings settings, IngestTiming timing) {
        this.settings = settings;
        this.timing = timing;
    }

    /** Reads a group's share of its topics: committed records only, no position is ever guessed or committed unasked. */
    Consumer<byte[], byte[]> groupConsumer(String stage) {
        Map<String, Object> properties = reader(stage);
        properties.put(ConsumerConfig.GROUP_PROTOCOL_CONFIG, "consumer");
        properties.put(ConsumerConfig.GROUP_ID_CONFIG, settings.topics().group(stage));
        return new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** Reads partitions it is told to read, outside any group. */
    Consumer<byte[], byte[]> plainConsumer(String name) {
        return new KafkaConsumer<>(reader(name), new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private Map<String, Object> reader(String name) {
        Map<String, Object> properties = settings.kafkaClient(settings.topics().group(name));
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        properties.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, FETCH_BYTES_MAX);
        properties.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, PARTITION_FETCH_BYTES_MAX);
        properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, POLL_RECORDS_MAX);
        properties.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) API_TIMEOUT.toMillis());
        return properties;
    }

    /** Keys are text, values bytes; idempotent, so that retries neither double nor reorder. */
    Producer<String, byte[]> producer(String name, long bufferBytes, Duration block) {
        Map<String, Object> properties = settings.kafkaClient(settings.topics().group(name));
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        properties.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Topics.LARGE_RECORD_BYTES_MAX);
        properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, (int)
                timing.delivery().toMillis());
        properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, (int)
                Math.min(10_000, timing.delivery().toMillis() / 2));
        // What is admitted comes in groups, one behind each look of TopicGate: waiting longer makes them no larger.
        properties.put(ProducerConfig.LINGER_MS_CONFIG, 1L);
        properties.put(ProducerConfig.BATCH_SIZE_CONFIG, BATCH_BYTES);
        properties.put(ProducerConfig.BUFFER_MEMORY_CONFIG, bufferBytes);
        properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, block.toMillis());
        return new KafkaProducer<>(properties, new StringSerializer(), new ByteArraySerializer());
    }

    /** An admin client has one request on its way to each broker; what must not wait for others has one of its own. */
    Admin admin(String name) {
        Map<String, Object> properties = settings.kafkaClient(settings.topics().group(name));
        properties.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) API_TIMEOUT.toMillis());
        properties.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) API_TIMEOUT.toMillis() / 2);
        return Admin.create(properties);
    }
}
