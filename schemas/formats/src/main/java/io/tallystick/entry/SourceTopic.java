// SPDX-License-Identifier: Apache-2.0
package io.tallystick.entry;

import java.util.regex.Pattern;

/**
 * The partition a chain is fed from.
 *
 * @param cluster id of the Kafka cluster, 1 to 255 bytes of JCS text without control characters
 * @param topic name of the topic, which ends in {@code in.<tenant>}; 1 to 249 of A-Z a-z 0-9 . _ -
 * @param topicId the topic's id as Kafka prints it: 22 characters of base64url
 * @param partition 0-based; that of the chain
 */
public record SourceTopic(String cluster, String topic, String topicId, int partition) {
    private static final int CLUSTER_BYTES_MAX = 255;
    private static final Pattern TOPIC = Pattern.compile("[A-Za-z0-9._-]{1,249}");
    private static final Pattern TOPIC_ID = Pattern.compile("[A-Za-z0-9_-]{22}");

    public SourceTopic {
        Attributes.require("cluster", cluster, CLUSTER_BYTES_MAX);
        if (cluster.isEmpty()) {
            throw new IllegalArgumentException("cluster is empty");
        }
        if (!TOPIC.matcher(topic).matches()) {
            throw new IllegalArgumentException("not a topic name: '" + topic + "'");
        }
        if (!TOPIC_ID.matcher(topicId).matches()) {
            throw new IllegalArgumentException("not a topic id: '" + topicId + "'");
        }
        if (partition < 0 || partition > ChainId.PARTITION_MAX) {
            throw new IllegalArgumentException("partition " + partition + " is not in 0.." + ChainId.PARTITION_MAX);
        }
    }
}
