// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain;

import io.tallystick.avro.ChainHalt;
import io.tallystick.chain.recover.PartitionRebuild.Rebuilt;
import io.tallystick.chain.sequence.ChainState;
import io.tallystick.chain.sequence.ChainStateCodec;
import io.tallystick.chain.sequence.HaltMarks;
import io.tallystick.chain.sequence.PartitionStateCodec;
import io.tallystick.topic.LedgerSettings;
import io.tallystick.topic.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Puts rebuilt state where a task restores its store from, in the form the store writes. */
final class ChangelogWriter {
    private static final Duration TRANSACTION_MAX = Duration.ofMinutes(5);

    private final LedgerSettings ledger;
    private final String changelog;
    private final String client;
    private final Duration pendingMax;
    private final Serializer<SpecificRecord> records;

    ChangelogWriter(ChainConfig config, String changelog, Serializer<SpecificRecord> records) {
        this.ledger = config.ledger();
        this.changelog = changelog;
        this.records = records;
        this.client = config.applicationId() + "-recover";
        this.pendingMax = CommittedRecords.pendingMax(config.transactionTimeout());
    }

    /**
     * Replaces what the changelog holds, in one transaction: all of it or nothing.
     *
     * @param partitions state of each partition, in order
     * @param marks what becomes of marks in the positions topic
     * @return number of keys that are not in the rebuilt state and were deleted
     * @throws KafkaException if the cluster refuses, or another recovery has taken over
     */
    @SuppressWarnings("FutureReturnValueIgnored") // commitTransaction throws what any of the sends has failed with
    long write(List<Rebuilt> partitions, HaltMarks.Changed marks) {
        long deleted = 0;
        List<Set<String>> before = keys(partitions.size());
        try (Producer<String, byte[]> producer = producer()) {
            producer.initTransactions();
            producer.beginTransaction();
            for (int partition = 0; partition < partitions.size(); partition++) {
                Rebuilt rebuilt = partitions.get(partition);
                Set<String> stale = before.get(partition);
                for (Map.Entry<String, ChainState> chain :
                        rebuilt.chains().all().entrySet()) {
                    byte[] stored = ChainStateCodec.encode(chain.getValue());
                    producer.send(new ProducerRecord<>(changelog, partition, chain.getKey(), stored));
                    stale.remove(chain.getKey());
                }
                byte[] whole = PartitionStateCodec.encode(rebuilt.whole());
                producer.send(new ProducerRecord<>(changelog, partition, SequencerState.PARTITION, whole));
                stale.remove(SequencerState.PARTITION);
                for (String key : stale) {
                    producer.send(new ProducerRecord<>(changelog, partition, key, null));
                }
                deleted += stale.size();
            }
            String positions = ledger.topics().positions();
            for (ChainHalt mark : marks.renewed()) {
                byte[] value = records.serialize(positions, mark);
                producer.send(new ProducerRecord<>(positions, 0, Topics.haltKey(mark.getChain()), value));
            }
            for (ChainHalt mark : marks.ended()) {
                producer.send(new ProducerRecord<>(positions, 0, Topics.haltKey(mark.getChain()), null));
            }
            producer.commitTransaction();
        }
        return deleted;
    }

    /** Read before the transaction begins, which reading could outlast. */
    private List<Set<String>> keys(int partitions) {
        try (CommittedRecords<byte[]> reader =
                new CommittedRecords<>(ledger.kafkaClient(client), new ByteArrayDeserializer(), pendingMax)) {
            List<Set<String>> keys = new ArrayList<>();
            for (int partition = 0; partition < partitions; partition++) {
                keys.add(keys(reader, new TopicPartition(changelog, partition)));
            }
            return keys;
        }
    }

    private static Set<String> keys(CommittedRecords<byte[]> reader, TopicPartition partition) {
        Set<String> keys = new HashSet<>();
        reader.read(partition, reader.begin(partition), reader.end(partition), record -> {
            if (record.value() == null) {
                keys.remove(record.key());
            } else {
                keys.add(record.key());
            }
        });
        return keys;
    }

    private Producer<String, byte[]> producer() {
        Map<String, Object> properties = ledger.kafkaClient(client);
        properties.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, client);
        properties.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, (int) TRANSACTION_MAX.toMillis());
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        return new KafkaProducer<>(properties, new StringSerializer(), new ByteArraySerializer());
    }
}
