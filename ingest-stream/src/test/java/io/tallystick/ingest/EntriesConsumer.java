// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.avro.LedgerEntry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetCommitCallback;
import org.apache.kafka.common.TopicPartition;

/** Reads entries from memory, from wherever it is told to, as often as it is told to. Their values say where they are. */
final class EntriesConsumer extends MockConsumer<byte[], byte[]> {
    /** As of the consumers of ingest. */
    private static final int POLL_RECORDS_MAX = 200;

    private final Map<TopicPartition, List<LedgerEntry>> log;
    private final Map<TopicPartition, OffsetAndMetadata> committed;
    private final Map<TopicPartition, Long> positions = new HashMap<>();
    private long recordsRead;

    EntriesConsumer(Map<TopicPartition, List<LedgerEntry>> log, Map<TopicPartition, OffsetAndMetadata> committed) {
        super("none");
        this.log = log;
        this.committed = committed;
    }

    /** All that it has read since it began. */
    long recordsRead() {
        return recordsRead;
    }

    boolean isAtEnd() {
        return positions.entrySet().stream()
                .allMatch(at -> at.getValue()
                        == log.getOrDefault(at.getKey(), List.of()).size());
    }

    @Override
    public synchronized ConsumerRecords<byte[], byte[]> poll(Duration patience) {
        Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> found = new HashMap<>();
        int left = POLL_RECORDS_MAX;
        for (TopicPartition partition : Set.copyOf(positions.keySet())) {
            List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
            long at = positions.get(partition);
            for (; at < log.getOrDefault(partition, List.of()).size() && left > 0; at++, left--) {
                byte[] place = (partition.partition() + "/" + at).getBytes(UTF_8);
                records.add(new ConsumerRecord<>(partition.topic(), partition.partition(), at, null, place));
            }
            positions.put(partition, at);
            if (!records.isEmpty()) {
                found.put(partition, records);
            }
        }
        recordsRead += POLL_RECORDS_MAX - left;
        return new ConsumerRecords<>(found, Map.of());
    }

    @Override
    public synchronized Set<TopicPartition> assignment() {
        return Set.copyOf(positions.keySet());
    }

    @Override
    public synchronized void assign(Collection<TopicPartition> partitions) {
        positions.keySet().retainAll(partitions);
        // Where nobody has sought, nothing is to be read: the end says so loudly.
        partitions.forEach(partition -> positions.putIfAbsent(partition, Long.MAX_VALUE));
    }

    @Override
    public synchronized void seek(TopicPartition partition, long offset) {
        positions.put(partition, offset);
    }

    @Override
    public void subscribe(Collection<String> names, ConsumerRebalanceListener listener) {
        // A test says which partitions are assigned, and when.
    }

    @Override
    public synchronized void pause(Collection<TopicPartition> partitions) {
        // Resumed in the same turn.
    }

    @Override
    public synchronized void resume(Collection<TopicPartition> partitions) {
        // Nothing was paused.
    }

    @Override
    public synchronized Map<TopicPartition, OffsetAndMetadata> committed(
            Set<TopicPartition> partitions, Duration timeout) {
        Map<TopicPartition, OffsetAndMetadata> found = new HashMap<>(committed);
        found.keySet().retainAll(partitions);
        return found;
    }

    @Override
    public synchronized void commitAsync(
            Map<TopicPartition, OffsetAndMetadata> offsets, OffsetCommitCallback callback) {
        committed.putAll(offsets);
        callback.onComplete(offsets, null);
    }

    @Override
    public void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets, Duration timeout) {
        committed.putAll(offsets);
    }
}
