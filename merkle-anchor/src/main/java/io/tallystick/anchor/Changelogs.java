// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import io.tallystick.topic.AdminAnswer;
import io.tallystick.topic.Compaction;
import io.tallystick.topic.Topics;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.CreateTopicsResult;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the changelogs that are not there, as safe as the ledger's own topics.
 *
 * <p>Streams makes them only when its group rebalances. A static member that comes back causes no rebalance, so after a
 * changelog was deleted it would wait for it for ever. An empty changelog is safe: what it does not hold is rebuilt.
 */
final class Changelogs {
    private static final Logger LOGGER = LoggerFactory.getLogger(Changelogs.class);

    private final Admin admin;
    private final Topics topics;

    Changelogs(Admin admin, Topics topics) {
        this.admin = admin;
        this.topics = topics;
    }

    /** Replicas that the topic of heads has, and so all the ledger's topics. */
    int replication() {
        return AdminAnswer.await(
                        admin.describeTopics(List.of(topics.heads()))
                                .topicNameValues()
                                .get(topics.heads()),
                        "describe " + topics.heads())
                .partitions()
                .get(0)
                .replicas()
                .size();
    }

    /**
     * Makes those of the trees and of the registry. Those that are there are given the compaction settings they should have.
     *
     * @param partitions N, which are the tasks of the trees
     * @param replication replicas of each
     * @throws KafkaException if the cluster refuses
     */
    void ensure(int partitions, int replication) {
        List<NewTopic> wanted = new ArrayList<>();
        for (String store : List.of(TreesTopology.TREES, TreesTopology.CLOCK)) {
            wanted.add(changelog(TreesTopology.STAGE, store, partitions, replication));
        }
        for (String store : List.of(RegistryTopology.STATE, RegistryTopology.HEADS)) {
            wanted.add(changelog(RegistryTopology.STAGE, store, 1, replication));
        }
        List<String> found = new ArrayList<>();
        CreateTopicsResult created = admin.createTopics(wanted);
        for (NewTopic topic : wanted) {
            try {
                AdminAnswer.await(created.values().get(topic.name()), "create " + topic.name());
                LOGGER.atWarn()
                        .addKeyValue("topic", topic.name())
                        .log("changelog made; expected at a ledger's first start only");
            } catch (TopicExistsException e) {
                found.add(topic.name());
            }
        }
        for (String changed : Compaction.ensure(admin, found)) {
            LOGGER.atInfo().addKeyValue("topic", changed).log("changelog found; compaction settings corrected");
        }
    }

    private NewTopic changelog(String stage, String store, int partitions, int replication) {
        return new NewTopic(topics.group(stage) + "-" + store + "-changelog", partitions, (short) replication)
                .configs(settings(replication));
    }

    static Map<String, String> settings(int replication) {
        Map<String, String> settings = new HashMap<>(Compaction.SETTINGS);
        settings.put(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG, minInSync(replication));
        settings.put(TopicConfig.UNCLEAN_LEADER_ELECTION_ENABLE_CONFIG, "false");
        return settings;
    }

    /** As for the ledger's topics: one replica may be away. */
    static String minInSync(int replication) {
        return replication >= 3 ? "2" : "1";
    }
}
