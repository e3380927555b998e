// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.confluent.kafka.serializers.AbstractKafkaSchemaSerDeConfig;
import io.confluent.kafka.serializers.KafkaAvroSerializer;
import io.tallystick.avro.LedgerEvent;
import io.tallystick.topic.LedgerSettings;
import io.tallystick.topic.Topics;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Sends the sample as three upstream systems would, with Kafka's and Confluent's own clients. */
final class SampleProducer implements AutoCloseable {
    private final LedgerSettings settings;
    private final Producer<byte[], byte[]> producer;
    private final KafkaAvroSerializer avro = new KafkaAvroSerializer();

    /**
     * What a tenant produced.
     *
     * @param good records the ledger should accept
     * @param bad records it should refuse
     */
    record Produced(SampleData.Tenant tenant, int good, int bad) {
        int all() {
            return good + bad;
        }
    }

    SampleProducer(LedgerSettings settings) {
        this.settings = settings;
        Map<String, Object> properties = settings.kafkaClient("sample-producer");
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        properties.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Topics.LARGE_RECORD_BYTES_MAX);
        this.producer = new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
        avro.configure(
                Map.of(AbstractKafkaSchemaSerDeConfig.SCHEMA_REGISTRY_URL_CONFIG, settings.schemaRegistryUrl()), false);
    }

    /** Sends a tenant's events, its bad records spread among them, and waits for the broker to have them all. */
    Produced produce(SampleData.Tenant tenant) throws IOException, InterruptedException {
        String topic = settings.topics().in(tenant.tenant());
        List<ProducerRecord<byte[], byte[]>> good = good(tenant, topic);
        List<ProducerRecord<byte[], byte[]>> bad = SampleData.bad(tenant, topic);
        List<ProducerRecord<byte[], byte[]>> all = new ArrayList<>(good);
        for (int i = 0; i < bad.size(); i++) {
            all.add((i + 1) * good.size() / (bad.size() + 1), bad.get(i));
        }
        List<Future<?>> sent = new ArrayList<>();
        all.forEach(record -> sent.add(producer.send(record)));
        for (Future<?> one : sent) {
            await(one, topic);
        }
        return new Produced(tenant, good.size(), bad.size());
    }

    private List<ProducerRecord<byte[], byte[]>> good(SampleData.Tenant tenant, String topic) throws IOException {
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (byte[] line : SampleData.lines(tenant)) {
            int number = records.size();
            records.add(
                    switch (tenant.tenant()) {
                        case "acme" -> SampleData.plain(topic, number % tenant.partitions(), line);
                        case "globex" -> SampleData.cloudEvent(topic, number, line);
                        default -> new ProducerRecord<>(topic, 0, null, avro.serialize(topic, event(number, line)));
                    });
        }
        return records;
    }

    private static LedgerEvent event(int number, byte[] line) {
        return LedgerEvent.newBuilder()
                .setId("kev-" + number)
                .setType("com.example.vulnerability.known-exploited")
                .setProducer("initech/vulnerability-feed")
                .setPayload(ByteBuffer.wrap(line))
                .build();
    }

    private static void await(Future<?> sent, String topic) throws InterruptedException {
        try {
            sent.get();
        } catch (ExecutionException e) {
            throw new KafkaException("cannot write to " + topic, e.getCause());
        }
    }

    @Override
    public void close() {
        producer.close();
        avro.close();
    }
}
