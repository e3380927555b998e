// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import io.micrometer.core.instrument.Measurement;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallystick.avro.AdmittedEvent;
import io.tallystick.avro.LedgerEntry;
import io.tallystick.embedded.EmbeddedLedger;
import io.tallystick.serde.LedgerSerdes;
import io.tallystick.topic.LedgerAdmin;
import io.tallystick.topic.LedgerSettings;
import io.tallystick.topic.TenantDescriptor;
import io.tallystick.topic.TenantPolicies;
import io.tallystick.topic.Topics;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;

/** A ledger of its own on the shared broker: topics under a fresh prefix, producers and readers for what a test needs. */
final class TestLedger implements AutoCloseable {
    static final int PARTITIONS = 4;

    /** As designed, with short waits. */
    static final IngestTiming QUICK = new IngestTiming(
            Duration.ofSeconds(20),
            Duration.ofMillis(500),
            Duration.ofSeconds(1),
            Duration.ofMillis(200),
            Duration.ofMillis(300),
            Duration.ofMillis(1000));

    private final Map<String, Object> properties;
    private final AtomicReference<Throwable> fatal = new AtomicReference<>();
    final MeterRegistry meters = new SimpleMeterRegistry();
    final LedgerSettings settings;
    final Topics topics;
    final LedgerAdmin ledgerAdmin;
    final Admin admin;
    final Serde<SpecificRecord> serde;
    private final KafkaProducer<byte[], byte[]> producer;
    private final SchemaRegistryClient registry;

    TestLedger(EmbeddedLedger embedded) throws IOException {
        this(embedded, embedded.registryUrl());
    }

    /** @param ingestRegistryUrl where ingest looks for schemas */
    TestLedger(EmbeddedLedger embedded, String ingestRegistryUrl) throws IOException {
        this(embedded, embedded.bootstrapServers(), ingestRegistryUrl, Map.of(), Map.of());
    }

    /**
     * On a broker that denies what is not allowed, where ingest may do all to this ledger.
     *
     * @param ingestRegistryUrl where ingest looks for schemas
     */
    TestLedger(EmbeddedLedger embedded, GuardedBroker broker, String ingestRegistryUrl) throws IOException {
        this(
                embedded,
                broker.bootstrapServers(),
                ingestRegistryUrl,
                GuardedBroker.as(GuardedBroker.ADMIN),
                GuardedBroker.as(GuardedBroker.INGEST));
        broker.allow(admin, ResourceType.TOPIC, topics.ingest().replace("ingest", ""));
        broker.allow(admin, ResourceType.GROUP, topics.group(""));
    }

    private TestLedger(
            EmbeddedLedger embedded,
            String bootstrapServers,
            String ingestRegistryUrl,
            Map<String, Object> own,
            Map<String, Object> ingest)
            throws IOException {
        properties = new HashMap<>();
        own.forEach((key, value) -> properties.put(LedgerSettings.CLIENT_PREFIX + key, value));
        properties.put(LedgerSettings.BOOTSTRAP_SERVERS, bootstrapServers);
        properties.put(LedgerSettings.SCHEMA_REGISTRY_URL, embedded.registryUrl());
        properties.put(LedgerSettings.ORIGIN, "ledger.example.com");
        properties.put(LedgerSettings.PREFIX, embedded.newPrefix());
        properties.put(LedgerSettings.PARTITIONS, PARTITIONS);
        settings = new IngestConfig(properties).settings();
        topics = settings.topics();
        ledgerAdmin = new LedgerAdmin(settings);
        ledgerAdmin.init(1);
        admin = Admin.create(settings.kafkaClient("test-admin"));
        serde = new LedgerSerdes(embedded.registryUrl()).records();
        registry = new CachedSchemaRegistryClient(embedded.registryUrl(), 100);
        Map<String, Object> client = settings.kafkaClient("test-producer");
        client.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Topics.LARGE_RECORD_BYTES_MAX);
        producer = new KafkaProducer<>(client, new ByteArraySerializer(), new ByteArraySerializer());
        properties.put(LedgerSettings.SCHEMA_REGISTRY_URL, ingestRegistryUrl);
        ingest.forEach((key, value) -> properties.put(LedgerSettings.CLIENT_PREFIX + key, value));
    }

    /** Ingest on this ledger; what stops it fails the test at {@link #close}. */
    IngestApplication ingest() {
        return ingest(QUICK);
    }

    IngestApplication ingest(IngestTiming timing) {
        IngestApplication application = new IngestApplication(
                new IngestConfig(properties), timing, meters, failure -> fatal.compareAndSet(null, failure));
        application.start();
        return application;
    }

    String tenant(String tenant, int partitions) {
        ledgerAdmin.createTenant(tenant, partitions, 1);
        return topics.in(tenant);
    }

    /** Produces a value with headers given as name, value, name, value. */
    RecordMetadata produce(String tenant, int partition, byte[] value, String... headers) {
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topics.in(tenant), partition, null, value);
        for (int i = 0; i < headers.length; i += 2) {
            record.headers().add(headers[i], headers[i + 1].getBytes(UTF_8));
        }
        return send(record);
    }

    RecordMetadata send(ProducerRecord<byte[], byte[]> record) {
        try {
            return producer.send(record).get();
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError(e);
        }
    }

    /** Writes a record of ours to one of our topics. */
    void write(String topic, int partition, String key, SpecificRecord value) {
        byte[] bytes = serde.serializer().serialize(topic, value);
        send(new ProducerRecord<>(topic, partition, key == null ? null : key.getBytes(UTF_8), bytes));
    }

    /** Writes an entry where its chain lives. */
    void append(LedgerEntry entry) {
        write(topics.entries(), Topics.partitionOf(entry.getChain(), PARTITIONS), entry.getChain(), entry);
    }

    /** The tenant as it is described now. */
    TenantDescriptor descriptor(String tenant) {
        return ledgerAdmin.tenants().stream()
                .filter(found -> found.tenant().equals(tenant))
                .findFirst()
                .orElseThrow();
    }

    /** Describes the tenant anew. */
    void describe(TenantDescriptor descriptor) {
        send(new ProducerRecord<>(topics.tenants(), 0, descriptor.tenant().getBytes(UTF_8), descriptor.encode()));
    }

    /** Removes the tenant's descriptor. */
    void forget(String tenant) {
        send(new ProducerRecord<>(topics.tenants(), 0, tenant.getBytes(UTF_8), null));
    }

    void setState(String tenant, TenantDescriptor.State state) {
        TenantDescriptor now = descriptor(tenant);
        describe(new TenantDescriptor(
                tenant,
                state,
                now.topicIds(),
                now.blind(),
                now.revision(),
                now.policies(),
                now.transactional(),
                now.retention()));
    }

    /** Takes the topic of that name as the tenant's, whatever its id is now. */
    void rebind(String tenant) {
        TenantDescriptor now = descriptor(tenant);
        List<String> ids = new ArrayList<>(now.topicIds());
        ids.add(topicId(topics.in(tenant)));
        describe(new TenantDescriptor(
                tenant,
                now.state(),
                ids,
                now.blind(),
                now.revision(),
                now.policies(),
                now.transactional(),
                now.retention()));
    }

    void setPolicies(String tenant, TenantPolicies policies) {
        TenantDescriptor now = descriptor(tenant);
        describe(new TenantDescriptor(
                tenant,
                now.state(),
                now.topicIds(),
                now.blind(),
                now.revision() + 1,
                policies,
                now.transactional(),
                now.retention()));
    }

    String topicId(String topic) {
        return await(admin.describeTopics(List.of(topic)).allTopicNames())
                .get(topic)
                .topicId()
                .toString();
    }

    /** Deletes a tenant's input topic and creates another of the same name. */
    void recreate(String tenant, int partitions) {
        deleteInput(tenant);
        createInput(tenant, partitions);
    }

    /** Creates the input topic of a tenant that has none. */
    void createInput(String tenant, int partitions) {
        String topic = topics.in(tenant);
        // The name is free a moment after the deletion is answered.
        Awaitility.await().atMost(Duration.ofMinutes(3)).ignoreExceptions().until(() -> {
            await(admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1)))
                    .all());
            return true;
        });
        Awaitility.await().atMost(Duration.ofMinutes(3)).ignoreExceptions().until(() -> !topicId(topic)
                .isEmpty());
    }

    void deleteInput(String tenant) {
        await(admin.deleteTopics(List.of(topics.in(tenant))).all());
    }

    static <T> T await(KafkaFuture<T> future) {
        try {
            return future.get();
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError(e);
        }
    }

    KafkaProducer<String, byte[]> transactional(String id) {
        Map<String, Object> client = settings.kafkaClient(id);
        client.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, topics.group(id));
        KafkaProducer<String, byte[]> made =
                new KafkaProducer<>(client, new StringSerializer(), new ByteArraySerializer());
        made.initTransactions();
        return made;
    }

    int register(String subject, Schema schema) throws IOException, RestClientException {
        return registry.register(topics.group(subject), new AvroSchema(schema));
    }

    /** A specific record in the Confluent frame of this id. */
    static byte[] frame(int id, SpecificRecord record) {
        try {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.write(0);
            out.write(ByteBuffer.allocate(4).putInt(id).array());
            BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
            new SpecificDatumWriter<SpecificRecord>(record.getSchema()).write(record, encoder);
            encoder.flush();
            return out.toByteArray();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** All records of a topic, from its start. */
    List<ConsumerRecord<String, byte[]>> read(String topic) {
        Map<String, Object> client = settings.kafkaClient("test-reader");
        client.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        client.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        try (KafkaConsumer<String, byte[]> consumer =
                new KafkaConsumer<>(client, new StringDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(found -> new TopicPartition(topic, found.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
            while (partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
            }
            return records;
        }
    }

    /** Our records of one type in {@code ledger.ingest}, in the order of each partition, which is right for each chain. */
    <T extends SpecificRecord> List<T> messages(Class<T> type, String chain) {
        List<T> found = new ArrayList<>();
        for (ConsumerRecord<String, byte[]> record : read(topics.ingest())) {
            SpecificRecord value = serde.deserializer().deserialize(topics.ingest(), record.value());
            if (type.isInstance(value) && chain.equals(record.key())) {
                assertThat(record.partition()).isEqualTo(Topics.partitionOf(chain, PARTITIONS));
                found.add(type.cast(value));
            }
        }
        return found;
    }

    /** The values of all gauges and counters of this name, of any instance, by tenant. */
    double meter(String name, String tenant) {
        return meters.find(name).tag("tenant", tenant).meters().stream()
                .flatMap(meter -> StreamSupport.stream(meter.measure().spliterator(), false))
                .mapToDouble(Measurement::getValue)
                .sum();
    }

    /** How many of a tenant's records were refused, by code; of all instances that run. */
    Map<String, Integer> refused(String tenant) {
        return meters.find("ledger.ingest.rejected").tag("tenant", tenant).counters().stream()
                .collect(Collectors.toMap(
                        meter -> meter.getId().getTag("code"), meter -> (int) meter.count(), Integer::sum));
    }

    /** What a sequencer makes of the messages of a chain: no replays, no discontinuities. */
    List<AdmittedEvent> sequenced(String chain) {
        List<AdmittedEvent> accepted = new ArrayList<>();
        long next = 0;
        for (AdmittedEvent message : messages(AdmittedEvent.class, chain)) {
            if (message.getOffset() >= next && message.getFrom() <= next) {
                accepted.add(message);
                next = message.getOffset() + 1;
            }
        }
        return accepted;
    }

    @Override
    public void close() {
        producer.close();
        admin.close();
        ledgerAdmin.close();
        assertThat(fatal.get()).as("what stopped ingest").isNull();
    }
}
