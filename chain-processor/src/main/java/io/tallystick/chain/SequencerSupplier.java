// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain;

import io.micrometer.core.instrument.MeterRegistry;
import io.tallystick.chain.sequence.BoundaryGrid;
import io.tallystick.chain.sequence.HeadGuard;
import io.tallystick.chain.sequence.Identities;
import io.tallystick.chain.sequence.PartitionSequencer;
import io.tallystick.chain.sequence.Place;
import io.tallystick.topic.LedgerSettings;
import io.tallystick.topic.Topics;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.StoreBuilder;

/**
 * Makes the sequencer of each task, with its store.
 *
 * @param ledger the ledger
 * @param clockMaxAhead how far ahead of the system clock an append time is believed
 * @param replayMax how many records the head guard replays by itself
 * @param tail end of the entries topic
 * @param marks of halted chains
 * @param duplicates the duplicate indexes
 * @param pace when transactions end
 * @param meters metrics
 * @param system the system clock
 */
record SequencerSupplier(
        LedgerSettings ledger,
        Duration clockMaxAhead,
        long replayMax,
        EntriesTail tail,
        HaltMarksReader marks,
        Duplicates duplicates,
        CommitPace pace,
        MeterRegistry meters,
        InstantSource system)
        implements ProcessorSupplier<String, SpecificRecord, String, SpecificRecord> {
    @Override
    public Processor<String, SpecificRecord, String, SpecificRecord> get() {
        return new SequencerProcessor(this);
    }

    /** One store, so that a transaction has one changelog partition. */
    @Override
    public Set<StoreBuilder<?>> stores() {
        return Set.of(SequencerState.builder());
    }

    PartitionSequencer sequencer(int partition, Identities identities) {
        return new PartitionSequencer(
                place(partition), new BoundaryGrid(ledger.checkpointInterval(), ledger.windowSize()), identities);
    }

    HeadGuard guard(int partition) {
        return new HeadGuard(place(partition), ledger.topics().entries(), replayMax);
    }

    private Place place(int partition) {
        return place(ledger, partition);
    }

    static Place place(LedgerSettings ledger, int partition) {
        return new Place(ledger.origin(), partition, ledger.partitions(), Topics::partitionOf);
    }
}
