// SPDX-License-Identifier: Apache-2.0
package io.tallystick.topic;

import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Writes what must be written once. Whoever opens one fences whoever had it open: what is read after opening holds all
 * that an earlier owner has committed, and an earlier owner can commit nothing more. For one thread.
 */
final class ExclusiveWriter<V> implements AutoCloseable {
    private final Producer<String, V> producer;

    /** @param task names the transactional id; one owner at a time */
    ExclusiveWriter(LedgerSettings settings, String task, Serializer<V> serializer) {
        String id = settings.topics().group("admin-" + task);
        Map<String, Object> properties = settings.kafkaClient(id);
        properties.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, id);
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        this.producer = new KafkaProducer<>(properties, new StringSerializer(), serializer);
        try {
            producer.initTransactions();
        } catch (KafkaException e) {
            producer.close();
            throw e;
        }
    }

    /**
     * Writes all records or none.
     *
     * @throws KafkaException if the cluster refuses, or another owner has taken over
     */
    @SuppressWarnings("FutureReturnValueIgnored") // commitTransaction throws what any of the sends has failed with
    void write(List<ProducerRecord<String, V>> records) {
        producer.beginTransaction();
        records.forEach(producer::send);
        producer.commitTransaction();
    }

    @Override
    public void close() {
        producer.close();
    }
}
