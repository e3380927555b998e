// SPDX-License-Identifier: Apache-2.0
package io.tallystick.topic;

import java.util.Set;
import org.apache.kafka.clients.producer.ProducerRecord;

/** {@code ledger.in.operator} as an administrator sees it who must not tell a thing twice. */
public interface OperatorTopic {
    /**
     * Ids of the events that are there; those that retention removed are not.
     *
     * @throws org.apache.kafka.common.KafkaException if the topic cannot be read
     */
    Set<String> eventIds();

    /**
     * Writes an event, with acks=all.
     *
     * @throws org.apache.kafka.common.KafkaException if it cannot be written, or it is not known whether it is
     */
    void append(ProducerRecord<String, byte[]> event);
}
