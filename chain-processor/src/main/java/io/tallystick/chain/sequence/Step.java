// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.sequence;

import io.tallystick.avro.LedgerEntry;
import io.tallystick.avro.Notice;
import io.tallystick.chain.sequence.Identities.Kept;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;

/**
 * What one input record does to a partition.
 *
 * @param partition the partition's new state, to be stored once it holds the digest of the changed chains
 * @param chain the chain's new state, to be stored; empty if no chain changed
 * @param cuts the boundaries for the entries topic, before the entries
 * @param entries {@code LedgerEntry} records for the entries topic, in order
 * @param notice for the positions topic
 * @param outcome what became of the message; empty for a tick
 * @param kept the event to be remembered
 * @param clamped whether append times lay further in the future than is believed
 */
public record Step(
        PartitionState partition,
        Optional<ChainState> chain,
        Optional<Cuts> cuts,
        List<LedgerEntry> entries,
        Optional<Notice> notice,
        Optional<Outcome> outcome,
        Optional<Kept> kept,
        boolean clamped) {
    public Step {
        entries = List.copyOf(entries);
    }

    /** What goes to the entries topic, in order. Boundaries are made when they are asked for. */
    public Stream<SpecificRecord> records() {
        return Stream.concat(cuts.map(Cuts::stream).orElseGet(Stream::empty), entries.stream());
    }
}
