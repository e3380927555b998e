// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.decode;

import static java.util.Objects.requireNonNull;

import io.tallystick.entry.ChainId;

/**
 * A partition of a tenant's input topic: what a chain records, and from where.
 *
 * @param cluster id of the Kafka cluster
 * @param topic name of the topic; ends in {@code in.<tenant>}
 * @param topicId id of the topic as Kafka prints it; another one means the topic was created again
 * @param chain the chain; its partition is the topic's partition
 */
public record SourcePartition(String cluster, String topic, String topicId, ChainId chain) {
    public SourcePartition {
        requireNonNull(cluster);
        requireNonNull(topic);
        requireNonNull(topicId);
        requireNonNull(chain);
    }
}
