// SPDX-License-Identifier: Apache-2.0
package io.tallystick.topic;

import io.tallystick.serde.LedgerSerdes;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Sets up a ledger on a cluster; tenants are changed by {@link TenantAdmin}. Every step may be repeated: what is there already stays as it is.
 *
 * <p>For one thread.
 */
public final class LedgerAdmin implements AutoCloseable {
    private static final String SELF = "tallystick";

    private final LedgerSettings settings;
    private final Topics topics;
    private final LedgerSerdes serdes;
    private final InstantSource clock;
    private final boolean clockIsCompared;
    private final Admin admin;
    private final ClusterTopics cluster;
    private final TenantAdmin tenants;

    /** @param settings the ledger to work on */
    public LedgerAdmin(LedgerSettings settings) {
        this(settings, InstantSource.system(), true);
    }

    /**
     * @param settings the ledger to work on
     * @param clock where a new ledger's clock starts; it is not compared with the brokers'
     */
    public LedgerAdmin(LedgerSettings settings, InstantSource clock) {
        this(settings, clock, false);
    }

    LedgerAdmin(LedgerSettings settings, InstantSource clock, boolean clockIsCompared) {
        this.settings = settings;
        this.topics = settings.topics();
        this.clock = clock;
        this.clockIsCompared = clockIsCompared;
        this.serdes = new LedgerSerdes(settings.schemaRegistryUrl());
        this.admin = Admin.create(settings.kafkaClient(topics.group("admin")));
        this.cluster = new ClusterTopics(admin);
        this.tenants = new TenantAdmin(settings, serdes, clock, admin);
    }

    /**
     * Creates the ledger's topics, registers its schemas, writes the {@code Init} records, commits offset 0 for its groups
     * and creates the tenant {@code operator}.
     *
     * @param replication replicas of each topic, 3 in production
     * @throws IOException if the schema registry cannot be reached
     * @throws KafkaException if the cluster refuses a step
     * @throws RefusedChangeException if a topic exists that is not what the ledger rests on, or the ledger is new and this
     *     machine's clock is not near the brokers'
     */
    public void init(int replication) throws IOException {
        List<TopicSpec> specs = topics.ledgerTopics(settings.partitions());
        cluster.create(specs, replication);
        requireSound(specs, replication);
        serdes.register(topics.schemas());
        new InitRecords(settings, serdes, clock, clockIsCompared).write();
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
        return create(NewTenant.of(tenant, partitions, replication));
    }

    /** As {@link #createTenant(String, int, int)}, with its retention and whether its producers use transactions. */
    public TenantDescriptor createTenant(
            String tenant,
            int partitions,
            int replication,
            TenantDescriptor.Retention retention,
            boolean transactional) {
        return create(new NewTenant(tenant, partitions, replication, retention, transactional, TenantPolicies.DEFAULT));
    }

    private TenantDescriptor create(NewTenant tenant) {
        return tenants.create(tenant, AdminOrder.by(SELF)).after();
    }

    /** All tenants, the operator included, ascending by id. */
    public List<TenantDescriptor> tenants() {
        return tenants.list();
    }

    private void requireSound(List<TopicSpec> specs, int replication) {
        List<TopicFault> faults = new ArrayList<>(cluster.faultsOfCreated(specs, settings.bootstrapServers()));
        faults.addAll(cluster.replicaFaults(specs, replication));
        if (!faults.isEmpty()) {
            throw new RefusedChangeException(
                    TopicFault.explain(faults), "Mend what is there, or choose another ledger.prefix, then try again.");
        }
    }

    /**
     * Compares the ledger's topics with what the ledger rests on: partitions, and the settings without which records are lost,
     * refused or stamped by others. Every stage calls this before it starts.
     *
     * @throws LedgerIntegrityException if a topic is missing, or differs; names all that do, and what mends them
     * @throws KafkaException if the cluster does not answer, or forbids to look
     */
    public void checkTopics() {
        List<TopicFault> faults = ledgerFaults();
        if (!faults.isEmpty()) {
            throw new LedgerIntegrityException(TopicFault.explain(faults));
        }
    }

    /**
     * What is wrong with the ledger's topics and with its tenants'; none if all is well. A tenant's topic may have any number of
     * partitions.
     *
     * @throws KafkaException if the cluster does not answer, or forbids to look
     */
    public List<TopicFault> faults() {
        List<TopicFault> faults = new ArrayList<>(ledgerFaults());
        boolean readable = faults.stream()
                .noneMatch(fault -> fault.topic().equals(topics.tenants())
                        && fault.setting().equals(TopicFault.MISSING));
        if (readable) {
            tenants().forEach(tenant -> faults.addAll(tenants.faults(tenant.tenant())));
        }
        return faults;
    }

    private List<TopicFault> ledgerFaults() {
        return cluster.faults(topics.ledgerTopics(settings.partitions()), settings.bootstrapServers());
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
