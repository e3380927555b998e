// SPDX-License-Identifier: Apache-2.0
package io.tallystick.topic;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.PartitionReassignment;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Topics of a cluster, as an administrator sees them. */
final class ClusterTopics {
    private static final Logger LOGGER = LoggerFactory.getLogger(ClusterTopics.class);
    private static final long VISIBLE_POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final Admin admin;

    ClusterTopics(Admin admin) {
        this.admin = admin;
    }

    /**
     * Creates those that do not exist, and returns when all can be described and each new one can be written. What exists stays
     * as it is.
     *
     * @throws KafkaException if the cluster refuses one
     */
    void create(List<TopicSpec> specs, int replication) {
        List<String> existing = create(specs, replication, new CreateTopicsOptions());
        awaitVisible(specs.stream().map(TopicSpec::name).toList());
        awaitLeaders(specs.stream()
                .filter(spec -> !existing.contains(spec.name()))
                .flatMap(spec -> IntStream.range(0, spec.partitions())
                        .mapToObj(partition -> new TopicPartition(spec.name(), partition)))
                .toList());
    }

    /**
     * Asks the cluster whether it would create them; creates nothing.
     *
     * @return the names of those that exist
     * @throws KafkaException if the cluster would refuse one
     */
    List<String> validate(List<TopicSpec> specs, int replication) {
        return create(specs, replication, new CreateTopicsOptions().validateOnly(true));
    }

    private List<String> create(List<TopicSpec> specs, int replication, CreateTopicsOptions options) {
        Map<String, KafkaFuture<Void>> created = admin.createTopics(
                        specs.stream()
                                .map(spec -> spec.newTopic((short) replication))
                                .toList(),
                        options)
                .values();
        List<String> existing = new ArrayList<>();
        for (Map.Entry<String, KafkaFuture<Void>> topic : created.entrySet()) {
            try {
                AdminAnswer.await(topic.getValue(), "create topic " + topic.getKey());
            } catch (TopicExistsException e) {
                // Set up before, perhaps by a run that ended half-way. What it must be like is checked by the caller.
                LOGGER.atDebug().addKeyValue("topic", topic.getKey()).log("topic exists");
                existing.add(topic.getKey());
            }
        }
        return existing;
    }

    /** A created topic can be unknown to a broker for a moment. */
    private void awaitVisible(List<String> names) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(AdminAnswer.TIMEOUT_SECONDS);
        while (true) {
            try {
                describe(names);
                return;
            } catch (UnknownTopicOrPartitionException e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
                LockSupport.parkNanos(VISIBLE_POLL_NANOS);
            }
        }
    }

    /**
     * A leader that has been named can refuse records yet. An idempotent producer's first batch must not meet that: its second
     * one may be taken before the first is sent again, which from then on is out of order, and is refused until it expires.
     */
    private void awaitLeaders(List<TopicPartition> partitions) {
        // Its leader answers for a partition, and the client asks again until it does.
        AdminAnswer.await(
                admin.listOffsets(partitions.stream()
                                .collect(Collectors.toMap(Function.identity(), partition -> OffsetSpec.latest())))
                        .all(),
                "find the leaders of new topics");
    }

    /** @throws UnknownTopicOrPartitionException if one does not exist */
    Map<String, TopicDescription> describe(Collection<String> names) {
        return AdminAnswer.await(admin.describeTopics(names).allTopicNames(), "describe topics " + names);
    }

    /** Those of the topics that exist. */
    Map<String, TopicDescription> find(Collection<String> names) {
        Map<String, TopicDescription> found = new HashMap<>();
        admin.describeTopics(names).topicNameValues().forEach((name, answer) -> {
            try {
                found.put(name, AdminAnswer.await(answer, "describe topic " + name));
            } catch (UnknownTopicOrPartitionException e) {
                LOGGER.atDebug().addKeyValue("topic", name).log("topic does not exist");
            } catch (AuthorizationException e) {
                throw notAllowed(names, e);
            }
        });
        return found;
    }

    /**
     * As {@link #faults}, of topics that exist or were just created: a broker that does not know one yet is asked again.
     *
     * @throws KafkaException as there
     */
    List<TopicFault> faultsOfCreated(List<TopicSpec> specs, String brokers) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(AdminAnswer.TIMEOUT_SECONDS);
        while (true) {
            List<TopicFault> faults = faults(specs, brokers);
            if (faults.stream().noneMatch(fault -> fault.setting().equals(TopicFault.MISSING))
                    || System.nanoTime() > deadline) {
                return faults;
            }
            LockSupport.parkNanos(VISIBLE_POLL_NANOS);
        }
    }

    /**
     * What keeps topics from being what they must be; in the order of {@code specs}, none if all is well.
     *
     * @param brokers for the commands that mend it
     * @throws KafkaException if the cluster does not answer, or forbids to look
     */
    List<TopicFault> faults(List<TopicSpec> specs, String brokers) {
        List<String> names = specs.stream().map(TopicSpec::name).toList();
        Map<String, TopicDescription> topics = find(names);
        Map<String, Map<String, String>> settings = settings(topics.keySet());
        Map<String, Integer> replicas = replicas(topics.values());
        List<TopicFault> faults = new ArrayList<>();
        for (TopicSpec spec : specs) {
            TopicDescription topic = topics.get(spec.name());
            if (topic == null) {
                faults.add(missing(spec));
                continue;
            }
            if (topic.partitions().size() != spec.partitions()) {
                faults.add(wrongPartitions(spec, topic.partitions().size()));
            }
            faults.addAll(wrongSettings(spec, settings.get(spec.name()), replicas.get(spec.name()), brokers));
        }
        return faults;
    }

    private static TopicFault missing(TopicSpec spec) {
        return new TopicFault(
                spec.name(),
                TopicFault.MISSING,
                "missing",
                "there",
                "is " + LedgerSettings.PREFIX
                        + " right? If the ledger was set up, bring the topic back; if it was not, run 'tally init'");
    }

    private static TopicFault wrongPartitions(TopicSpec spec, int found) {
        return new TopicFault(
                spec.name(),
                TopicFault.PARTITIONS,
                Integer.toString(found),
                Integer.toString(spec.partitions()),
                spec.partitions() == 1
                        ? "it never has more; it must be made anew with 1 before the ledger is set up"
                        : LedgerSettings.PARTITIONS
                                + " must have the value the ledger was set up with, it never changes");
    }

    /** One command mends all settings of a topic. */
    private static List<TopicFault> wrongSettings(
            TopicSpec spec, Map<String, String> found, int replicas, String brokers) {
        Map<String, TopicSpec.Difference> differences = spec.differences(found, replicas);
        String values = differences.entrySet().stream()
                .map(difference ->
                        difference.getKey() + "=" + difference.getValue().value())
                .collect(Collectors.joining(","));
        String command = "kafka-configs.sh --bootstrap-server " + brokers
                + " --alter --entity-type topics --entity-name " + spec.name() + " --add-config " + values;
        return differences.entrySet().stream()
                .map(difference -> new TopicFault(
                        spec.name(),
                        difference.getKey(),
                        difference.getValue().found(),
                        difference.getValue().expected(),
                        command))
                .toList();
    }

    /** Those that have fewer replicas than wanted. */
    List<TopicFault> replicaFaults(List<TopicSpec> specs, int replication) {
        List<TopicFault> faults = new ArrayList<>();
        Collection<TopicDescription> topics =
                find(specs.stream().map(TopicSpec::name).toList()).values();
        replicas(topics).forEach((name, found) -> {
            if (found < replication) {
                faults.add(new TopicFault(
                        name,
                        TopicFault.REPLICAS,
                        Integer.toString(found),
                        "at least " + replication,
                        "give it more with kafka-reassign-partitions.sh, or ask for " + found + " with --replication"));
            }
        });
        return faults;
    }

    /** How many replicas each of the topics has, by name; of its partitions the one with the fewest counts. */
    Map<String, Integer> replicas(Collection<TopicDescription> topics) {
        Map<TopicPartition, PartitionReassignment> moving = reassignments(topics);
        Map<String, Integer> replicas = new HashMap<>();
        for (TopicDescription topic : topics) {
            int fewest = topic.partitions().stream()
                    .mapToInt(partition -> Optional.ofNullable(
                                    moving.get(new TopicPartition(topic.name(), partition.partition())))
                            .map(ClusterTopics::settled)
                            .orElse(partition.replicas().size()))
                    .min()
                    .orElse(0);
            replicas.put(topic.name(), fewest);
        }
        return replicas;
    }

    /**
     * While replicas move, a partition is described with those that come and those that go. It had some before and will have
     * some after: whichever are fewer hold its records for certain.
     */
    static int settled(PartitionReassignment moving) {
        int all = moving.replicas().size();
        return Math.min(
                all - moving.addingReplicas().size(),
                all - moving.removingReplicas().size());
    }

    /** None where it is forbidden to ask: that takes Describe on the cluster. */
    private Map<TopicPartition, PartitionReassignment> reassignments(Collection<TopicDescription> topics) {
        Set<TopicPartition> partitions = topics.stream()
                .flatMap(topic -> topic.partitions().stream()
                        .map(partition -> new TopicPartition(topic.name(), partition.partition())))
                .collect(Collectors.toSet());
        try {
            return AdminAnswer.await(
                    admin.listPartitionReassignments(partitions).reassignments(), "ask which replicas move");
        } catch (AuthorizationException e) {
            LOGGER.atDebug()
                    .addKeyValue("error", e.toString())
                    .log("replicas that move are counted as they are described");
            return Map.of();
        }
    }

    private static KafkaException notAllowed(Collection<String> names, AuthorizationException cause) {
        return new KafkaException(
                "not allowed to look at the ledger's topics: every stage checks them when it starts and needs Describe and"
                        + " DescribeConfigs on each of " + names,
                cause);
    }

    private Map<String, Map<String, String>> settings(Collection<String> names) {
        List<ConfigResource> resources = names.stream()
                .map(name -> new ConfigResource(ConfigResource.Type.TOPIC, name))
                .toList();
        Map<ConfigResource, Config> found;
        try {
            found = AdminAnswer.await(admin.describeConfigs(resources).all(), "read the settings of " + names);
        } catch (AuthorizationException e) {
            throw notAllowed(names, e);
        }
        Map<String, Map<String, String>> settings = new HashMap<>();
        found.forEach((resource, config) -> {
            Map<String, String> values = new HashMap<>();
            config.entries().forEach(entry -> values.put(entry.name(), entry.value()));
            settings.put(resource.name(), values);
        });
        return settings;
    }
}
