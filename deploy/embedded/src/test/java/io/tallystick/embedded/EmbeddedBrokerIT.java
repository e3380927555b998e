// SPDX-License-Identifier: Apache-2.0
package io.tallystick.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LedgerExtension.class)
class EmbeddedBrokerIT {

    private static final EmbeddedOptions OPTIONS = EmbeddedOptions.defaults();

    @Test
    void restartOnTheSameDirectoryKeepsTopicsOffsetsClusterIdAndPort(@TempDir Path directory) throws Exception {
        // Given
        String clusterId;
        String bootstrapServers;
        try (EmbeddedBroker broker = EmbeddedBroker.start(directory, OPTIONS)) {
            BrokerClient client = new BrokerClient(broker.bootstrapServers());
            client.createTopic("kept");
            client.send("kept", "first");
            clusterId = broker.clusterId();
            bootstrapServers = broker.bootstrapServers();
        }

        // When
        try (EmbeddedBroker broker = EmbeddedBroker.start(directory, OPTIONS)) {
            BrokerClient client = new BrokerClient(broker.bootstrapServers());

            // Then
            assertThat(broker.bootstrapServers()).isEqualTo(bootstrapServers);
            assertThat(broker.clusterId()).isEqualTo(clusterId);
            assertThat(client.clusterId()).isEqualTo(clusterId);
            assertThat(client.topics()).contains("kept");
            assertThat(client.send("kept", "second")).isEqualTo(1);
            assertThat(client.values("kept")).containsExactly("first", "second");
        }
    }

    @Test
    void refusesAGivenPortThatIsInUseAndLeavesTheDirectoryFree(@TempDir Path directory) throws Exception {
        // Given
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            EmbeddedOptions options = OPTIONS.withBrokerPort(taken.getLocalPort());

            // When
            assertThatThrownBy(() -> EmbeddedBroker.start(directory, options))
                    // Then
                    .isInstanceOf(EmbeddedException.class)
                    .hasMessageContaining("Port " + taken.getLocalPort())
                    .hasMessageContaining("choose another port");
        }
        DirectoryLock.acquire(directory, Duration.ZERO).close();
    }

    @Test
    void refusesADirectoryWhoseClusterIdIsGone(@TempDir Path directory) throws Exception {
        // Given
        Files.createDirectories(directory.resolve("kafka"));
        Files.writeString(directory.resolve("kafka/meta.properties"), "version=1\n");

        // When
        assertThatThrownBy(() -> EmbeddedBroker.start(directory, OPTIONS))
                // Then
                .isInstanceOf(EmbeddedException.class)
                .hasMessageContaining("names no cluster.id");
    }

    @Test
    void formatsAgainWhatACrashLeftHalfFormatted(@TempDir Path directory) throws Exception {
        // Given
        Files.createDirectories(directory.resolve("kafka"));
        Files.writeString(directory.resolve("kafka/bootstrap.checkpoint"), "torn");
        Files.writeString(directory.resolve("kafka/meta.properties.tmp"), "torn");

        // When
        try (EmbeddedBroker broker = EmbeddedBroker.start(directory, OPTIONS)) {

            // Then
            assertThat(new BrokerClient(broker.bootstrapServers()).clusterId()).isEqualTo(broker.clusterId());
        }
    }

    @Test
    void refusesADirectoryThatIsAFile(@TempDir Path directory) throws Exception {
        // Given
        Path file = Files.writeString(directory.resolve("file"), "");

        // When
        assertThatThrownBy(() -> EmbeddedBroker.start(file, OPTIONS))
                // Then
                .isInstanceOf(EmbeddedException.class)
                .hasMessageContaining("cannot be used");
    }

    @Test
    void makesNoTopicThatNobodyCreated(EmbeddedLedger ledger) {
        // Given
        Map<String, Object> properties = new HashMap<>(ledger.clientProperties());
        properties.put("max.block.ms", 1_000);
        String topic = ledger.newPrefix() + "unknown";
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(properties, new StringSerializer(), new StringSerializer())) {

            // When
            assertThatThrownBy(() ->
                            producer.send(new ProducerRecord<>(topic, "value")).get())
                    // Then
                    .isInstanceOf(ExecutionException.class);
        }
        assertThatThrownBy(() -> {
                    try (Admin admin = Admin.create(ledger.clientProperties())) {
                        admin.describeTopics(List.of(topic)).allTopicNames().get();
                    }
                })
                .hasCauseInstanceOf(UnknownTopicOrPartitionException.class);
    }

    @Test
    void takesARecordOfThreeMebibytesAndRefusesOneOfFive(EmbeddedLedger ledger) throws Exception {
        // Given
        String topic = ledger.newPrefix() + "large";
        new BrokerClient(ledger.bootstrapServers()).createTopic(topic);
        Map<String, Object> properties = new HashMap<>(ledger.clientProperties());
        properties.put("max.request.size", 16 << 20);
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {

            // When
            long offset = producer.send(new ProducerRecord<>(topic, new byte[3 << 20]))
                    .get()
                    .offset();

            // Then
            assertThat(offset).isZero();
            assertThatThrownBy(() -> producer.send(new ProducerRecord<>(topic, new byte[5 << 20]))
                            .get())
                    .hasCauseInstanceOf(RecordTooLargeException.class);
        }
    }

    @Test
    void runsTransactionsAndTheConsumerProtocolOnOneNode(EmbeddedLedger ledger) throws Exception {
        // Given
        String topic = ledger.newPrefix() + "transactions";
        new BrokerClient(ledger.bootstrapServers()).createTopic(topic);
        Map<String, Object> producing = new HashMap<>(ledger.clientProperties());
        producing.put("transactional.id", topic);
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(producing, new StringSerializer(), new StringSerializer())) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(topic, "aborted")).get();
            producer.abortTransaction();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(topic, "committed")).get();
            producer.commitTransaction();
        }

        // When
        List<String> seen = new ArrayList<>();
        Map<String, Object> consuming = new HashMap<>(ledger.clientProperties());
        consuming.put("group.id", topic);
        consuming.put("group.protocol", "consumer");
        consuming.put("auto.offset.reset", "earliest");
        consuming.put("isolation.level", "read_committed");
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(consuming, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of(topic));
            Awaitility.await().atMost(Duration.ofMinutes(3)).until(() -> {
                consumer.poll(Duration.ofMillis(100)).forEach(record -> seen.add(record.value()));
                return !seen.isEmpty();
            });
        }

        // Then
        assertThat(seen).containsExactly("committed");
    }

    @Test
    void hasTheSettingsTheStagesRelyOn(EmbeddedLedger ledger) throws Exception {
        // Given
        BrokerClient client = new BrokerClient(ledger.bootstrapServers());

        // When // Then
        assertThat(client.setting("unclean.leader.election.enable")).isEqualTo("false");
        assertThat(client.setting("message.max.bytes")).isEqualTo("4194304");
        assertThat(client.setting("add.partitions.to.txn.retry.backoff.ms")).isEqualTo("1");
        assertThat(client.setting("log.cleaner.dedupe.buffer.size")).isEqualTo("2097152");
        assertThat(client.setting("offsets.topic.num.partitions")).isEqualTo("4");
        assertThat(client.setting("min.insync.replicas")).isEqualTo("1");
    }
}
