// SPDX-License-Identifier: Apache-2.0
package io.tallystick.embedded;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;

/** The settings of a single-node broker: what a small machine needs, and otherwise what a cluster would have. */
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
        oneNode(settings);
        coordinators(settings);
        storage(settings, logDirectory);
        return settings;
    }

    private static void network(Properties settings, Listeners at) {
        settings.put("process.roles", "broker,controller");
        settings.put("node.id", Integer.toString(NODE_ID));
        settings.put("controller.quorum.voters", NODE_ID + "@" + LOOPBACK + ":" + at.controllerPort());
        settings.put("controller.listener.names", CONTROLLER_LISTENER);
        settings.put(
                "listeners",
                LISTENER + "://" + at.bindHost() + ":" + at.port() + "," + CONTROLLER_LISTENER + "://" + LOOPBACK + ":"
                        + at.controllerPort());
        settings.put("advertised.listeners", LISTENER + "://" + at.advertisedHost() + ":" + at.port());
        settings.put("listener.security.protocol.map", LISTENER + ":PLAINTEXT," + CONTROLLER_LISTENER + ":PLAINTEXT");
        settings.put("inter.broker.listener.name", LISTENER);
        settings.put("num.network.threads", "2");
        settings.put("num.io.threads", "4");
        settings.put("background.threads", "2");
        // One node votes for itself: nothing is gained by waiting as long as a cluster would.
        settings.put("controller.quorum.election.timeout.ms", "100");
        settings.put("controller.quorum.election.backoff.max.ms", "100");
        settings.put("broker.heartbeat.interval.ms", "500");
        settings.put("controlled.shutdown.max.retries", "1");
    }

    private static void oneNode(Properties settings) {
        settings.put("default.replication.factor", "1");
        settings.put("min.insync.replicas", "1");
        settings.put("offsets.topic.replication.factor", "1");
        settings.put("transaction.state.log.replication.factor", "1");
        settings.put("transaction.state.log.min.isr", "1");
        settings.put("share.coordinator.state.topic.replication.factor", "1");
        settings.put("share.coordinator.state.topic.min.isr", "1");
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
