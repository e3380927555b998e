// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain;

import io.tallystick.avro.Boundary;
import io.tallystick.topic.LedgerIntegrityException;
import java.util.Optional;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.streams.processor.StreamPartitioner;

/** Boundaries go to the partition they cut. */
final class BoundariesPartitioner implements StreamPartitioner<String, SpecificRecord> {
    private final int configured;

    /** @param configured N; the brokers must say the same with every boundary */
    BoundariesPartitioner(int configured) {
        this.configured = configured;
    }

    /** @throws LedgerIntegrityException if the topic has another number of partitions, or the record is no boundary */
    @Override
    public Optional<Set<Integer>> partitions(String topic, String key, SpecificRecord value, int partitions) {
        EntriesPartitioner.requireConfigured(topic, partitions, configured);
        if (value instanceof Boundary boundary) {
            return Optional.of(Set.of(boundary.getPartition()));
        }
        throw new LedgerIntegrityException("record without a partition for " + topic + ": " + value);
    }
}
