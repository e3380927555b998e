// SPDX-License-Identifier: Apache-2.0
package io.tallystick.topic;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
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
     * Creates those that do not exist and returns when all can be described. What exists stays as it is.
     *
     * @throws KafkaException if the cluster refuses one
     */
    void create(List<TopicSpec> specs, int replication) {
        create(specs, replication, new CreateTopicsOptions());
        awaitVisible(specs.stream().map(TopicSpec::name).toList());
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
            }
        });
        return found;
    }

    /**
     * What keeps a topic that exists from being a tenant's input topic: sentences; none if it can be. DESIGN.md section 4.
     */
    List<String> faultsOfInput(String name) {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, name);
        Config config = AdminAnswer.await(
                admin.describeConfigs(List.of(resource)).values().get(resource), "read the settings of " + name);
        List<String> faults = new ArrayList<>();
        String policy = config.get(TopicConfig.CLEANUP_POLICY_CONFIG).value();
        if (!policy.equals(TopicConfig.CLEANUP_POLICY_DELETE)) {
            faults.add("topic " + name + " has " + TopicConfig.CLEANUP_POLICY_CONFIG + "=" + policy
                    + ", which removes records from the middle; it must be delete");
        }
        String bytes = config.get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG).value();
        if (Integer.parseInt(bytes) < Topics.LARGE_RECORD_BYTES_MAX) {
            faults.add("topic " + name + " has " + TopicConfig.MAX_MESSAGE_BYTES_CONFIG + "=" + bytes
                    + ", so oversized records never arrive to be refused; it must be at least "
                    + Topics.LARGE_RECORD_BYTES_MAX);
        }
        return faults;
    }
}
