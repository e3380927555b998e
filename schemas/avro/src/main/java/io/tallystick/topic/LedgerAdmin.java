// SPDX-License-Identifier: Apache-2.0
package io.tallystick.topic;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.entry.LedgerTime;
import io.tallystick.json.Jcs;
import io.tallystick.json.JsonObject;
import io.tallystick.serde.LedgerSerdes;
import io.tallystick.tree.Hash;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sets up a ledger on a cluster, and its tenants. Every step may be repeated: what is there already stays as it is.
 *
 * <p>For one thread.
 */
public final class LedgerAdmin implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(LedgerAdmin.class);
    private static final long VISIBLE_POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long DEFAULT_RETENTION_DAYS = 2555;

    private final LedgerSettings settings;
    private final Topics topics;
    private final LedgerSerdes serdes;
    private final InstantSource clock;
    private final Admin admin;
    private final SecureRandom random = new SecureRandom();

    /** @param settings the ledger to work on */
    public LedgerAdmin(LedgerSettings settings) {
        this(settings, InstantSource.system());
    }

    /**
     * @param settings the ledger to work on
     * @param clock where a new ledger's clock starts
     */
    public LedgerAdmin(LedgerSettings settings, InstantSource clock) {
        this.settings = settings;
        this.topics = settings.topics();
        this.clock = clock;
        this.serdes = new LedgerSerdes(settings.schemaRegistryUrl());
        this.admin = Admin.create(settings.kafkaClient(topics.group("admin")));
    }

    /**
     * Creates the ledger's topics, registers its schemas, writes the {@code Init} records, commits offset 0 for its groups
     * and creates the tenant {@code operator}.
     *
     * @param replication replicas of each topic, 3 in production
     * @throws IOException if the schema registry cannot be reached
     * @throws KafkaException if the cluster refuses a step, or a topic exists with other partitions
     */
    public void init(int replication) throws IOException {
        createTopics(topics.ledgerTopics(settings.partitions()), replication);
        checkPartitions();
        serdes.register(topics.schemas());
        new InitRecords(settings, serdes, clock).write();
        commitGroups();
        createTenant(Topics.OPERATOR, 1, replication);
    }

    /**
     * Creates a tenant's topics and writes its descriptor.
     *
     * @param tenant id of the tenant
     * @param partitions partitions of its input topic, each of them a chain
     * @param replication replicas of each topic
     * @return the descriptor, as it was if the tenant existed
     * @throws KafkaException if the cluster refuses a step
     */
    public TenantDescriptor createTenant(String tenant, int partitions, int replication) {
        return createTenant(
                tenant,
                partitions,
                replication,
                new TenantDescriptor.Retention("standard", DEFAULT_RETENTION_DAYS),
                false);
    }

    /** As {@link #createTenant(String, int, int)}, with its retention and whether its producers use transactions. */
    public TenantDescriptor createTenant(
            String tenant,
            int partitions,
            int replication,
            TenantDescriptor.Retention retention,
            boolean transactional) {
        TenantDescriptor descriptor;
        try (ExclusiveWriter<byte[]> writer = new ExclusiveWriter<>(settings, "tenants", new ByteArraySerializer());
                TenantDirectory directory = new TenantDirectory(settings)) {
            TenantDescriptor existing = directory.refresh().get(tenant);
            if (existing != null) {
                return existing;
            }
            descriptor = describe(tenant, partitions, replication, retention, transactional);
            writer.write(List.of(new ProducerRecord<>(topics.tenants(), tenant, descriptor.encode())));
        }
        send(tenantCreated(descriptor));
        return descriptor;
    }

    /** Creates the topics; a tenant gets its blind here, once and for ever. */
    private TenantDescriptor describe(
            String tenant,
            int partitions,
            int replication,
            TenantDescriptor.Retention retention,
            boolean transactional) {
        createTopics(topics.tenantTopics(tenant, partitions), replication);
        String input = topics.in(tenant);
        byte[] blind = new byte[Hash.LENGTH];
        random.nextBytes(blind);
        return new TenantDescriptor(
                tenant,
                TenantDescriptor.State.ACTIVE,
                List.of(describe(List.of(input)).get(input).topicId().toString()),
                Hash.of(blind),
                1,
                TenantPolicies.DEFAULT,
                transactional,
                retention);
    }

    /** All tenants, the operator included, ascending by id. */
    public List<TenantDescriptor> tenants() {
        try (TenantDirectory directory = new TenantDirectory(settings)) {
            return directory.refresh().values().stream()
                    .sorted((a, b) -> a.tenant().compareTo(b.tenant()))
                    .toList();
        }
    }

    /**
     * Compares the broker's partition counts with {@code ledger.partitions}. Every stage calls this before it starts.
     *
     * @throws LedgerIntegrityException if a topic is missing or has another number of partitions
     */
    public void checkPartitions() {
        List<String> fixed = List.of(topics.ingest(), topics.entries(), topics.exports());
        Map<String, TopicDescription> found = describe(fixed);
        for (String topic : fixed) {
            int partitions = found.get(topic).partitions().size();
            if (partitions != settings.partitions()) {
                throw new LedgerIntegrityException("topic " + topic + " has " + partitions + " partitions but "
                        + LedgerSettings.PARTITIONS + " is " + settings.partitions()
                        + "; set it to the value the ledger was set up with, it never changes");
            }
        }
    }

    private ProducerRecord<String, byte[]> tenantCreated(TenantDescriptor descriptor) {
        RecordHeaders headers = new RecordHeaders();
        headers.add("ce_specversion", "1.0".getBytes(UTF_8));
        headers.add("ce_id", UUID.randomUUID().toString().getBytes(UTF_8));
        headers.add("ce_source", settings.origin().getBytes(UTF_8));
        headers.add("ce_type", "ledger.tenant.created".getBytes(UTF_8));
        headers.add(
                "ce_time",
                LedgerTime.format(clock.instant().truncatedTo(ChronoUnit.MILLIS))
                        .getBytes(UTF_8));
        headers.add("content-type", "application/json".getBytes(UTF_8));
        byte[] payload = Jcs.encode(JsonObject.builder()
                .put("retentionDays", descriptor.retention().days())
                .put("tenant", descriptor.tenant())
                .put("topicId", descriptor.topicId())
                .put("transactional", descriptor.transactional())
                .build());
        return new ProducerRecord<>(topics.in(Topics.OPERATOR), null, null, null, payload, headers);
    }

    private void send(ProducerRecord<String, byte[]> record) {
        Map<String, Object> properties = settings.kafkaClient(topics.group("admin"));
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        try (Producer<String, byte[]> producer =
                new KafkaProducer<>(properties, new StringSerializer(), new ByteArraySerializer())) {
            producer.send(record).get(AdminAnswer.TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new KafkaException("cannot write to " + record.topic(), e);
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    private void createTopics(List<TopicSpec> specs, int replication) {
        Map<String, KafkaFuture<Void>> created = admin.createTopics(specs.stream()
                        .map(spec -> spec.newTopic((short) replication))
                        .toList())
                .values();
        for (Map.Entry<String, KafkaFuture<Void>> topic : created.entrySet()) {
            try {
                AdminAnswer.await(topic.getValue(), "create topic " + topic.getKey());
            } catch (TopicExistsException e) {
                // Set up before, perhaps by a run that ended half-way. Partition counts are checked by the caller.
                LOGGER.atDebug().addKeyValue("topic", topic.getKey()).log("topic exists");
            }
        }
        awaitVisible(specs.stream().map(TopicSpec::name).toList());
    }

    /** A created topic can be unknown to a broker for a moment. */
    private void awaitVisible(List<String> names) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(AdminAnswer.TIMEOUT_SECONDS);
        while (true) {
            try {
                describe(names);
                return;
            } catch (UnknownTopicOrPartitionException e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
                LockSupport.parkNanos(VISIBLE_POLL_NANOS);
            }
        }
    }

    private Map<String, TopicDescription> describe(Collection<String> names) {
        return AdminAnswer.await(admin.describeTopics(names).allTopicNames(), "describe topics " + names);
    }

    private void commitGroups() {
        Map<String, Map<String, Integer>> inputs = Map.of(
                "chain", Map.of(topics.ingest(), settings.partitions()),
                "outcomes", Map.of(topics.entries(), settings.partitions()),
                "trees", Map.of(topics.entries(), settings.partitions()),
                "registry", Map.of(topics.heads(), 1),
                "signer", Map.of(topics.registry(), 1, topics.heads(), 1),
                "export-chains", Map.of(topics.entries(), settings.partitions()),
                "export-bundles", Map.of(topics.exports(), settings.partitions()));
        inputs.forEach((stage, of) -> commitBeginning(topics.group(stage), of));
    }

    /** Where a group has no offset yet it starts at the beginning: 0, or in ingest what retention left. */
    private void commitBeginning(String group, Map<String, Integer> inputs) {
        Map<TopicPartition, OffsetAndMetadata> committed = AdminAnswer.await(
                admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata(), "list offsets of " + group);
        Map<TopicPartition, OffsetSpec> missing = new HashMap<>();
        inputs.forEach((topic, partitions) -> partitionsOf(topic, partitions).stream()
                .filter(partition -> committed.get(partition) == null)
                .forEach(partition -> missing.put(partition, OffsetSpec.earliest())));
        if (missing.isEmpty()) {
            return;
        }
        Map<TopicPartition, OffsetAndMetadata> beginning = new HashMap<>();
        AdminAnswer.await(admin.listOffsets(missing).all(), "list offsets of " + inputs.keySet())
                .forEach((partition, found) -> beginning.put(partition, new OffsetAndMetadata(found.offset())));
        AdminAnswer.await(
                admin.alterConsumerGroupOffsets(group, beginning).all(), "commit the first offsets for " + group);
    }

    private static List<TopicPartition> partitionsOf(String topic, int partitions) {
        List<TopicPartition> all = new ArrayList<>();
        for (int partition = 0; partition < partitions; partition++) {
            all.add(new TopicPartition(topic, partition));
        }
        return all;
    }

    @Override
    public void close() {
        admin.close();
    }
}
