// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.sequence;

import io.tallystick.avro.Notice;
import java.util.List;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;

/**
 * What one input record does to a partition.
 *
 * @param partition the partition's new state, to be stored
 * @param chain the chain's new state, to be stored; empty if no chain changed
 * @param records {@code Boundary} and {@code LedgerEntry} records for the entries topic, in order
 * @param notice for the positions topic
 * @param outcome what became of the message; empty for a tick
 * @param clamped whether append times lay further in the future than is believed
 */
public record Step(
        PartitionState partition,
        Optional<ChainState> chain,
        List<SpecificRecord> records,
        Optional<Notice> notice,
        Optional<Outcome> outcome,
        boolean clamped) {
    public Step {
        records = List.copyOf(records);
    }
}
