// SPDX-License-Identifier: Apache-2.0
package io.tallystick.topic;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;

/**
 * Settings of every compacted topic and changelog of the ledger.
 *
 * <p>They are read in full when a stage starts, so their length is a start's time. Kafka never compacts the segment that is
 * written to, and by its defaults closes one only after 1 GiB or a week.
 */
public final class Compaction {
    /** Topic settings by name: compacted soon, so that the log stays near the size of what it holds. */
    public static final Map<String, String> SETTINGS = Map.of(
            TopicConfig.CLEANUP_POLICY_CONFIG,
            TopicConfig.CLEANUP_POLICY_COMPACT,
            TopicConfig.SEGMENT_BYTES_CONFIG,
            Integer.toString(16 * 1024 * 1024),
            TopicConfig.SEGMENT_MS_CONFIG,
            Integer.toString(10 * 60 * 1000),
            TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG,
            "0.1");

    private Compaction() {}

    /**
     * Gives topics that exist these settings; their other settings stay.
     *
     * @param admin of the cluster
     * @param topics full names
     * @return those that had others
     * @throws KafkaException if the cluster refuses, or a topic does not exist
     */
    public static List<String> ensure(Admin admin, Collection<String> topics) {
        List<ConfigResource> resources = topics.stream()
                .map(topic -> new ConfigResource(ConfigResource.Type.TOPIC, topic))
                .toList();
        Map<ConfigResource, Config> found =
                AdminAnswer.await(admin.describeConfigs(resources).all(), "read the settings of " + topics);
        Map<ConfigResource, Collection<AlterConfigOp>> changes = new HashMap<>();
        found.forEach((resource, config) -> {
            List<AlterConfigOp> different = different(config);
            if (!different.isEmpty()) {
                changes.put(resource, different);
            }
        });
        if (!changes.isEmpty()) {
            AdminAnswer.await(admin.incrementalAlterConfigs(changes).all(), "change the settings of " + topics);
        }
        return changes.keySet().stream().map(ConfigResource::name).sorted().toList();
    }

    static List<AlterConfigOp> different(Config config) {
        List<AlterConfigOp> changes = new ArrayList<>();
        SETTINGS.forEach((name, value) -> {
            ConfigEntry entry = config.get(name);
            if (entry == null || !value.equals(entry.value())) {
                changes.add(new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET));
            }
        });
        return changes;
    }
}
