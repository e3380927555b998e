// SPDX-License-Identifier: Apache-2.0
package io.tallystick.topic;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.TopicConfig;

/**
 * How a topic is created, and what it must be like if it exists.
 *
 * @param name full name
 * @param partitions at least 1
 * @param settings what differs from the settings all ledger topics share
 */
record TopicSpec(String name, int partitions, Map<String, String> settings) {
    private static final String UNLIMITED = "-1";

    TopicSpec {
        settings = Map.copyOf(settings);
    }

    NewTopic newTopic(short replication) {
        return new NewTopic(name, partitions, replication).configs(settings(replication));
    }

    /** All settings it is created with, by name. */
    private Map<String, String> settings(int replication) {
        Map<String, String> all = new HashMap<>();
        all.put(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_DELETE);
        all.put(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG, replication >= 3 ? "2" : "1");
        all.put(TopicConfig.UNCLEAN_LEADER_ELECTION_ENABLE_CONFIG, "false");
        all.putAll(settings);
        return all;
    }

    /**
     * What another setting means for the ledger.
     *
     * @param found the setting as it is
     * @param expected what it must be, for people to read
     * @param value a value that will do
     */
    record Difference(String found, String expected, String value) {}

    /**
     * The settings of a topic that do not do, by name. What is stricter does; what only concerns speed and space is not looked
     * at.
     *
     * @param found all settings the topic has, the broker's defaults among them
     * @param replication replicas it has
     */
    Map<String, Difference> differences(Map<String, String> found, int replication) {
        Map<String, Difference> differences = new TreeMap<>();
        settings(replication).forEach((setting, wanted) -> {
            String is = String.valueOf(found.get(setting));
            expected(setting, wanted, is)
                    .ifPresent(expected -> differences.put(setting, new Difference(is, expected, wanted)));
        });
        return differences;
    }

    /** What it must be; empty if it does. */
    private static Optional<String> expected(String setting, String wanted, String is) {
        return switch (setting) {
            case TopicConfig.RETENTION_MS_CONFIG, TopicConfig.RETENTION_BYTES_CONFIG -> kept(wanted, is);
            case TopicConfig.MAX_MESSAGE_BYTES_CONFIG, TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG ->
                number(is) >= number(wanted) ? Optional.empty() : Optional.of("at least " + wanted);
            case TopicConfig.CLEANUP_POLICY_CONFIG,
                    TopicConfig.UNCLEAN_LEADER_ELECTION_ENABLE_CONFIG,
                    TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG ->
                is.equals(wanted) ? Optional.empty() : Optional.of(wanted);
            default -> Optional.empty();
        };
    }

    /** {@code -1} is for ever, and so is the largest number there is. */
    private static Optional<String> kept(String wanted, String is) {
        if (is.equals(UNLIMITED) || is.equals(Long.toString(Long.MAX_VALUE))) {
            return Optional.empty();
        }
        if (wanted.equals(UNLIMITED)) {
            return Optional.of(UNLIMITED);
        }
        return number(is) >= number(wanted) ? Optional.empty() : Optional.of("at least " + wanted + ", or -1");
    }

    /** A setting the broker does not tell is too low for everything. */
    private static long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            return Long.MIN_VALUE;
        }
    }
}
