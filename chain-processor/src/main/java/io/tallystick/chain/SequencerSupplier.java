// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain;

import io.tallystick.chain.sequence.BoundaryGrid;
import io.tallystick.chain.sequence.HeadGuard;
import io.tallystick.chain.sequence.PartitionSequencer;
import io.tallystick.chain.sequence.Place;
import io.tallystick.topic.LedgerSettings;
import io.tallystick.topic.Topics;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * Makes the sequencer of each task, with its store.
 *
 * @param ledger the ledger
 * @param clockMaxAhead how far ahead of the system clock an append time is believed
 * @param replayMax how many records the head guard replays by itself
 * @param tail end of the entries topic
 * @param marks of halted chains
 * @param system the system clock
 */
record SequencerSupplier(
        LedgerSettings ledger,
        Duration clockMaxAhead,
        long replayMax,
        EntriesTail tail,
        HaltMarksReader marks,
        InstantSource system)
        implements ProcessorSupplier<String, SpecificRecord, String, SpecificRecord> {
    /** Chain states by chain id; the partition's own under {@link SequencerProcessor#PARTITION}. */
    static final String STORE = "chains";

    @Override
    public Processor<String, SpecificRecord, String, SpecificRecord> get() {
        return new SequencerProcessor(this);
    }

    /** One store, so that a transaction has one changelog partition. Cached, so that writes coalesce until the commit. */
    @Override
    public Set<StoreBuilder<?>> stores() {
        return Set.of(
                Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(STORE), Serdes.String(), Serdes.ByteArray())
                        .withCachingEnabled());
    }

    PartitionSequencer sequencer(int partition) {
        return new PartitionSequencer(
                place(partition), new BoundaryGrid(ledger.checkpointInterval(), ledger.windowSize()));
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
