// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain;

import io.tallystick.avro.Boundary;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.topic.Topics;
import java.util.Optional;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.streams.processor.StreamPartitioner;

/** Entries go where their chain lives, boundaries to the partition they cut. */
final class EntriesPartitioner implements StreamPartitioner<String, SpecificRecord> {
    @Override
    public Optional<Set<Integer>> partitions(String topic, String chain, SpecificRecord value, int partitions) {
        if (chain != null) {
            return Optional.of(Set.of(Topics.partitionOf(chain, partitions)));
        }
        if (value instanceof Boundary boundary) {
            return Optional.of(Set.of(boundary.getPartition()));
        }
        throw new LedgerIntegrityException(
                "record without a chain and without a partition for " + topic + ": " + value);
    }
}
