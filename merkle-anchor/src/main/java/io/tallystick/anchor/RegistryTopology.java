// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import io.tallystick.anchor.registry.Blinds;
import io.tallystick.topic.Topics;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
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

/**
 * Heads of chain trees in, leaves of the registry out.
 *
 * <pre>
 * ledger.heads ─► seal-windows {registry-state, registry-heads} ─► ledger.registry
 * </pre>
 */
final class RegistryTopology {
    static final String STAGE = "registry";
    static final String STATE = "registry-state";
    static final String HEADS = "registry-heads";

    /**
     * What the processor needs beside its stores.
     *
     * @param config configuration of the process
     * @param blinds the tenants' blinds
     * @param recovery for a lost store
     * @param progress told where the registry stands; nothing once it stands elsewhere
     */
    record Surroundings(
            AnchorConfig config,
            Blinds blinds,
            RegistryRecovery recovery,
            Consumer<Optional<RegistryProgress>> progress) {}

    /**
     * Where the registry stands.
     *
     * @param sealedUntil end of the last window all partitions have closed
     * @param size number of leaves
     * @param awaited partitions that hold up the next window
     */
    record RegistryProgress(Instant sealedUntil, long size, List<Integer> awaited) {}

    private RegistryTopology() {}

    static Topology build(Surroundings surroundings, Serde<SpecificRecord> records) {
        AnchorConfig config = surroundings.config();
        Topics topics = config.topics();
        StreamsBuilder builder = new StreamsBuilder(new TopologyConfig(new StreamsConfig(config.streams(STAGE))));

        KStream<String, SpecificRecord> heads = builder.stream(
                topics.heads(),
                Consumed.with(Serdes.String(), records)
                        .withName("heads")
                        .withOffsetResetPolicy(AutoOffsetReset.none()));

        heads.process(RegistryProcessor.supplier(surroundings), Named.as("seal-windows"))
                .to(
                        topics.registry(),
                        Produced.with(Serdes.String(), records)
                                .withName("registry")
                                .withStreamPartitioner(TreesTopology.onlyPartition()));

        return builder.build();
    }
}
