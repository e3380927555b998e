// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain;

import io.tallystick.topic.AdminAnswer;
import io.tallystick.topic.Compaction;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.streams.StreamsConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What this stage must find, or make, on the cluster before it starts. */
final class StageTopics {
    private static final Logger LOGGER = LoggerFactory.getLogger(StageTopics.class);

    private final String entries;
    private final String changelog;
    private final int partitions;
    private final short replication;

    StageTopics(ChainConfig config) {
        this.entries = config.ledger().topics().entries();
        this.changelog = config.applicationId() + "-" + SequencerState.NAME + "-changelog";
        this.partitions = config.ledger().partitions();
        this.replication =
                config.streams().getInt(StreamsConfig.REPLICATION_FACTOR_CONFIG).shortValue();
    }

    String changelog() {
        return changelog;
    }

    /**
     * Makes the changelog of the chain states if it is not there, with {@code replication.factor} replicas, else with as many
     * as the entries topic has. One that is there is given the compaction settings it should have.
     *
     * <p>Streams makes it only when its group rebalances. A static member that comes back causes no rebalance, so after the
     * topic was deleted it would wait for it for ever (seen with 4.3.1). An empty changelog is safe: the head guard rebuilds
     * the state, or refuses.
     *
     * @throws KafkaException if the cluster refuses
     */
    void ensureChangelog(Admin admin) {
        short replicas = replication > 0 ? replication : replicasOfEntries(admin);
        NewTopic topic = new NewTopic(changelog, partitions, replicas).configs(changelogSettings(replicas));
        try {
            AdminAnswer.await(admin.createTopics(List.of(topic)).all(), "create " + changelog);
        } catch (TopicExistsException e) {
            for (String changed : Compaction.ensure(admin, List.of(changelog))) {
                LOGGER.atInfo().addKeyValue("topic", changed).log("changelog found; compaction settings corrected");
            }
            return;
        }
        LOGGER.atWarn().addKeyValue("topic", changelog).log("changelog made; expected at a ledger's first start only");
    }

    /** No acknowledged state is lost with one broker, as no entry is. */
    static Map<String, String> changelogSettings(int replicas) {
        Map<String, String> settings = new HashMap<>(Compaction.SETTINGS);
        settings.put(TopicConfig.UNCLEAN_LEADER_ELECTION_ENABLE_CONFIG, "false");
        if (replicas >= 3) {
            settings.put(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG, "2");
        }
        return settings;
    }

    private short replicasOfEntries(Admin admin) {
        TopicDescription found = AdminAnswer.await(
                        admin.describeTopics(List.of(entries)).allTopicNames(), "read the replicas of " + entries)
                .get(entries);
        return (short) found.partitions().get(0).replicas().size();
    }
}
