// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain;

import io.tallystick.topic.Topics;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyConfig;
import org.apache.kafka.streams.processor.FailOnInvalidTimestamp;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;

/**
 * The diagram of the chain stage. N tasks, one for each partition.
 *
 * <pre>
 *                        ┌──────────┐  entries    ┌────────────────┐
 *  ┌───────────────┐     │          ├────────────►│ ledger.entries │   same partition
 *  │ ledger.ingest ├────►│ sequence ├────────────►│                │
 *  └───────────────┘     │          │  boundaries └────────────────┘
 *                        │          │  positions  ┌──────────────────┐
 *                        │          ├────────────►│ ledger.positions │
 *                        └────┬─────┘             └──────────────────┘
 *                          ┌──┴───┐
 *                          │chains│
 *                          └──────┘
 * </pre>
 *
 * A record's timestamp is its append time: the topic is {@code LogAppendTime}. Entries have a key, from which the producer's own
 * {@link EntriesPartitioner} tells their place; boundaries have none, and name it.
 */
final class ChainTopology {
    static final String ADMITTED = "admitted";
    static final String SEQUENCE = "sequence";
    static final String ENTRIES = "entries";
    static final String BOUNDARIES = "boundaries";
    static final String POSITIONS = "positions";

    private ChainTopology() {}

    static Topology build(
            ChainConfig config,
            Serde<SpecificRecord> records,
            ProcessorSupplier<String, SpecificRecord, String, SpecificRecord> sequencer) {
        return build(config, records, sequencer, config.ledger().partitions());
    }

    /** @param partitions how many the topic of entries must have: N, but one where a test driver has no brokers */
    static Topology build(
            ChainConfig config,
            Serde<SpecificRecord> records,
            ProcessorSupplier<String, SpecificRecord, String, SpecificRecord> sequencer,
            int partitions) {
        Topics topics = config.ledger().topics();
        Topology topology = new Topology(new TopologyConfig(config.streams()));

        topology.addSource(
                AutoOffsetReset.none(),
                ADMITTED,
                new FailOnInvalidTimestamp(),
                Serdes.String().deserializer(),
                records.deserializer(),
                topics.ingest());

        topology.addProcessor(SEQUENCE, sequencer, ADMITTED);

        topology.addSink(ENTRIES, topics.entries(), Serdes.String().serializer(), records.serializer(), SEQUENCE);
        topology.addSink(
                BOUNDARIES,
                topics.entries(),
                Serdes.String().serializer(),
                records.serializer(),
                new BoundariesPartitioner(partitions),
                SEQUENCE);
        topology.addSink(POSITIONS, topics.positions(), Serdes.String().serializer(), records.serializer(), SEQUENCE);

        return topology;
    }
}
