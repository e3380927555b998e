// SPDX-License-Identifier: Apache-2.0
package io.tallystick.embedded;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicBoolean;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/**
 * A real Kafka broker (KRaft, broker and controller in one) in this JVM, alone or one of several.
 *
 * <p>Its directory holds {@code kafka/} (topics and metadata), {@code ports.properties} and {@code lock}. A broker
 * started again on it, also after a {@code kill -9}, has the same topics, offsets and cluster id, and the same port if
 * that is free. What was acknowledged is in the operating system's page cache: it outlives the process, not a loss of
 * power.
 *
 * <p><b>A fatal fault of a broker halts the JVM it lives in.</b> Use {@link BrokerProcess} unless this is a test.
 * Safe for use by several threads.
 */
public final class EmbeddedBroker implements AutoCloseable {

    /** Longer than a broker that lost its parent takes to end; see {@link BrokerMain}. */
    static final Duration LOCK_PATIENCE = Duration.ofSeconds(20);

    private static final String META_PROPERTIES = "meta.properties";

    private final DirectoryLock lock;
    private final KafkaRaftServer server;
    private final String clusterId;
    private final String bootstrapServers;
    private final AtomicBoolean closed = new AtomicBoolean();

    private EmbeddedBroker(DirectoryLock lock, KafkaRaftServer server, String clusterId, String bootstrapServers) {
        this.lock = lock;
        this.server = server;
        this.clusterId = clusterId;
        this.bootstrapServers = bootstrapServers;
    }

    /**
     * Starts a broker and returns when it takes requests.
     *
     * @param directory the broker's own; made if it is not there
     * @throws EmbeddedException if the directory is in use by another process for more than 20 s, a given port is in
     *     use, or the broker does not start
     */
    public static EmbeddedBroker start(Path directory, EmbeddedOptions options) {
        return start(directory, options, Map.of());
    }

    /**
     * As {@link #start(Path, EmbeddedOptions)}, with broker settings that take the place of ours: for tests that need an
     * authorizer, for example. The first listener is named PLAINTEXT, whatever its security protocol.
     */
    public static EmbeddedBroker start(Path directory, EmbeddedOptions options, Map<String, String> settings) {
        return owning(directory, (home, lock) -> {
            KeptPorts ports = new KeptPorts(home);
            int port = ports.choose("broker", options.bindHost(), options.brokerPort());
            int controllerPort = ports.choose("controller", "127.0.0.1", 0);
            Path kafka = Files.createDirectories(home.resolve("kafka"));
            String clusterId =
                    format(kafka, BrokerSettings.NODE_ID, Uuid.randomUuid().toString());
            Properties all = BrokerSettings.of(
                    kafka,
                    new BrokerSettings.Listeners(options.bindHost(), options.advertisedHost(), port, controllerPort));
            all.putAll(settings);
            KafkaRaftServer server = startServer(all);
            return new EmbeddedBroker(lock, server, clusterId, options.advertisedHost() + ":" + port);
        });
    }

    /**
     * Starts one broker of several, and returns when it takes requests: not before most of the others run too, so each
     * needs a process, or a thread, of its own.
     *
     * @param directory the broker's own; made if it is not there
     * @throws EmbeddedException if the directory is in use by another process for more than 20 s, or belongs to another
     *     cluster, or the broker does not start
     */
    public static EmbeddedBroker start(Path directory, EmbeddedNode node) {
        return owning(directory, (home, lock) -> {
            Path kafka = Files.createDirectories(home.resolve("kafka"));
            String clusterId = format(kafka, node.id(), node.clusterId());
            if (!clusterId.equals(node.clusterId())) {
                throw new EmbeddedException(home + " belongs to cluster " + clusterId + ", not to " + node.clusterId()
                        + ". Use another directory.");
            }
            KafkaRaftServer server = startServer(BrokerSettings.of(kafka, node));
            EmbeddedBroker broker = new EmbeddedBroker(lock, server, clusterId, node.bootstrapServers());
            return node.controllerPorts().size() == 1 ? broker.withMarkers() : broker;
        });
    }

    /** How a broker is started in a directory that is its own. */
    private interface Starting {
        EmbeddedBroker in(Path home, DirectoryLock lock) throws IOException;
    }

    /** The broker holds the lock until it is closed; a start that fails gives it back. */
    private static EmbeddedBroker owning(Path directory, Starting starting) {
        Path own = directory.toAbsolutePath();
        DirectoryLock lock = DirectoryLock.acquire(own, LOCK_PATIENCE);
        try {
            return starting.in(own, lock);
        } catch (RuntimeException e) {
            lock.close();
            throw e;
        } catch (IOException e) {
            lock.close();
            throw new EmbeddedException(
                    "The broker's directory " + own + " cannot be used: " + e + ". Make it writable.", e);
        }
    }

    private static KafkaRaftServer startServer(Properties settings) {
        KafkaRaftServer server = new KafkaRaftServer(KafkaConfig.fromProps(settings, false), Time.SYSTEM);
        try {
            server.startup();
        } catch (RuntimeException e) {
            server.shutdown();
            throw new EmbeddedException("The broker did not start: " + e + ". See its log for the reason.", e);
        }
        return server;
    }

    /**
     * Formats the log directory unless that was done before. Kafka writes {@code meta.properties} last and by renaming,
     * so a crash in here leaves a directory that is formatted again.
     */
    private static String format(Path kafka, int nodeId, String newClusterId) throws IOException {
        Path metaProperties = kafka.resolve(META_PROPERTIES);
        if (!Files.exists(metaProperties)) {
            try (PrintStream nowhere =
                    new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
                new Formatter()
                        .setPrintStream(nowhere)
                        .setClusterId(newClusterId)
                        .setNodeId(nodeId)
                        .setControllerListenerName(BrokerSettings.CONTROLLER_LISTENER)
                        .setMetadataLogDirectory(kafka.toString())
                        .addDirectory(kafka.toString())
                        .setIgnoreFormatted(true)
                        .run();
            } catch (IOException | RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new EmbeddedException(kafka + " cannot be formatted: " + e + ". Use an empty directory.", e);
            }
        }
        Properties meta = new Properties();
        try (Reader reader = Files.newBufferedReader(metaProperties)) {
            meta.load(reader);
        }
        String clusterId = meta.getProperty("cluster.id");
        if (clusterId == null) {
            throw new EmbeddedException(
                    metaProperties + " names no cluster.id. Restore the file, or use an empty directory.");
        }
        return clusterId;
    }

    /**
     * Ends what a kill of a cluster's only broker may have left: see {@link SkippedMarkers}. Needs a listener without credentials.
     *
     * @throws EmbeddedException if that fails; the broker is closed then
     */
    EmbeddedBroker withMarkers() {
        try {
            SkippedMarkers.write(bootstrapServers);
            return this;
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** {@code host:port} for {@code bootstrap.servers}. */
    public String bootstrapServers() {
        return bootstrapServers;
    }

    /** The cluster's id: 22 characters, the same for the life of the directory. */
    public String clusterId() {
        return clusterId;
    }

    /** Shuts the broker down cleanly and returns when it is. Repeated calls do nothing. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            try {
                server.shutdown();
                server.awaitShutdown();
            } finally {
                lock.close();
            }
        }
    }
}
