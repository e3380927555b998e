// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import io.tallystick.anchor.window.CutPolicy;
import io.tallystick.anchor.window.PartitionTrees;
import io.tallystick.anchor.window.WindowGrid;
import io.tallystick.topic.LedgerSettings;
import io.tallystick.topic.Topics;
import java.util.Optional;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyConfig;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.processor.StreamPartitioner;

/**
 * Entries in, heads of chain trees out.
 *
 * <pre>
 * ledger.entries ─► grow-trees {chain-trees, partition-clock} ─► ledger.heads
 * </pre>
 */
final class TreesTopology {
    static final String STAGE = "trees";
    static final String TREES = "chain-trees";
    static final String CLOCK = "partition-clock";

    private TreesTopology() {}

    static Topology build(AnchorConfig config, Serde<SpecificRecord> records, TreesRecovery recovery) {
        Topics topics = config.topics();
        StreamsBuilder builder = new StreamsBuilder(new TopologyConfig(new StreamsConfig(config.streams(STAGE))));

        KStream<String, SpecificRecord> entries = builder.stream(
                topics.entries(),
                Consumed.with(Serdes.String(), records)
                        .withName("entries")
                        .withOffsetResetPolicy(AutoOffsetReset.none()));

        entries.process(TreesProcessor.supplier(ledger(config.ledger()), recovery), Named.as("grow-trees"))
                .to(
                        topics.heads(),
                        Produced.with(Serdes.String(), records)
                                .withName("heads")
                                .withStreamPartitioner(onlyPartition()));

        return builder.build();
    }

    static PartitionTrees.Ledger ledger(LedgerSettings settings) {
        return new PartitionTrees.Ledger(
                settings.origin(),
                settings.partitions(),
                chain -> Topics.partitionOf(chain, settings.partitions()),
                new WindowGrid(settings.windowSize()),
                CutPolicy.every(settings.checkpointInterval()));
    }

    static <V> StreamPartitioner<String, V> onlyPartition() {
        return (topic, key, value, partitions) -> Optional.of(Set.of(0));
    }
}
