// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.topic.AdminAnswer;
import io.tallystick.topic.LedgerSettings;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** How far the stages' consumer groups have come. */
final class GroupOffsets implements AutoCloseable {
    private final Admin admin;

    GroupOffsets(LedgerSettings settings) {
        this.admin = Admin.create(settings.kafkaClient(settings.topics().group("windows")));
    }

    /**
     * The committed offsets of a group; without partitions that have none.
     *
     * @throws org.apache.kafka.common.KafkaException if they cannot be read
     */
    Map<TopicPartition, OffsetAndMetadata> of(String group) {
        Map<TopicPartition, OffsetAndMetadata> committed = new HashMap<>(AdminAnswer.await(
                admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata(),
                "read the offsets of group " + group));
        committed.values().removeIf(offset -> offset == null);
        return committed;
    }

    @Override
    public void close() {
        admin.close();
    }
}
