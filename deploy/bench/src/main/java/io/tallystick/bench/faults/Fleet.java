// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.faults;

import io.tallystick.anchor.AnchorConfig;
import io.tallystick.bench.CheckpointKeys;
import io.tallystick.chain.ChainConfig;
import io.tallystick.embedded.EmbeddedNode;
import io.tallystick.embedded.EmbeddedOptions;
import io.tallystick.embedded.EmbeddedRegistry;
import io.tallystick.topic.LedgerSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All processes of the ledger, the registry in this one, and what stands between them. Each of the stages 1 and 2 reaches
 * the brokers through proxies of its own; stages 3 are spare and come only in rebalance storms.
 *
 * <pre>
 * ingest-1, ingest-2, chain-1, chain-2, anchor-1, ... --> proxies (one for each stage and broker) --> doors of broker-1 to broker-n
 * ingest-3, chain-3, anchor-3, producers, checker -----------------------------------------------> their ordinary listeners
 * </pre>
 */
final class Fleet implements AutoCloseable {
    static final int LEDGER_PARTITIONS = 4;
    private static final Logger LOGGER = LoggerFactory.getLogger(Fleet.class);
    static final String ORIGIN = "faults.example.com";
    private static final Duration WINDOW = Duration.ofSeconds(10);
    private static final Duration CHECKPOINTS_EVERY = Duration.ofSeconds(5);
    private static final int PORT_FIRST = 20_000;
    private static final int PORT_COUNT = 12_000;

    private final Path directory;
    private final int brokers;
    private final boolean anchored;
    private final Map<String, Child> children = new LinkedHashMap<>();
    private final Map<String, List<TcpProxy>> proxies = new HashMap<>();
    private final Map<String, StateDisk> disks = new HashMap<>();
    private final Deque<AutoCloseable> resources = new ArrayDeque<>();
    private final ScheduledExecutorService supervisor = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "supervisor");
        thread.setDaemon(true);
        return thread;
    });
    private final Set<Integer> ports = new HashSet<>();
    private final Random random = new Random();
    private EmbeddedRegistry registry;
    private Map<String, String> keys = Map.of();
    private List<EmbeddedNode> nodes = List.of();

    /**
     * @param directory for everything that is written
     * @param anchored whether there are anchors; windows are short then
     */
    Fleet(Path directory, int brokers, boolean anchored) {
        this.directory = directory;
        this.brokers = brokers;
        this.anchored = anchored;
    }

    /** Prepares everything and starts the registry and the brokers. */
    void startBrokers() throws IOException, InterruptedException {
        for (String below : List.of("logs", "clocks", "state", "brokers")) {
            Files.createDirectories(directory.resolve(below));
        }
        registry = EmbeddedRegistry.start(directory.resolve("registry"), EmbeddedOptions.defaults());
        resources.push(registry);
        if (anchored) {
            keys = CheckpointKeys.in(Files.createDirectories(directory.resolve("keys")));
        }
        for (Role role : anchored ? List.of(Role.INGEST, Role.CHAIN, Role.ANCHOR) : List.of(Role.INGEST, Role.CHAIN)) {
            for (int instance = 1; instance <= 3; instance++) {
                add(role, instance);
            }
        }
        nodes = nodes();
        for (EmbeddedNode node : nodes) {
            add(Role.BROKER, node.id()).configure(properties(node));
        }
        byRole(Role.BROKER).forEach(Child::start);
    }

    private Child add(Role role, int instance) throws IOException, InterruptedException {
        String name = role.word() + "-" + instance;
        Child child = new Child(name, role, directory.resolve("logs"), supervisor);
        children.put(name, child);
        if (role == Role.CHAIN || role == Role.ANCHOR) {
            StateDisk disk = StateDisk.make(directory.resolve("state").resolve(name));
            resources.push(disk::unmount);
            disks.put(name, disk);
        }
        return child;
    }

    private List<EmbeddedNode> nodes() throws IOException {
        List<Integer> controllers = new ArrayList<>();
        for (int node = 1; node <= brokers; node++) {
            controllers.add(freePort());
        }
        String cluster = EmbeddedNode.newClusterId();
        List<EmbeddedNode> made = new ArrayList<>();
        for (int node = 1; node <= brokers; node++) {
            List<EmbeddedNode.Door> doors = new ArrayList<>();
            for (Child stage : children.values()) {
                if (isBehindProxies(stage)) {
                    int door = freePort();
                    TcpProxy proxy = TcpProxy.to(door);
                    resources.push(proxy);
                    proxies.computeIfAbsent(stage.name(), n -> new ArrayList<>())
                            .add(proxy);
                    doors.add(new EmbeddedNode.Door(doorOf(stage), door, proxy.port()));
                }
            }
            made.add(new EmbeddedNode(node, cluster, controllers, freePort(), doors));
        }
        return made;
    }

    private static boolean isBehindProxies(Child child) {
        return child.role() != Role.BROKER && !child.name().endsWith("-3");
    }

    private static String doorOf(Child stage) {
        return stage.name().replace('-', '_').toUpperCase(Locale.ROOT);
    }

    /** Below the range the system takes the ports of outgoing connections from, so that it is still free at a restart. */
    private int freePort() throws IOException {
        while (true) {
            int port = PORT_FIRST + random.nextInt(PORT_COUNT);
            try (ServerSocket socket = new ServerSocket()) {
                socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                if (ports.add(port)) {
                    return port;
                }
            } catch (IOException e) {
                LOGGER.atDebug().addKeyValue("port", port).log("port is in use");
            }
        }
    }

    private Map<String, String> properties(EmbeddedNode node) {
        return Map.of(
                "directory",
                        directory
                                .resolve("brokers")
                                .resolve("broker-" + node.id())
                                .toString(),
                "id", Integer.toString(node.id()),
                "cluster", node.clusterId(),
                "controllers",
                        node.controllerPorts().stream().map(String::valueOf).collect(Collectors.joining(",")),
                "port", Integer.toString(node.port()),
                "doors",
                        node.doors().stream()
                                .map(door -> door.name() + ":" + door.port() + ":" + door.advertisedPort())
                                .collect(Collectors.joining(",")));
    }

    /** Starts the stages; the ledger's topics must be there. */
    void startStages() throws IOException {
        for (Child child : children.values()) {
            if (child.role() != Role.BROKER) {
                child.configure(properties(child));
            }
        }
        children.values().stream().filter(Fleet::isBehindProxies).forEach(Child::start);
    }

    /** Starts one stage only; the ledger's topics must be there. */
    void startStage(String name) throws IOException {
        Child stage = children.get(name);
        stage.configure(properties(stage));
        stage.start();
    }

    private Map<String, String> properties(Child stage) {
        Map<String, String> properties = new TreeMap<>(settings());
        if (isBehindProxies(stage)) {
            properties.put(
                    LedgerSettings.BOOTSTRAP_SERVERS,
                    proxies.get(stage.name()).stream()
                            .map(proxy -> "127.0.0.1:" + proxy.port())
                            .collect(Collectors.joining(",")));
        }
        if (stage.role() == Role.CHAIN) {
            properties.put(
                    ChainConfig.STATE_DIR, disks.get(stage.name()).state().toString());
            properties.put(ChainConfig.GROUP_INSTANCE_ID, stage.name());
            // Shorter than by default, so that a pause outlasts both: then the paused one is a zombie.
            properties.put(ChainConfig.STREAMS_PREFIX + "producer.transaction.timeout.ms", "8000");
            properties.put(ChainConfig.STREAMS_PREFIX + "consumer.session.timeout.ms", "10000");
        }
        if (stage.role() == Role.ANCHOR) {
            properties.put(
                    AnchorConfig.STATE_DIR, disks.get(stage.name()).state().toString());
            properties.putAll(keys);
        }
        return properties;
    }

    /** The ledger's settings, for clients of the ordinary listeners. */
    Map<String, String> settings() {
        Map<String, String> settings = new TreeMap<>(Map.of(
                LedgerSettings.BOOTSTRAP_SERVERS, bootstrapServers(),
                LedgerSettings.SCHEMA_REGISTRY_URL, registry.url(),
                LedgerSettings.ORIGIN, ORIGIN,
                LedgerSettings.PARTITIONS, Integer.toString(LEDGER_PARTITIONS)));
        if (anchored) {
            settings.put(LedgerSettings.WINDOW_SIZE_MS, Long.toString(WINDOW.toMillis()));
            settings.put(LedgerSettings.CHECKPOINT_INTERVAL_MS, Long.toString(CHECKPOINTS_EVERY.toMillis()));
        }
        return settings;
    }

    String bootstrapServers() {
        return nodes.stream().map(EmbeddedNode::bootstrapServers).collect(Collectors.joining(","));
    }

    String registryUrl() {
        return registry.url();
    }

    int replication() {
        return nodes.get(0).replication();
    }

    Child child(String name) {
        return children.get(name);
    }

    List<Child> children() {
        return List.copyOf(children.values());
    }

    private List<Child> byRole(Role role) {
        return children.values().stream().filter(child -> child.role() == role).toList();
    }

    StateDisk disk(String chain) {
        return disks.get(chain);
    }

    /** Whether every state directory can be filled. */
    boolean hasDisks() {
        return disks.values().stream().allMatch(StateDisk::isMounted);
    }

    FakeClock clock(String child) {
        return new FakeClock(directory.resolve("clocks").resolve(child));
    }

    void network(String stage, TcpProxy.Mode mode) {
        proxies.get(stage).forEach(proxy -> proxy.mode(mode));
    }

    /** Kills all processes and takes away what was mounted. */
    @Override
    public void close() {
        for (Child child : children.values()) {
            try {
                child.killForGood();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        supervisor.shutdownNow();
        while (!resources.isEmpty()) {
            AutoCloseable resource = resources.pop();
            try {
                resource.close();
            } catch (Exception e) {
                LOGGER.atWarn().setCause(e).log("did not close");
            }
        }
    }
}
