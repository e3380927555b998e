// SPDX-License-Identifier: Apache-2.0
package io.tallystick.topic;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.serde.LedgerSerdes;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** The operator's topic on a cluster. Each call has a client of its own: they are rare. */
public final class OperatorRecords implements OperatorTopic {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final LedgerSettings settings;

    /** @param settings the ledger whose topic it is */
    public OperatorRecords(LedgerSettings settings) {
        this.settings = settings;
    }

    @Override
    public Set<String> eventIds() {
        TopicPartition partition = new TopicPartition(settings.topics().in(Topics.OPERATOR), 0);
        Map<String, Object> properties = settings.kafkaClient(settings.topics().group("admin"));
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        properties.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) PATIENCE.toMillis());
        try (KafkaConsumer<String, byte[]> consumer =
                new KafkaConsumer<>(properties, new StringDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            return read(consumer, partition);
        }
    }

    private static Set<String> read(KafkaConsumer<String, byte[]> consumer, TopicPartition partition) {
        long end = consumer.endOffsets(List.of(partition)).get(partition);
        Set<String> ids = new HashSet<>();
        long position = consumer.position(partition);
        long progress = System.nanoTime();
        while (position < end) {
            for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
                Header id = record.headers().lastHeader("ce_id");
                if (id != null) {
                    ids.add(new String(id.value(), UTF_8));
                }
            }
            long reached = consumer.position(partition);
            if (reached > position) {
                position = reached;
                progress = System.nanoTime();
            } else if (System.nanoTime() - progress > PATIENCE.toNanos()) {
                throw new TimeoutException(
                        "no record of " + partition + " from offset " + position + " in " + PATIENCE);
            }
        }
        return ids;
    }

    @Override
    public void append(ProducerRecord<String, byte[]> event) {
        new AdminWriter(settings, new LedgerSerdes(settings.schemaRegistryUrl())).send(event);
    }
}
