// SPDX-License-Identifier: Apache-2.0
package io.tallystick.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SkippedMarkersIT {
    private static final EmbeddedOptions OPTIONS = EmbeddedOptions.defaults().withBrokerHeapMegabytes(256);
    private static final String TOPIC = "once";
    private static final TopicPartition PARTITION = new TopicPartition(TOPIC, 0);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int BATCH_LENGTH_AT = 8;
    private static final int BATCH_ATTRIBUTES_AT = 21;
    private static final int CONTROL_BIT = 1 << 5;

    private final LinkedBlockingQueue<EmbeddedException> fatal = new LinkedBlockingQueue<>();

    @TempDir
    Path directory;

    @BeforeEach
    void createTopic() throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.start(directory, OPTIONS)) {
            new BrokerClient(broker.bootstrapServers()).createTopic(TOPIC);
        }
    }

    @Test
    void aCommitWithoutItsMarkerIsVisibleOnceTheBrokerRuns() throws Exception {
        // Given
        try (EmbeddedBroker broker = EmbeddedBroker.start(directory, OPTIONS);
                KafkaProducer<String, String> producer = producer(broker.bootstrapServers())) {
            send(producer, "first");
            producer.commitTransaction();
            send(producer, "second");
            producer.commitTransaction();
            awaitMarkers(broker, 4);
        }
        cutTheLastMarker();

        // When
        try (BrokerProcess broker = BrokerProcess.start(directory, OPTIONS, fatal::add)) {

            // Then
            assertThat(committedEnd(broker.bootstrapServers())).isEqualTo(4);
            assertThat(committed(broker.bootstrapServers())).containsExactly("first", "second");
        }
        assertThat(fatal).isEmpty();
    }

    @Test
    void anAbortWithoutItsMarkerIsCompletedAsAnAbort() throws Exception {
        // Given
        try (EmbeddedBroker broker = EmbeddedBroker.start(directory, OPTIONS);
                KafkaProducer<String, String> producer = producer(broker.bootstrapServers())) {
            send(producer, "never");
            producer.abortTransaction();
            awaitMarkers(broker, 2);
        }
        cutTheLastMarker();
        try (EmbeddedBroker broker = EmbeddedBroker.start(directory, OPTIONS)) {
            String servers = broker.bootstrapServers();
            assertThat(committedEnd(servers)).isZero();

            // When
            int written = SkippedMarkers.write(servers);

            // Then
            assertThat(written).isEqualTo(1);
            assertThat(SkippedMarkers.write(servers)).isZero();
            try (KafkaProducer<String, String> producer = producer(servers)) {
                send(producer, "after");
                producer.commitTransaction();
            }
            assertThat(committed(servers)).containsExactly("after");
        }
    }

    @Test
    void aTransactionThatIsNotDecidedIsLeftToItsProducer() throws Exception {
        // Given
        try (EmbeddedBroker broker = EmbeddedBroker.start(directory, OPTIONS);
                KafkaProducer<String, String> producer = producer(broker.bootstrapServers())) {
            send(producer, "first");
            producer.commitTransaction();
            awaitMarkers(broker, 2);
            send(producer, "pending");

            // When
            int written = SkippedMarkers.write(broker.bootstrapServers());

            // Then
            assertThat(written).isZero();
            assertThat(committedEnd(broker.bootstrapServers())).isEqualTo(2);
            producer.commitTransaction();
        }
    }

    private static void send(KafkaProducer<String, String> producer, String value) throws Exception {
        producer.beginTransaction();
        producer.send(new ProducerRecord<>(TOPIC, 0, "key", value)).get();
    }

    private static KafkaProducer<String, String> producer(String bootstrapServers) {
        Map<String, Object> properties = new HashMap<>(new BrokerClient(bootstrapServers).properties());
        properties.remove("default.api.timeout.ms");
        properties.put("transactional.id", "writer");
        KafkaProducer<String, String> producer =
                new KafkaProducer<>(properties, new StringSerializer(), new StringSerializer());
        producer.initTransactions();
        return producer;
    }

    /** A producer is told of the decision, not of the marker. */
    private static void awaitMarkers(EmbeddedBroker broker, long end) {
        Awaitility.await().atMost(PATIENCE).until(() -> committedEnd(broker.bootstrapServers()) == end);
    }

    /** How far readers of committed records get. */
    private static long committedEnd(String bootstrapServers) {
        try (KafkaConsumer<String, String> consumer = consumer(bootstrapServers)) {
            return consumer.endOffsets(List.of(PARTITION)).get(PARTITION);
        }
    }

    private static List<String> committed(String bootstrapServers) {
        List<String> values = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer = consumer(bootstrapServers)) {
            consumer.assign(List.of(PARTITION));
            consumer.seekToBeginning(List.of(PARTITION));
            long end = consumer.endOffsets(List.of(PARTITION)).get(PARTITION);
            long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
            while (consumer.position(PARTITION) < end && System.nanoTime() - deadlineNanos < 0) {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> values.add(record.value()));
            }
        }
        return values;
    }

    private static KafkaConsumer<String, String> consumer(String bootstrapServers) {
        Map<String, Object> properties = new HashMap<>(new BrokerClient(bootstrapServers).properties());
        properties.put("isolation.level", "read_committed");
        return new KafkaConsumer<>(properties, new StringDeserializer(), new StringDeserializer());
    }

    /** As if it had never been written: also the broker that stopped knew nothing of it. */
    private void cutTheLastMarker() throws IOException {
        Path kafka = directory.resolve("kafka");
        Path partition = kafka.resolve(TOPIC + "-0");
        try (FileChannel log = FileChannel.open(
                partition.resolve("00000000000000000000.log"), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer content = ByteBuffer.allocate((int) log.size());
            log.read(content, 0);
            int last = 0;
            for (int at = 0; at < content.capacity(); at += 12 + content.getInt(at + BATCH_LENGTH_AT)) {
                last = at;
            }
            assertThat(content.getShort(last + BATCH_ATTRIBUTES_AT) & CONTROL_BIT)
                    .isNotZero();
            log.truncate(last);
        }
        try (DirectoryStream<Path> snapshots = Files.newDirectoryStream(partition, "*.snapshot")) {
            for (Path snapshot : snapshots) {
                Files.delete(snapshot);
            }
        }
        Files.delete(kafka.resolve(".kafka_cleanshutdown"));
    }
}
