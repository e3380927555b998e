// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export;

import io.tallystick.serde.LedgerSerdes;
import io.tallystick.topic.LedgerSettings;
import io.tallystick.topic.Topics;
import java.time.Duration;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Makes the exporter's Kafka clients. What its guarantees rest on is set here and cannot be configured away. */
final class Clients {
    /** Long enough to store the largest object over a slow link: between two a {@link Lease} is kept. */
    private static final Duration POLL_INTERVAL_MAX = Duration.ofMinutes(10);

    private static final Duration SESSION_TIMEOUT = Duration.ofSeconds(10);
    private static final int FETCH_BYTES_MAX = 16 * 1024 * 1024;

    /** The exporter's end must not wait for minutes. */
    private static final int COMMITTER_MS = 10_000;

    private final LedgerSettings ledger;
    private final ExporterName name;
    private final Duration pollIntervalMax;
    private final Serde<SpecificRecord> values;

    Clients(LedgerSettings ledger, ExporterName name) {
        this(ledger, name, POLL_INTERVAL_MAX);
    }

    /** @param pollIntervalMax how long a group waits for a member that does not poll */
    Clients(LedgerSettings ledger, ExporterName name, Duration pollIntervalMax) {
        this.ledger = ledger;
        this.name = name;
        this.pollIntervalMax = pollIntervalMax;
        this.values = new LedgerSerdes(ledger.schemaRegistryUrl()).records();
    }

    LedgerSettings ledger() {
        return ledger;
    }

    Topics topics() {
        return ledger.topics();
    }

    ExporterName name() {
        return name;
    }

    /** Keeps the partitions of a member. */
    Lease lease(Consumer<?, ?> member, Assignment assignment) {
        return new Lease(member, assignment, pollIntervalMax);
    }

    /** A consumer in a group, which commits by hand. */
    Consumer<String, SpecificRecord> member(String stage) {
        return member(stage, "none");
    }

    /** As {@link #member}; without committed offsets it begins at the first record. */
    Consumer<String, SpecificRecord> memberFromTheFirst(String stage) {
        return member(stage, "earliest");
    }

    private Consumer<String, SpecificRecord> member(String stage, String reset) {
        String group = name.group(topics(), stage);
        Map<String, Object> properties = reader(group);
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, reset);
        properties.put(ConsumerConfig.GROUP_ID_CONFIG, group);
        properties.put(ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, CooperativeStickyAssignor.class.getName());
        properties.put(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG, (int) pollIntervalMax.toMillis());
        properties.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, (int) SESSION_TIMEOUT.toMillis());
        return new KafkaConsumer<>(properties, new StringDeserializer(), values.deserializer());
    }

    /** Commits in a group of its own, and reads nothing. */
    Consumer<byte[], byte[]> committer(String stage) {
        String group = name.group(topics(), stage);
        Map<String, Object> properties = reader(group);
        properties.put(ConsumerConfig.GROUP_ID_CONFIG, group);
        properties.put(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, COMMITTER_MS);
        properties.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, COMMITTER_MS);
        return new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** A consumer that is told what to read. */
    Consumer<String, SpecificRecord> reader(String stage, String suffix) {
        return new KafkaConsumer<>(
                reader(name.group(topics(), stage) + "-" + suffix), new StringDeserializer(), values.deserializer());
    }

    private Map<String, Object> reader(String clientId) {
        Map<String, Object> properties = ledger.kafkaClient(clientId);
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        properties.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, FETCH_BYTES_MAX);
        return properties;
    }

    /** A producer to {@code ledger.exports}. */
    Producer<String, SpecificRecord> producer(String stage) {
        Map<String, Object> properties = ledger.kafkaClient(name.group(topics(), stage));
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        return new KafkaProducer<>(properties, new StringSerializer(), values.serializer());
    }
}
