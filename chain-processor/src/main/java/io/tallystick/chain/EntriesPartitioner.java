// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain;

import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.topic.LedgerSettings;
import java.util.Map;
import org.apache.kafka.clients.producer.Partitioner;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.utils.Utils;

/**
 * Of the sequencer's producer: entries go where their chain lives. Records of other topics, if they name no partition, go where
 * Kafka would put them, which is the same rule.
 *
 * <p>A partitioner of the producer, not of the sink: Kafka Streams would look the topic up for it once more for each record.
 */
public final class EntriesPartitioner implements Partitioner {
    /** Producer setting: name of the entries topic. */
    static final String ENTRIES = "ledger.entries.topic";

    /** Producer setting: N; the brokers must say the same with every record. */
    static final String PARTITIONS = LedgerSettings.PARTITIONS;

    private String entries;
    private int configured;

    @Override
    public void configure(Map<String, ?> producer) {
        entries = (String) producer.get(ENTRIES);
        configured = (int) ConfigDef.parseType(PARTITIONS, producer.get(PARTITIONS), ConfigDef.Type.INT);
    }

    /** @throws LedgerIntegrityException if the entries topic has another number of partitions, or the record no key */
    @Override
    public int partition(String topic, Object key, byte[] keyBytes, Object value, byte[] valueBytes, Cluster cluster) {
        int partitions = cluster.partitionCountForTopic(topic);
        if (topic.equals(entries)) {
            requireConfigured(topic, partitions, configured);
        }
        if (keyBytes == null) {
            throw new LedgerIntegrityException("record without a chain and without a partition for " + topic);
        }
        return Utils.toPositive(Utils.murmur2(keyBytes)) % partitions;
    }

    static void requireConfigured(String topic, int partitions, int configured) {
        if (partitions != configured) {
            throw new LedgerIntegrityException(topic + " has " + partitions + " partitions, this ledger has "
                    + configured + ": somebody has changed the topic; every chain would move");
        }
    }

    @Override
    public void close() {}
}
