// SPDX-License-Identifier: Apache-2.0
package io.tallystick.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;

/**
 * Several {@link EmbeddedNode}s of one cluster in this JVM: for tests of what one broker alone cannot show, replicas for
 * example. A node may be stopped and started again; more than half of them must run, or nothing is decided.
 *
 * <p>A fatal fault of a broker halts this JVM. For one thread.
 */
public final class EmbeddedCluster implements AutoCloseable {
    private static final int PORT_FIRST = 20_000;
    private static final int PORT_COUNT = 12_000;

    private final Path directory;
    private final Map<Integer, EmbeddedNode> nodes = new TreeMap<>();
    private final Map<Integer, EmbeddedBroker> running = new TreeMap<>();

    private EmbeddedCluster(Path directory, List<EmbeddedNode> nodes) {
        this.directory = directory;
        nodes.forEach(node -> this.nodes.put(node.id(), node));
    }

    /**
     * Starts all nodes and returns when each takes requests.
     *
     * @param directory for what they write; made if it is not there
     * @param size nodes, with ids from 1
     * @throws EmbeddedException if one does not start
     */
    public static EmbeddedCluster start(Path directory, int size) {
        Set<Integer> taken = new HashSet<>();
        List<Integer> controllers = new ArrayList<>();
        for (int id = 1; id <= size; id++) {
            controllers.add(freePort(taken));
        }
        String clusterId = EmbeddedNode.newClusterId();
        List<EmbeddedNode> nodes = new ArrayList<>();
        for (int id = 1; id <= size; id++) {
            nodes.add(new EmbeddedNode(id, clusterId, controllers, freePort(taken), List.of()));
        }
        EmbeddedCluster cluster = new EmbeddedCluster(directory, nodes);
        try {
            cluster.start(cluster.nodes.keySet());
        } catch (RuntimeException e) {
            cluster.close();
            throw e;
        }
        return cluster;
    }

    /** Below the range the system takes the ports of outgoing connections from, so that it is still free at a restart. */
    private static int freePort(Set<Integer> taken) {
        while (true) {
            int port = PORT_FIRST + ThreadLocalRandom.current().nextInt(PORT_COUNT);
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                if (taken.add(socket.getLocalPort())) {
                    return port;
                }
            } catch (IOException e) {
                taken.add(port);
            }
        }
    }

    /**
     * Starts nodes that do not run, together: one alone would wait for the others.
     *
     * @throws EmbeddedException if one does not start
     */
    public void start(Set<Integer> ids) {
        Map<Integer, CompletableFuture<EmbeddedBroker>> starts = new TreeMap<>();
        for (int id : ids) {
            starts.put(
                    id,
                    CompletableFuture.supplyAsync(
                            () -> EmbeddedBroker.start(directory.resolve("broker-" + id), nodes.get(id)),
                            task -> new Thread(task, "start-broker-" + id).start()));
        }
        List<CompletionException> failures = new ArrayList<>();
        starts.forEach((id, start) -> {
            try {
                running.put(id, start.join());
            } catch (CompletionException e) {
                failures.add(e);
            }
        });
        if (!failures.isEmpty()) {
            throw new EmbeddedException("a broker of the cluster did not start", failures.get(0));
        }
    }

    /** Shuts a node down cleanly and returns when it is. */
    public void stop(int id) {
        running.remove(id).close();
    }

    /** {@code host:port} of all nodes, for {@code bootstrap.servers}. */
    public String bootstrapServers() {
        return nodes.values().stream().map(EmbeddedNode::bootstrapServers).collect(Collectors.joining(","));
    }

    /** The cluster's id: 22 characters. */
    public String clusterId() {
        return nodes.get(1).clusterId();
    }

    /** Shuts all down, together: a broker that is alone has no controller to tell that it goes, and waits minutes for one. */
    @Override
    public void close() {
        List<CompletableFuture<Void>> closing = running.values().stream()
                .map(broker -> CompletableFuture.runAsync(broker::close, task -> new Thread(task, "close").start()))
                .toList();
        running.clear();
        closing.forEach(CompletableFuture::join);
    }
}
