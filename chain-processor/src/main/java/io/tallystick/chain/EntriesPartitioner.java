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
    private final int configured;

    /** @param configured N; the brokers must say the same with every record */
    EntriesPartitioner(int configured) {
        this.configured = configured;
    }

    /** @throws LedgerIntegrityException if the topic has another number of partitions, or the record belongs to none */
    @Override
    public Optional<Set<Integer>> partitions(String topic, String chain, SpecificRecord value, int partitions) {
        if (partitions != configured) {
            throw new LedgerIntegrityException(topic + " has " + partitions + " partitions, this ledger has "
                    + configured + ": somebody has changed the topic; every chain would move");
        }
        if (chain != null) {
            return Optional.of(Set.of(Topics.partitionOf(chain, configured)));
        }
        if (value instanceof Boundary boundary) {
            return Optional.of(Set.of(boundary.getPartition()));
        }
        throw new LedgerIntegrityException(
                "record without a chain and without a partition for " + topic + ": " + value);
    }
}
