// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain;

import io.tallystick.chain.recover.KnownSizes;
import io.tallystick.chain.sequence.ChainStateCodec;
import io.tallystick.entry.ChainId;
import io.tallystick.topic.AdminAnswer;
import io.tallystick.topic.LedgerIntegrityException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The sizes of the chains as the store's changelog has them, for whatever it may be worth. */
final class StoredSizes {
    private static final Logger LOGGER = LoggerFactory.getLogger(StoredSizes.class);
    private static final String BY = "the stage's changelog";

    private final ChainConfig config;
    private final String client;
    private final Admin admin;

    StoredSizes(ChainConfig config, String client, Admin admin) {
        this.config = config;
        this.client = client;
        this.admin = admin;
    }

    /** Adds what can be read; a changelog that is gone or damaged is why an operator is here. */
    void addTo(KnownSizes known) {
        String changelog = new StageTopics(config).changelog();
        try (CommittedRecords<byte[]> reader = new CommittedRecords<>(
                config.ledger().kafkaClient(client),
                new ByteArrayDeserializer(),
                CommittedRecords.pendingMax(config.transactionTimeout()))) {
            for (int partition : partitions(changelog)) {
                latest(reader, new TopicPartition(changelog, partition))
                        .forEach((chain, state) -> add(known, chain, state));
            }
        }
    }

    private Set<Integer> partitions(String changelog) {
        try {
            TopicDescription found = AdminAnswer.await(
                            admin.describeTopics(List.of(changelog)).allTopicNames(), "describe " + changelog)
                    .get(changelog);
            return found.partitions().stream()
                    .map(TopicPartitionInfo::partition)
                    .collect(Collectors.toCollection(TreeSet::new));
        } catch (UnknownTopicOrPartitionException e) {
            return Set.of();
        }
    }

    private static Map<String, byte[]> latest(CommittedRecords<byte[]> reader, TopicPartition partition) {
        Map<String, byte[]> latest = new HashMap<>();
        reader.read(partition, reader.begin(partition), reader.end(partition), record -> {
            if (record.value() == null || record.key().equals(SequencerState.PARTITION)) {
                latest.remove(record.key());
            } else {
                latest.put(record.key(), record.value());
            }
        });
        return latest;
    }

    private static void add(KnownSizes known, String chain, byte[] state) {
        try {
            known.seen(
                    chain, ChainStateCodec.decode(ChainId.parse(chain), state).size(), BY);
        } catch (LedgerIntegrityException | IllegalArgumentException e) {
            LOGGER.atWarn()
                    .addKeyValue("key", chain)
                    .addKeyValue("error", e.toString())
                    .log("the changelog has no chain's state there");
        }
    }
}
