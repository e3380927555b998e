// SPDX-License-Identifier: Apache-2.0
package io.tallystick.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * What a ledger stands on, on one machine and in one data directory: a broker and a registry.
 *
 * <pre>
 * &lt;data directory&gt;/broker/    see {@link EmbeddedBroker}
 * &lt;data directory&gt;/registry/  see {@link EmbeddedRegistry}
 * </pre>
 *
 * <p>Safe for use by several threads.
 */
public final class EmbeddedLedger implements AutoCloseable {

    private final String bootstrapServers;
    private final String clusterId;
    private final EmbeddedRegistry registry;
    private final Deque<Runnable> closers;
    private final AtomicBoolean closed = new AtomicBoolean();

    private EmbeddedLedger(
            String bootstrapServers, String clusterId, EmbeddedRegistry registry, Deque<Runnable> closers) {
        this.bootstrapServers = bootstrapServers;
        this.clusterId = clusterId;
        this.registry = registry;
        this.closers = closers;
    }

    /**
     * Starts the broker in a JVM of its own and the registry in this one, and returns when both take requests. Both end
     * with this process, however it ends.
     *
     * @param dataDirectory made if it is not there; a ledger started on it before is continued
     * @param onFatal called, on another thread and at most once, if the broker ends by itself
     * @throws EmbeddedException if either cannot run; the message names cause and remedy
     */
    public static EmbeddedLedger start(
            Path dataDirectory, EmbeddedOptions options, Consumer<? super EmbeddedException> onFatal) {
        Deque<Runnable> closers = new ArrayDeque<>();
        try {
            // The registry first: it fails at once if another ledger runs on this directory.
            EmbeddedRegistry registry = EmbeddedRegistry.start(dataDirectory.resolve("registry"), options);
            closers.push(registry::close);
            BrokerProcess broker = BrokerProcess.start(dataDirectory.resolve("broker"), options, onFatal);
            closers.push(broker::close);
            return new EmbeddedLedger(broker.bootstrapServers(), broker.clusterId(), registry, closers);
        } catch (RuntimeException e) {
            closers.forEach(Runnable::run);
            throw e;
        }
    }

    /** Broker and registry in this JVM, on a temporary directory that is removed by {@link #close}: for tests. */
    static EmbeddedLedger startTemporaryInThisJvm() {
        Deque<Runnable> closers = new ArrayDeque<>();
        try {
            Path directory = Files.createTempDirectory("tallystick-embedded-");
            closers.push(() -> remove(directory));
            EmbeddedOptions options = EmbeddedOptions.defaults();
            EmbeddedBroker broker = EmbeddedBroker.start(directory.resolve("broker"), options);
            closers.push(broker::close);
            EmbeddedRegistry registry = EmbeddedRegistry.start(directory.resolve("registry"), options);
            closers.push(registry::close);
            return new EmbeddedLedger(broker.bootstrapServers(), broker.clusterId(), registry, closers);
        } catch (IOException e) {
            throw new EmbeddedException("No temporary directory can be made: " + e + ". Set java.io.tmpdir.", e);
        } catch (RuntimeException e) {
            closers.forEach(Runnable::run);
            throw e;
        }
    }

    private static void remove(Path directory) {
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@code host:port} for {@code bootstrap.servers}. */
    public String bootstrapServers() {
        return bootstrapServers;
    }

    /** {@code http://host:port} for {@code schema.registry.url}. */
    public String registryUrl() {
        return registry.url();
    }

    /** The Kafka cluster's id, the same for the life of the data directory. */
    public String clusterId() {
        return clusterId;
    }

    /** {@code bootstrap.servers} and {@code schema.registry.url}: enough for clients and for Confluent's serialisers. */
    public Map<String, Object> clientProperties() {
        return Map.of("bootstrap.servers", bootstrapServers, "schema.registry.url", registryUrl());
    }

    /** A prefix for topics, groups and subjects that no other test has, such as {@code t-5f0c91ab.}. */
    public String newPrefix() {
        byte[] random = new byte[4];
        new SecureRandom().nextBytes(random);
        return "t-" + HexFormat.of().formatHex(random) + ".";
    }

    /** Ends both cleanly, the last started first, and returns when they have. Repeated calls do nothing. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            closers.forEach(Runnable::run);
        }
    }
}
