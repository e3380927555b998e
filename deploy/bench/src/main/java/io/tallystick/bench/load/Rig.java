// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.load;

import io.tallystick.bench.CheckpointKeys;
import io.tallystick.embedded.BrokerProcess;
import io.tallystick.embedded.EmbeddedOptions;
import io.tallystick.embedded.EmbeddedRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * What ledgers stand on: a broker in a JVM of its own, with the settings of the product, and a registry in this one. Lies in a
 * temporary directory that {@link #close} removes.
 */
final class Rig implements AutoCloseable {
    /** Partitions of a ledger that {@code tally up} makes. */
    static final int PARTITIONS = 4;

    /** What every ledger on a rig has in common, for below a table. */
    static final String NOTE =
            "N: " + PARTITIONS + " partitions of ledger.ingest and of ledger.entries, as tally up has; one broker,"
                    + " replication 1; a stage has one stream thread unless settings say otherwise";

    private final Path directory;
    private final EmbeddedRegistry registry;
    private final BrokerProcess broker;
    private final AtomicInteger ledgers = new AtomicInteger();

    private Rig(Path directory, EmbeddedRegistry registry, BrokerProcess broker) {
        this.directory = directory;
        this.registry = registry;
        this.broker = broker;
    }

    /** Starts both; a broker that dies ends the program. */
    static Rig start() throws IOException {
        Path directory = Files.createTempDirectory("tallystick-bench-");
        EmbeddedOptions options = EmbeddedOptions.defaults();
        EmbeddedRegistry registry = EmbeddedRegistry.start(directory.resolve("registry"), options);
        BrokerProcess broker = BrokerProcess.start(directory.resolve("broker"), options, fault -> {
            System.err.println(fault.getMessage());
            Runtime.getRuntime().halt(1);
        });
        return new Rig(directory, registry, broker);
    }

    /** A new ledger, set up as {@code tally init} does, with {@value #PARTITIONS} partitions. */
    Ledger ledger() throws IOException {
        return ledger(Map.of());
    }

    /** A new ledger whose stages have these settings beside the defaults. */
    Ledger ledger(Map<String, String> settings) throws IOException {
        return Ledger.init(this, "b" + ledgers.incrementAndGet() + ".", settings);
    }

    String bootstrapServers() {
        return broker.bootstrapServers();
    }

    String registryUrl() {
        return registry.url();
    }

    Cpu brokerCpu() {
        return Cpu.of(broker.pid());
    }

    /** A directory below the rig's own; the same name, the same directory. */
    Path directory(String name) {
        return directory.resolve(name);
    }

    /** Settings that name an Ed25519 and a P-256 checkpoint key, which are made when first asked for. */
    Map<String, String> checkpointKeys() throws IOException {
        return CheckpointKeys.in(directory);
    }

    /** Removes what lies below one of the rig's directories, if there is anything. */
    static void remove(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(directory)) {
            List<Path> deepestFirst = paths.sorted(Comparator.reverseOrder()).toList();
            for (Path path : deepestFirst) {
                Files.deleteIfExists(path);
            }
        }
    }

    @Override
    public void close() throws IOException {
        broker.close();
        registry.close();
        remove(directory);
    }
}
