// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.load;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * What merkle-anchor keeps of all chains, once it has been closed.
 *
 * @param filesBytes of RocksDB's sorted files
 * @param changelogBytes of the newest record of each chain in the changelog, with its key: what compaction leaves
 * @param largestBytes of the largest of them
 */
record ChainState(long filesBytes, long changelogBytes, long largestBytes) {
    static final long WANTED_BYTES = 2_560;

    /** Of the store of trees; named in the module's README. */
    private static final String CHANGELOG = "-chain-trees-changelog";

    private static final Duration POLL = Duration.ofSeconds(1);

    static ChainState of(Ledger ledger) throws IOException {
        Map<String, Integer> newest = newest(ledger, ledger.topics().group("trees") + CHANGELOG);
        return new ChainState(
                sortedFiles(ledger.stateDirectory(Ledger.ANCHOR)),
                newest.values().stream().mapToLong(Integer::longValue).sum(),
                newest.values().stream().mapToLong(Integer::longValue).max().orElse(0));
    }

    private static long sortedFiles(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            List<Path> sorted = files.filter(file ->
                            file.toString().endsWith(".sst") && file.toString().contains("chain-trees"))
                    .toList();
            long bytes = 0;
            for (Path file : sorted) {
                bytes += Files.size(file);
            }
            return bytes;
        }
    }

    private static Map<String, Integer> newest(Ledger ledger, String changelog) {
        Map<String, Integer> newest = new HashMap<>();
        List<TopicPartition> partitions = Progress.partitions(changelog, Rig.PARTITIONS);
        try (Consumer<byte[], byte[]> reader = Clients.committedReader(ledger)) {
            reader.assign(partitions);
            reader.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = reader.endOffsets(partitions);
            while (partitions.stream().anyMatch(partition -> reader.position(partition) < ends.get(partition))) {
                for (ConsumerRecord<byte[], byte[]> record : reader.poll(POLL)) {
                    String key = record.partition() + "/" + new String(record.key(), UTF_8);
                    newest.put(key, record.value() == null ? 0 : record.key().length + record.value().length);
                }
            }
        }
        return newest;
    }
}
