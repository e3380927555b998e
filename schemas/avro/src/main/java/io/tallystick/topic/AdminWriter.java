// SPDX-License-Identifier: Apache-2.0
package io.tallystick.topic;

import io.tallystick.serde.LedgerSerdes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Writes an administrator's records with acks=all and returns when they are written. Outside a transaction: its markers would
 * be offsets of {@code ledger.in.operator} that no entry accounts for.
 */
final class AdminWriter {
    private final LedgerSettings settings;
    private final LedgerSerdes serdes;

    AdminWriter(LedgerSettings settings, LedgerSerdes serdes) {
        this.settings = settings;
        this.serdes = serdes;
    }

    /** @throws KafkaException if it cannot be written */
    void send(ProducerRecord<String, byte[]> record) {
        sendAll(List.of(record), new ByteArraySerializer());
    }

    /** In order. @throws KafkaException if one cannot be written */
    void sendAll(List<ProducerRecord<String, SpecificRecord>> records) {
        sendAll(records, serdes.records().serializer());
    }

    private <V> void sendAll(List<ProducerRecord<String, V>> records, Serializer<V> serializer) {
        Map<String, Object> properties = settings.kafkaClient(settings.topics().group("admin"));
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        try (Producer<String, V> producer = new KafkaProducer<>(properties, new StringSerializer(), serializer)) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            records.forEach(record -> sent.add(producer.send(record)));
            for (Future<RecordMetadata> one : sent) {
                one.get(AdminAnswer.TIMEOUT_SECONDS, TimeUnit.SECONDS);
            }
        } catch (ExecutionException | TimeoutException e) {
            throw new KafkaException("cannot write to " + records.get(0).topic() + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }
}
