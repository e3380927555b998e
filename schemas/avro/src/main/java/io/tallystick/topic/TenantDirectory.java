// SPDX-License-Identifier: Apache-2.0
package io.tallystick.topic;

import io.tallystick.json.JsonException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * A copy of {@code ledger.tenants} in memory, brought up to date on demand.
 *
 * <p>For one thread. Reads only what is new since the last {@link #refresh}.
 */
public final class TenantDirectory implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(200);

    private final TopicPartition partition;
    private final Consumer<String, byte[]> consumer;
    private final Map<String, TenantDescriptor> tenants = new HashMap<>();

    /** @param settings the ledger whose tenants are read */
    public TenantDirectory(LedgerSettings settings) {
        Map<String, Object> properties = settings.kafkaClient(settings.topics().group("tenants"));
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        this.partition = new TopicPartition(settings.topics().tenants(), 0);
        this.consumer = new KafkaConsumer<>(properties, new StringDeserializer(), new ByteArrayDeserializer());
        consumer.assign(List.of(partition));
        consumer.seekToBeginning(List.of(partition));
    }

    /**
     * Reads to the present end of the topic.
     *
     * @return all tenants by id; a copy
     * @throws LedgerIntegrityException if a descriptor cannot be read
     */
    public Map<String, TenantDescriptor> refresh() {
        long end = consumer.endOffsets(List.of(partition)).get(partition);
        while (consumer.position(partition) < end) {
            consumer.poll(POLL).forEach(this::take);
        }
        return Map.copyOf(tenants);
    }

    /**
     * A tenant, reading what is new only if it is not known yet.
     *
     * @throws LedgerIntegrityException if a descriptor cannot be read
     */
    public Optional<TenantDescriptor> find(String tenant) {
        if (!tenants.containsKey(tenant)) {
            refresh();
        }
        return Optional.ofNullable(tenants.get(tenant));
    }

    private void take(ConsumerRecord<String, byte[]> record) {
        if (record.value() == null) {
            tenants.remove(record.key());
            return;
        }
        try {
            tenants.put(record.key(), TenantDescriptor.parse(record.value()));
        } catch (JsonException | IllegalArgumentException e) {
            throw new LedgerIntegrityException(
                    "tenant descriptor at " + partition + " offset " + record.offset() + " cannot be read: "
                            + e.getMessage(),
                    e);
        }
    }

    @Override
    public void close() {
        consumer.close();
    }
}
