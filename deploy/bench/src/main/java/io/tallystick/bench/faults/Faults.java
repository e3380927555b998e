// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.faults;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;

/** Does to the fleet what a plan says. Each call returns when the cause is gone; the ledger has yet to recover. */
final class Faults {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration LEADERS_MOVE_WITHIN = Duration.ofSeconds(5);
    private static final Duration CLOCK_MOVES_WITHIN = Duration.ofSeconds(10);
    private static final Duration CLOCK_DIFFERS_MAX = Duration.ofSeconds(5);
    private static final int STORM_TURNS = 6;
    private static final long ADMIN_SECONDS = 30;

    private final Fleet fleet;

    Faults(Fleet fleet) {
        this.fleet = fleet;
    }

    /** @throws IOException if it did not happen as planned; other exceptions likewise */
    void commit(PlannedFault fault) throws IOException, InterruptedException, ExecutionException, TimeoutException {
        switch (fault.kind()) {
            case KILL -> kill(fleet.child(fault.target()));
            case PAUSE -> fleet.child(fault.target()).pause(fault.lasts());
            case BROKER_RESTART -> restart(fault);
            case LEADER_MOVED -> moveLeaders();
            case REBALANCE_STORM -> storm(fault);
            case STATE_DELETED -> loseState(fault);
            case DISK_FULL -> fillDisk(fault);
            case CLOCK_MOVED -> moveClock(fault);
            case NETWORK_CUT -> cutNetwork(fault);
        }
    }

    private static void kill(Child child) throws IOException, InterruptedException {
        if (!child.kill()) {
            throw new IOException(child.name() + " was not running");
        }
    }

    private void restart(PlannedFault fault) throws InterruptedException {
        Child broker = fleet.child(fault.target());
        broker.stop();
        sleep(fault.lasts());
        broker.start();
    }

    /** Turns the list of replicas of every partition by one and has the first of it elected. */
    private void moveLeaders() throws IOException, InterruptedException, ExecutionException, TimeoutException {
        try (Admin admin = Admin.create(Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                fleet.bootstrapServers(),
                AdminClientConfig.CLIENT_ID_CONFIG,
                "faults"))) {
            Set<String> topics = admin.listTopics(new ListTopicsOptions().listInternal(true))
                    .names()
                    .get(ADMIN_SECONDS, TimeUnit.SECONDS);
            Map<String, TopicDescription> described = described(admin, topics);
            Map<TopicPartition, Optional<NewPartitionReassignment>> turned = new HashMap<>();
            described.forEach((topic, description) -> description.partitions().forEach(partition -> {
                List<Integer> replicas = new ArrayList<>(
                        partition.replicas().stream().map(Node::id).toList());
                replicas.add(replicas.remove(0));
                turned.put(
                        new TopicPartition(topic, partition.partition()),
                        Optional.of(new NewPartitionReassignment(replicas)));
            }));
            admin.alterPartitionReassignments(turned).all().get(ADMIN_SECONDS, TimeUnit.SECONDS);
            // Those whose new leader is already there, or is not in sync, say so one by one: of no matter.
            admin.electLeaders(ElectionType.PREFERRED, turned.keySet())
                    .partitions()
                    .get(ADMIN_SECONDS, TimeUnit.SECONDS);
            requireOthers(admin, topics, leaders(described));
        }
    }

    /** A broker may not have heard of it yet. */
    private static void requireOthers(Admin admin, Set<String> topics, Map<TopicPartition, Integer> leaders)
            throws IOException, InterruptedException, ExecutionException, TimeoutException {
        long deadline = System.nanoTime() + LEADERS_MOVE_WITHIN.toNanos();
        while (leaders(described(admin, topics)).equals(leaders)) {
            if (System.nanoTime() > deadline) {
                throw new IOException("no partition has another leader");
            }
            sleep(Duration.ofMillis(500));
        }
    }

    private static Map<String, TopicDescription> described(Admin admin, Set<String> topics)
            throws InterruptedException, ExecutionException, TimeoutException {
        return admin.describeTopics(topics).allTopicNames().get(ADMIN_SECONDS, TimeUnit.SECONDS);
    }

    private static Map<TopicPartition, Integer> leaders(Map<String, TopicDescription> described) {
        Map<TopicPartition, Integer> leaders = new HashMap<>();
        described.forEach((topic, description) -> description.partitions().stream()
                .filter(partition -> partition.leader() != null)
                .forEach(partition -> leaders.put(
                        new TopicPartition(topic, partition.partition()),
                        partition.leader().id())));
        return leaders;
    }

    /** The spare and an ordinary instance come and go, by turns cleanly and not. */
    private void storm(PlannedFault fault) throws InterruptedException {
        Random random = new Random(fault.variant());
        Child ordinary = fleet.child(fault.target());
        Child spare = fleet.child(fault.role().word() + "-3");
        for (int turn = 0; turn < STORM_TURNS; turn++) {
            Child child = turn % 2 == 0 ? spare : ordinary;
            if (!child.isAlive()) {
                child.start();
            } else if (random.nextBoolean()) {
                child.killForGood();
            } else {
                child.stop();
            }
            sleep(Duration.ofMillis(300 + random.nextInt(3_500)));
        }
        spare.killForGood();
        ordinary.start();
    }

    private void loseState(PlannedFault fault) throws IOException, InterruptedException {
        Child chain = fleet.child(fault.target());
        chain.killForGood();
        fleet.disk(fault.target()).wipe();
        chain.start();
    }

    /** The process meets the full disk while it runs, while it shuts down, or when it starts. */
    private void fillDisk(PlannedFault fault) throws IOException, InterruptedException {
        Child chain = fleet.child(fault.target());
        StateDisk disk = fleet.disk(fault.target());
        disk.fill();
        try {
            switch (fault.variant() % 3) {
                case 0 -> chain.kill();
                case 1 -> {
                    chain.stop();
                    chain.start();
                }
                default -> sleep(Duration.ofSeconds(2));
            }
            sleep(fault.lasts());
        } finally {
            disk.free();
        }
    }

    /** The process is started anew to have a clock that can be moved; it then jumps while it runs. */
    private void moveClock(PlannedFault fault) throws IOException, InterruptedException {
        Child child = fleet.child(fault.target());
        FakeClock clock = fleet.clock(fault.target());
        clock.move(Duration.ZERO);
        child.environment(clock.environment());
        child.kill();
        sleep(Duration.ofSeconds(8));
        Duration by = fault.variant() % 2 == 0 ? HOUR : HOUR.negated();
        clock.move(by);
        try {
            requireMoved(child, by);
            sleep(fault.lasts());
        } finally {
            clock.move(Duration.ZERO);
            child.environment(Map.of());
        }
    }

    private static void requireMoved(Child child, Duration by) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + CLOCK_MOVES_WITHIN.toNanos();
        for (Duration ahead = child.clockAhead();
                ahead.minus(by).abs().compareTo(CLOCK_DIFFERS_MAX) > 0;
                ahead = child.clockAhead()) {
            if (System.nanoTime() > deadline) {
                throw new IOException("the clock of " + child.name() + " is " + ahead + " ahead, not " + by);
            }
            sleep(Duration.ofMillis(500));
        }
    }

    private void cutNetwork(PlannedFault fault) throws InterruptedException {
        fleet.network(fault.target(), fault.variant() % 2 == 0 ? TcpProxy.Mode.SILENT : TcpProxy.Mode.BROKEN);
        try {
            sleep(fault.lasts());
        } finally {
            fleet.network(fault.target(), TcpProxy.Mode.OPEN);
        }
    }

    private static void sleep(Duration lasts) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(lasts.toMillis());
    }
}
