// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.topic.Topics;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.junit.jupiter.api.Test;

class EntriesPartitionerTest {
    private static final String ENTRIES = "ledger.entries";

    private static Cluster cluster(String topic, int partitions) {
        Node node = new Node(0, "localhost", 9092);
        Node[] replicas = {node};
        List<PartitionInfo> infos = IntStream.range(0, partitions)
                .mapToObj(partition -> new PartitionInfo(topic, partition, node, replicas, replicas))
                .toList();
        return new Cluster("test", List.of(node), infos, Set.of(), Set.of());
    }

    private static int partition(String topic, String key, int partitions) {
        try (EntriesPartitioner partitioner = new EntriesPartitioner()) {
            partitioner.configure(
                    Map.of(EntriesPartitioner.ENTRIES, ENTRIES, EntriesPartitioner.PARTITIONS, Integer.toString(24)));
            byte[] bytes = key == null ? null : key.getBytes(UTF_8);
            return partitioner.partition(topic, key, bytes, null, null, cluster(topic, partitions));
        }
    }

    @Test
    void anEntryGoesWhereItsChainLives() {
        assertThat(partition(ENTRIES, "acme/0", 24)).isEqualTo(18);
        IntStream.range(0, 1_000)
                .mapToObj(number -> "tenant-" + number % 7 + "/" + number)
                .forEach(chain -> assertThat(partition(ENTRIES, chain, 24)).isEqualTo(Topics.partitionOf(chain, 24)));
    }

    @Test
    void aTopicThatGrewPartitionsTakesNoEntry() {
        assertThatThrownBy(() -> partition(ENTRIES, "acme/0", 25))
                .isInstanceOf(LedgerIntegrityException.class)
                .hasMessageContaining("25 partitions");
    }

    @Test
    void anEntryWithoutAChainIsNotWritten() {
        assertThatThrownBy(() -> partition(ENTRIES, null, 24))
                .isInstanceOf(LedgerIntegrityException.class)
                .hasMessageContaining("without a chain");
    }

    @Test
    void anotherTopicMayHaveAnotherNumberOfPartitions() {
        assertThat(partition("ledger.positions", "acme/0", 1)).isZero();
    }
}
