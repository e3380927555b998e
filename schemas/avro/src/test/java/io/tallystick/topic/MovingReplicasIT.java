// SPDX-License-Identifier: Apache-2.0
package io.tallystick.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.embedded.EmbeddedCluster;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A topic that gets more replicas while a stage starts. */
class MovingReplicasIT {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir
    private Path directory;

    @Test
    void replicasThatAreStillComingAreNotCounted() throws Exception {
        // Given
        try (EmbeddedCluster cluster = EmbeddedCluster.start(directory, 3);
                Admin admin = Admin.create(Map.of("bootstrap.servers", cluster.bootstrapServers()))) {
            ClusterTopics topics = new ClusterTopics(admin);
            List<TopicSpec> registry = new Topics("t.")
                    .ledgerTopics(4).stream()
                            .filter(spec -> spec.name().equals("t.registry"))
                            .toList();
            topics.create(registry, 1);
            TopicPartition partition = new TopicPartition("t.registry", 0);
            int holder = partition(admin).replicas().get(0).id();
            Set<Integer> others = new TreeSet<>(Set.of(1, 2, 3));
            others.remove(holder);
            int away = others.iterator().next();

            // When
            cluster.stop(away);
            admin.alterPartitionReassignments(
                            Map.of(partition, Optional.of(new NewPartitionReassignment(List.of(1, 2, 3)))))
                    .all()
                    .get();
            await().atMost(PATIENCE)
                    .until(() -> partition(admin).replicas().size() == 3
                            && partition(admin).isr().size() == 2);

            // Then
            assertThat(topics.faults(registry, "kafka:9092")).isEmpty();
            assertThat(topics.replicaFaults(registry, 3))
                    .extracting(TopicFault::sentence)
                    .containsExactly("topic t.registry has 1 replicas, expected at least 3");

            // When
            cluster.start(Set.of(away));
            await().atMost(PATIENCE).until(() -> admin.listPartitionReassignments()
                    .reassignments()
                    .get()
                    .isEmpty());

            // Then: with three it must wait for two
            assertThat(topics.faults(registry, "kafka:9092"))
                    .extracting(TopicFault::sentence)
                    .containsExactly("topic t.registry has min.insync.replicas=1, expected at least 2");
            assertThat(topics.replicaFaults(registry, 3)).isEmpty();
        }
    }

    private static TopicPartitionInfo partition(Admin admin) throws Exception {
        TopicDescription topic = admin.describeTopics(List.of("t.registry"))
                .allTopicNames()
                .get()
                .get("t.registry");
        return topic.partitions().get(0);
    }
}
