// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export;

import io.tallystick.avro.ExportedChain;
import io.tallystick.avro.PartitionExported;
import io.tallystick.entry.ChainId;
import io.tallystick.export.assemble.ChainSegment;
import io.tallystick.export.assemble.ChainState;
import io.tallystick.topic.LedgerIntegrityException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;

/**
 * Finds, in {@code ledger.exports}, how the chains of some partitions stood at the end of the last window that step one
 * committed. Records there carry the window's end as their timestamp, so the search begins near them; it ends when the
 * closing record of each partition has been seen in every partition of the topic. So the work is that of the records
 * since then, whatever the age of the ledger.
 */
final class PreviousWindows {
    private static final Duration POLL = Duration.ofMillis(500);

    private final Clients clients;

    PreviousWindows(Clients clients) {
        this.clients = clients;
    }

    /**
     * Reads the states.
     *
     * @param ends for partitions of {@code ledger.entries}, the end of the last committed window
     * @return per partition all its chains at that instant
     * @throws LedgerIntegrityException if {@code ledger.exports} does not hold the window
     */
    Map<Integer, Collection<ChainState>> load(Map<Integer, Instant> ends) {
        if (ends.isEmpty()) {
            return Map.of();
        }
        Search search = new Search(ends, clients.ledger().partitions());
        try (Consumer<String, SpecificRecord> consumer = clients.reader("export-chains", "previous")) {
            List<TopicPartition> partitions = IntStream.range(
                            0, clients.ledger().partitions())
                    .mapToObj(partition -> new TopicPartition(clients.topics().exports(), partition))
                    .toList();
            Map<TopicPartition, Long> last = consumer.endOffsets(partitions);
            seek(consumer, partitions, Collections.min(ends.values()), last);
            while (!search.isComplete()) {
                requireNotAtEnd(consumer, last, search);
                for (ConsumerRecord<String, SpecificRecord> record : consumer.poll(POLL)) {
                    if (clients.name().owns(record.headers())) {
                        search.take(record);
                    }
                }
            }
        }
        return search.states();
    }

    private static void seek(
            Consumer<String, SpecificRecord> consumer,
            List<TopicPartition> partitions,
            Instant from,
            Map<TopicPartition, Long> last) {
        consumer.assign(partitions);
        Map<TopicPartition, OffsetAndTimestamp> begin = consumer.offsetsForTimes(
                partitions.stream().collect(Collectors.toMap(partition -> partition, p -> from.toEpochMilli())));
        partitions.forEach(partition -> {
            OffsetAndTimestamp found = begin.get(partition);
            consumer.seek(partition, found == null ? last.get(partition) : found.offset());
        });
    }

    private static void requireNotAtEnd(
            Consumer<String, SpecificRecord> consumer, Map<TopicPartition, Long> last, Search search) {
        if (last.entrySet().stream().allMatch(end -> consumer.position(end.getKey()) >= end.getValue())) {
            throw new LedgerIntegrityException("ledger.exports does not hold the windows whose offsets step one"
                    + " committed: expected " + search.describeMissing()
                    + ". Was the topic re-created? A further exporter (ledger.export.name) can fill a new store.");
        }
    }

    /** What has been found so far. */
    private static final class Search {
        private final Map<Integer, Instant> ends;
        private final int exportsPartitions;
        private final Map<Integer, Map<ChainId, ChainSegment>> segments = new HashMap<>();
        private final Map<Integer, Set<Integer>> closed = new HashMap<>();

        private Search(Map<Integer, Instant> ends, int exportsPartitions) {
            this.ends = ends;
            this.exportsPartitions = exportsPartitions;
            ends.keySet().forEach(partition -> {
                segments.put(partition, new HashMap<>());
                closed.put(partition, new HashSet<>());
            });
        }

        private void take(ConsumerRecord<String, SpecificRecord> record) {
            if (record.value() instanceof ExportedChain chain) {
                if (chain.getWindowEnd().equals(ends.get(chain.getEntriesPartition()))) {
                    ChainSegment segment = ExportRecords.segment(chain);
                    segments.get(chain.getEntriesPartition()).put(segment.chain(), segment);
                }
            } else if (record.value() instanceof PartitionExported partition
                    && partition.getWindowEnd().equals(ends.get(partition.getEntriesPartition()))) {
                closed.get(partition.getEntriesPartition()).add(record.partition());
            }
        }

        private boolean isComplete() {
            return closed.values().stream().allMatch(seen -> seen.size() == exportsPartitions);
        }

        private String describeMissing() {
            return ends.entrySet().stream()
                    .filter(end -> closed.get(end.getKey()).size() < exportsPartitions)
                    .map(end -> "the window of partition " + end.getKey() + " that ended " + end.getValue())
                    .collect(Collectors.joining(", "));
        }

        private Map<Integer, Collection<ChainState>> states() {
            Map<Integer, Collection<ChainState>> states = new HashMap<>();
            segments.forEach((partition, found) -> states.put(
                    partition, found.values().stream().map(ChainSegment::state).toList()));
            return states;
        }
    }
}
