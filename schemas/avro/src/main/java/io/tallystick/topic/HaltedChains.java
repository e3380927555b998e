// SPDX-License-Identifier: Apache-2.0
package io.tallystick.topic;

import io.tallystick.avro.ChainHalt;
import io.tallystick.entry.ChainId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** The marks of halted chains in {@code ledger.positions}, for an administrator. */
final class HaltedChains {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final LedgerSettings settings;
    private final Deserializer<SpecificRecord> deserializer;

    HaltedChains(LedgerSettings settings, Deserializer<SpecificRecord> deserializer) {
        this.settings = settings;
        this.deserializer = deserializer;
    }

    /**
     * Those of a tenant, by chain id.
     *
     * @throws TimeoutException if nothing of the topic comes for 20 seconds
     */
    List<ChainHalt> of(String tenant) {
        Map<String, Object> properties = settings.kafkaClient(settings.topics().group("admin"));
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        TopicPartition positions = new TopicPartition(settings.topics().positions(), 0);
        Map<String, ChainHalt> marks = new TreeMap<>();
        try (Consumer<String, SpecificRecord> consumer =
                new KafkaConsumer<>(properties, new StringDeserializer(), deserializer)) {
            consumer.assign(List.of(positions));
            consumer.seekToBeginning(List.of(positions));
            long end = consumer.endOffsets(List.of(positions)).get(positions);
            long progress = System.nanoTime();
            while (consumer.position(positions) < end) {
                ConsumerRecords<String, SpecificRecord> records = consumer.poll(POLL);
                records.forEach(record -> take(marks, record));
                if (!records.isEmpty()) {
                    progress = System.nanoTime();
                } else if (System.nanoTime() - progress > PATIENCE.toNanos()) {
                    throw new TimeoutException("no record of " + positions.topic() + " came within "
                            + PATIENCE.toSeconds() + " s; is a broker away?");
                }
            }
        }
        return marks.values().stream()
                .filter(mark -> ChainId.parse(mark.getChain()).tenant().equals(tenant))
                .toList();
    }

    /** The last value counts; none says that an operator has cleared the mark. */
    private static void take(Map<String, ChainHalt> marks, ConsumerRecord<String, SpecificRecord> record) {
        Topics.chainOfHaltKey(record.key()).ifPresent(chain -> {
            if (record.value() instanceof ChainHalt mark) {
                marks.put(chain, mark);
            } else {
                marks.remove(chain);
            }
        });
    }
}
