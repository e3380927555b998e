// SPDX-License-Identifier: Apache-2.0
package io.tallystick.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Node;
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

    @Test
    void writesAreAcknowledgedByTwoOfThree() throws Exception {
        // Given
        try (EmbeddedCluster cluster = EmbeddedCluster.start(directory, 3)) {
            Map<String, Object> client = Map.of("bootstrap.servers", cluster.bootstrapServers());
            try (Admin admin = Admin.create(client);
                    Producer<byte[], byte[]> producer =
                            new KafkaProducer<>(client, new ByteArraySerializer(), new ByteArraySerializer())) {
                admin.createTopics(List.of(new NewTopic("t", 1, (short) 3)))
                        .all()
                        .get();

                // When
                cluster.stop(3);

                // Then
                assertThat(producer.send(new ProducerRecord<>("t", new byte[] {1})))
                        .succeedsWithin(PATIENCE);
                assertThat(admin.describeCluster().clusterId())
                        .succeedsWithin(PATIENCE)
                        .isEqualTo(cluster.clusterId());

                // When
                cluster.start(Set.of(3));

                // Then
                await().atMost(PATIENCE).until(() -> isr(admin, "t").equals(Set.of(1, 2, 3)));
            }
        }
    }

    private static Set<Integer> isr(Admin admin, String topic) throws Exception {
        return admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic).partitions().get(0).isr().stream()
                .map(Node::id)
                .collect(Collectors.toSet());
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
