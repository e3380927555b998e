// SPDX-License-Identifier: Apache-2.0
package io.tallystick.embedded;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/** The settings of a broker: what a small machine needs, and otherwise what a cluster would have. */
final class BrokerSettings {

    static final int NODE_ID = 1;
    static final String CONTROLLER_LISTENER = "CONTROLLER";

    private static final String LISTENER = "PLAINTEXT";
    private static final String LOOPBACK = "127.0.0.1";
    private static final int MIB = 1024 * 1024;

    private BrokerSettings() {}

    /** Where the broker listens. */
    record Listeners(String bindHost, String advertisedHost, int port, int controllerPort) {}

    static Properties of(Path logDirectory, Listeners at) {
        Properties settings = new Properties();
        network(settings, at);
        replicas(settings, 1);
        coordinators(settings);
        storage(settings, logDirectory);
        return settings;
    }

    /** One of several. */
    static Properties of(Path logDirectory, EmbeddedNode node) {
        Properties settings = new Properties();
        network(settings, node);
        replicas(settings, node.replication());
        coordinators(settings);
        storage(settings, logDirectory);
        return settings;
    }

    private static void network(Properties settings, Listeners at) {
        roles(settings, NODE_ID);
        settings.put("controller.quorum.voters", NODE_ID + "@" + LOOPBACK + ":" + at.controllerPort());
        settings.put(
                "listeners",
                LISTENER + "://" + at.bindHost() + ":" + at.port() + "," + CONTROLLER_LISTENER + "://" + LOOPBACK + ":"
                        + at.controllerPort());
        settings.put("advertised.listeners", LISTENER + "://" + at.advertisedHost() + ":" + at.port());
        settings.put("listener.security.protocol.map", LISTENER + ":PLAINTEXT," + CONTROLLER_LISTENER + ":PLAINTEXT");
        // One node votes for itself: nothing is gained by waiting as long as a cluster would.
        settings.put("controller.quorum.election.timeout.ms", "100");
        settings.put("controller.quorum.election.backoff.max.ms", "100");
        // Nobody can take over.
        settings.put("controlled.shutdown.max.retries", "1");
    }

    private static void network(Properties settings, EmbeddedNode node) {
        roles(settings, node.id());
        List<String> voters = new ArrayList<>();
        for (int voter = 1; voter <= node.controllerPorts().size(); voter++) {
            voters.add(voter + "@" + LOOPBACK + ":" + node.controllerPorts().get(voter - 1));
        }
        List<String> listeners = new ArrayList<>(List.of(
                LISTENER + "://" + node.bootstrapServers(),
                CONTROLLER_LISTENER + "://" + LOOPBACK + ":"
                        + node.controllerPorts().get(node.id() - 1)));
        List<String> advertised = new ArrayList<>(List.of(LISTENER + "://" + node.bootstrapServers()));
        List<String> protocols = new ArrayList<>(List.of(LISTENER + ":PLAINTEXT", CONTROLLER_LISTENER + ":PLAINTEXT"));
        for (EmbeddedNode.Door door : node.doors()) {
            listeners.add(door.name() + "://" + LOOPBACK + ":" + door.port());
            advertised.add(door.name() + "://" + LOOPBACK + ":" + door.advertisedPort());
            protocols.add(door.name() + ":PLAINTEXT");
        }
        settings.put("controller.quorum.voters", String.join(",", voters));
        settings.put("listeners", String.join(",", listeners));
        settings.put("advertised.listeners", String.join(",", advertised));
        settings.put("listener.security.protocol.map", String.join(",", protocols));
    }

    private static void roles(Properties settings, int id) {
        settings.put("process.roles", "broker,controller");
        settings.put("node.id", Integer.toString(id));
        settings.put("controller.listener.names", CONTROLLER_LISTENER);
        settings.put("inter.broker.listener.name", LISTENER);
        settings.put("num.network.threads", "2");
        settings.put("num.io.threads", "4");
        settings.put("background.threads", "2");
        settings.put("broker.heartbeat.interval.ms", "500");
    }

    /** With all but one of the replicas a write is acknowledged; a single one acknowledges alone. */
    private static void replicas(Properties settings, int replication) {
        String replicas = Integer.toString(replication);
        String inSync = Integer.toString(Math.max(1, replication - 1));
        settings.put("default.replication.factor", replicas);
        settings.put("min.insync.replicas", inSync);
        settings.put("offsets.topic.replication.factor", replicas);
        settings.put("transaction.state.log.replication.factor", replicas);
        settings.put("transaction.state.log.min.isr", inSync);
        settings.put("share.coordinator.state.topic.replication.factor", replicas);
        settings.put("share.coordinator.state.topic.min.isr", inSync);
        settings.put("offsets.topic.num.partitions", "4");
        settings.put("transaction.state.log.num.partitions", "4");
        settings.put("share.coordinator.state.topic.num.partitions", "1");
    }

    private static void coordinators(Properties settings) {
        settings.put("group.initial.rebalance.delay.ms", "0");
        // After a kill -9 of everything on this machine, the dead members' partitions are free again this soon. The
        // protocol's own 45 s would be a pause in which nothing is ingested.
        settings.put("group.consumer.min.session.timeout.ms", "6000");
        settings.put("group.consumer.session.timeout.ms", "6000");
        settings.put("group.consumer.min.heartbeat.interval.ms", "1000");
        settings.put("group.consumer.heartbeat.interval.ms", "1000");
        // A ledger that stood still for longer than Kafka's 7 days must find its groups' positions again.
        settings.put(
                "offsets.retention.minutes",
                Long.toString(Duration.ofDays(3_650).toMinutes()));
        // Default 20 ms: three to five times fewer transactions a second.
        settings.put("add.partitions.to.txn.retry.backoff.ms", "1");
    }

    private static void storage(Properties settings, Path logDirectory) {
        settings.put("log.dirs", logDirectory.toString());
        settings.put("auto.create.topics.enable", "false");
        settings.put("unclean.leader.election.enable", "false");
        settings.put("message.max.bytes", Integer.toString(4 * MIB));
        settings.put("replica.fetch.max.bytes", Integer.toString(4 * MIB));
        settings.put("log.segment.bytes", Integer.toString(256 * MIB));
        settings.put("log.index.size.max.bytes", Integer.toString(MIB));
        settings.put("offsets.topic.segment.bytes", Integer.toString(4 * MIB));
        settings.put("transaction.state.log.segment.bytes", Integer.toString(4 * MIB));
        settings.put("share.coordinator.state.topic.segment.bytes", Integer.toString(4 * MIB));
        // The default of 128 MiB is allocated at start.
        settings.put("log.cleaner.dedupe.buffer.size", Integer.toString(2 * MIB));
        settings.put("log.cleaner.threads", "1");
    }
}
