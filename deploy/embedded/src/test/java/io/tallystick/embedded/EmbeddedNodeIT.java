// SPDX-License-Identifier: Apache-2.0
package io.tallystick.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three brokers are one cluster, and one of them may go. */
class EmbeddedNodeIT {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir
    private Path directory;

    private static int freePort(List<Integer> taken) {
        int port = 20_000 + (int) (System.nanoTime() & 0xfff);
        while (taken.contains(port) || !KeptPorts.isFree("127.0.0.1", port)) {
            port++;
        }
        taken.add(port);
        return port;
    }

    private CompletableFuture<EmbeddedBroker> start(EmbeddedNode node) {
        return CompletableFuture.supplyAsync(
                () -> EmbeddedBroker.start(directory.resolve("broker-" + node.id()), node),
                task -> new Thread(task, "start-" + node.id()).start());
    }

    @Test
    void writesAreAcknowledgedByTwoOfThree() throws Exception {
        // Given
        List<Integer> ports = new ArrayList<>();
        List<Integer> controllers = List.of(freePort(ports), freePort(ports), freePort(ports));
        String cluster = EmbeddedNode.newClusterId();
        List<EmbeddedNode> nodes = new ArrayList<>();
        for (int id = 1; id <= 3; id++) {
            nodes.add(new EmbeddedNode(id, cluster, controllers, freePort(ports), List.of()));
        }
        List<CompletableFuture<EmbeddedBroker>> starts =
                nodes.stream().map(this::start).toList();
        List<EmbeddedBroker> brokers = new ArrayList<>();
        for (CompletableFuture<EmbeddedBroker> start : starts) {
            brokers.add(start.get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
        }
        Map<String, Object> client = Map.of(
                "bootstrap.servers",
                String.join(
                        ",", nodes.stream().map(EmbeddedNode::bootstrapServers).toList()));
        try (Admin admin = Admin.create(client);
                Producer<byte[], byte[]> producer =
                        new KafkaProducer<>(client, new ByteArraySerializer(), new ByteArraySerializer())) {
            admin.createTopics(List.of(new NewTopic("t", 1, (short) 3))).all().get();

            // When
            brokers.get(2).close();

            // Then
            assertThat(producer.send(new ProducerRecord<>("t", new byte[] {1}))).succeedsWithin(PATIENCE);
            assertThat(admin.describeCluster().clusterId())
                    .succeedsWithin(PATIENCE)
                    .isEqualTo(cluster);
        } finally {
            closeTogether(brokers);
        }
    }

    /** A broker that is alone has no controller to tell that it goes, and waits minutes for one. */
    private static void closeTogether(List<EmbeddedBroker> brokers) {
        List<CompletableFuture<Void>> closing = brokers.stream()
                .map(broker -> CompletableFuture.runAsync(broker::close, task -> new Thread(task, "close").start()))
                .toList();
        closing.forEach(CompletableFuture::join);
    }

    @Test
    void aDirectoryOfAnotherClusterIsRefused() throws Exception {
        // Given
        List<Integer> ports = new ArrayList<>();
        EmbeddedNode node =
                new EmbeddedNode(1, EmbeddedNode.newClusterId(), List.of(freePort(ports)), freePort(ports), List.of());
        EmbeddedBroker.start(directory, node).close();

        // When, Then
        EmbeddedNode other =
                new EmbeddedNode(1, EmbeddedNode.newClusterId(), node.controllerPorts(), node.port(), List.of());
        assertThatThrownBy(() -> EmbeddedBroker.start(directory, other))
                .isInstanceOf(EmbeddedException.class)
                .hasMessageContaining("belongs to cluster " + node.clusterId());
    }
}
