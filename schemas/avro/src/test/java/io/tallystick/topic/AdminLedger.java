// SPDX-License-Identifier: Apache-2.0
package io.tallystick.topic;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import io.tallystick.avro.AdmittedEvent;
import io.tallystick.avro.ChainHalt;
import io.tallystick.embedded.EmbeddedLedger;
import io.tallystick.json.JsonException;
import io.tallystick.json.JsonObject;
import io.tallystick.json.JsonParser;
import io.tallystick.serde.LedgerSerdes;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** A fresh ledger on the embedded broker, without stages, and what its topics hold. */
final class AdminLedger implements AutoCloseable {
    static final int PARTITIONS = 4;

    final LedgerSettings settings;
    final Topics topics;
    final Admin admin;
    final TenantAdmin tenants;

    AdminLedger(EmbeddedLedger embedded) throws IOException {
        settings = settings(embedded, PARTITIONS);
        topics = settings.topics();
        try (LedgerAdmin ledger = new LedgerAdmin(settings)) {
            ledger.init(1);
        }
        admin = Admin.create(settings.kafkaClient("test-admin"));
        tenants = new TenantAdmin(settings);
    }

    /** Of a ledger on that broker that nobody has set up yet. */
    static LedgerSettings settings(EmbeddedLedger embedded, int partitions) {
        return new LedgerSettings(
                embedded.bootstrapServers(),
                embedded.registryUrl(),
                "ledger.example.com",
                new Topics(embedded.newPrefix()),
                partitions,
                Duration.ofMinutes(15),
                Duration.ofMinutes(1),
                Map.of());
    }

    /** An event of the ledger about its tenants. */
    record OperatorEvent(String type, JsonObject payload) {
        String text(String member) throws JsonException {
            return payload.string(member);
        }
    }

    /** All events about a tenant, oldest first. */
    List<OperatorEvent> events(String tenant) throws JsonException {
        List<OperatorEvent> events = new ArrayList<>();
        for (ConsumerRecord<String, byte[]> record : read(topics.in(Topics.OPERATOR), 1)) {
            JsonObject payload = JsonParser.parseObject(record.value(), 5);
            if (payload.string("tenant").equals(tenant)) {
                String type = new String(record.headers().lastHeader("ce_type").value(), UTF_8);
                events.add(new OperatorEvent(type, payload));
            }
        }
        return events;
    }

    /** All messages to the sequencers but ticks, partition by partition. */
    List<AdmittedEvent> admitted() {
        var deserializer =
                new LedgerSerdes(settings.schemaRegistryUrl()).records().deserializer();
        return read(topics.ingest(), PARTITIONS).stream()
                .map(record -> deserializer.deserialize(record.topic(), record.value()))
                .filter(AdmittedEvent.class::isInstance)
                .map(AdmittedEvent.class::cast)
                .toList();
    }

    String topicId(String tenant) throws ExecutionException, InterruptedException {
        String input = topics.in(tenant);
        return admin.describeTopics(List.of(input))
                .allTopicNames()
                .get()
                .get(input)
                .topicId()
                .toString();
    }

    /** Writes the mark of a halted chain, or takes it away, as the sequencer does. */
    void mark(String chain, ChainHalt halt) throws ExecutionException, InterruptedException {
        try (KafkaProducer<String, SpecificRecord> sequencer = new KafkaProducer<>(
                settings.kafkaClient("test-sequencer"),
                new StringSerializer(),
                new LedgerSerdes(settings.schemaRegistryUrl()).records().serializer())) {
            sequencer
                    .send(new ProducerRecord<>(topics.positions(), 0, Topics.haltKey(chain), halt))
                    .get();
        }
    }

    /** Deletes a tenant's input topic and creates it again, as a careless hand would. */
    void recreate(String tenant, int partitions) throws ExecutionException, InterruptedException {
        delete(topics.in(tenant));
        new ClusterTopics(admin)
                .create(
                        topics.tenantTopics(tenant, partitions).stream()
                                .filter(spec -> spec.name().equals(topics.in(tenant)))
                                .toList(),
                        1);
    }

    /** Returns when the broker knows the topic no more. */
    void delete(String topic) throws ExecutionException, InterruptedException {
        admin.deleteTopics(List.of(topic)).all().get();
        await().atMost(Duration.ofMinutes(2))
                .until(() -> new ClusterTopics(admin).find(List.of(topic)).isEmpty());
    }

    private Collection<ConsumerRecord<String, byte[]>> read(String topic, int partitions) {
        Map<String, Object> client = settings.kafkaClient("test-reader");
        client.put("auto.offset.reset", "none");
        List<ConsumerRecord<String, byte[]>> all = new ArrayList<>();
        try (KafkaConsumer<String, byte[]> consumer =
                new KafkaConsumer<>(client, new StringDeserializer(), new ByteArrayDeserializer())) {
            for (int partition = 0; partition < partitions; partition++) {
                TopicPartition one = new TopicPartition(topic, partition);
                consumer.assign(List.of(one));
                consumer.seekToBeginning(List.of(one));
                long end = consumer.endOffsets(List.of(one)).get(one);
                while (consumer.position(one) < end) {
                    consumer.poll(Duration.ofMillis(200)).forEach(all::add);
                }
            }
        }
        return all;
    }

    @Override
    public void close() {
        tenants.close();
        admin.close();
    }
}
