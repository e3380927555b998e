// SPDX-License-Identifier: Apache-2.0
package io.tallystick.topic;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.TopicConfig;

/**
 * How a topic is created.
 *
 * @param name full name
 * @param partitions at least 1
 * @param settings what differs from the settings all ledger topics share
 */
record TopicSpec(String name, int partitions, Map<String, String> settings) {
    TopicSpec {
        settings = Map.copyOf(settings);
    }

    NewTopic newTopic(short replication) {
        Map<String, String> all = new HashMap<>();
        all.put(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_DELETE);
        all.put(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG, replication >= 3 ? "2" : "1");
        all.put(TopicConfig.UNCLEAN_LEADER_ELECTION_ENABLE_CONFIG, "false");
        all.putAll(settings);
        return new NewTopic(name, partitions, replication).configs(all);
    }
}
