// SPDX-License-Identifier: Apache-2.0
package io.tallystick.topic;

import io.tallystick.avro.ChainHalt;
import io.tallystick.serde.LedgerSerdes;
import io.tallystick.tree.Hash;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Creates tenants and changes them. DESIGN.md sections 4 and 5.
 *
 * <p>Each change is read, decided and written by one administrator at a time: of two at once one is refused, and none is lost.
 * The ledger's own event about it ({@link TenantEvents}) is written first: there is no change without its event. Whoever is
 * stopped in between leaves an event and no change, and is to repeat the command. What is as it is asked to be stays so, without
 * an event.
 *
 * <p>For one thread.
 */
public final class TenantAdmin implements AutoCloseable {
    private final LedgerSettings settings;
    private final Topics topics;
    private final Admin admin;
    private final ClusterTopics cluster;
    private final TenantEvents events;
    private final AdminWriter writer;
    private final HaltedChains halted;
    private final SecureRandom random = new SecureRandom();

    /** @param settings the ledger whose tenants are changed */
    public TenantAdmin(LedgerSettings settings) {
        this(
                settings,
                new LedgerSerdes(settings.schemaRegistryUrl()),
                InstantSource.system(),
                Admin.create(settings.kafkaClient(settings.topics().group("admin"))));
    }

    TenantAdmin(LedgerSettings settings, LedgerSerdes serdes, InstantSource clock, Admin admin) {
        this.settings = settings;
        this.topics = settings.topics();
        this.admin = admin;
        this.cluster = new ClusterTopics(admin);
        this.events = new TenantEvents(settings, clock);
        this.writer = new AdminWriter(settings, serdes);
        this.halted = new HaltedChains(settings, serdes.records().deserializer());
    }

    /** What happens between reading a descriptor and writing it. */
    private interface Step {
        void take(TenantChange change);
    }

    /**
     * Creates a tenant's topics and writes its descriptor. A tenant that exists stays as it is.
     *
     * @throws KafkaException if the cluster refuses a step
     * @throws RefusedChangeException if its input topic exists and cannot be one, or has another number of partitions
     */
    public TenantChange create(NewTenant tenant, AdminOrder order) {
        return create(tenant, Optional.empty(), grant -> {}, order);
    }

    /**
     * As {@link #create(NewTenant, AdminOrder)}, with access to its topics. It is granted before the descriptor is written: ingest
     * subscribes to the topics of every descriptor it finds, and must be allowed to by then.
     *
     * @param access of the same tenant
     * @param granted told of what was granted; not called if the tenant exists, nor in a rehearsal: that is for {@link #grant}
     */
    public TenantChange create(
            NewTenant tenant, Optional<TenantAccess> access, Consumer<AccessGrant> granted, AdminOrder order) {
        access.ifPresent(wanted -> requireGrantable(wanted, tenant.tenant()));
        return exclusively(order, directory -> {
            TenantDescriptor existing = directory.get(tenant.tenant());
            if (existing != null) {
                return new Planned(new TenantChange(Optional.of(existing), existing), change -> {});
            }
            TenantDescriptor created = order.dryRun() ? rehearse(tenant) : prepare(tenant);
            return new Planned(new TenantChange(Optional.empty(), created), change -> {
                writer.send(events.created(created, tenant.partitions(), order));
                access.ifPresent(wanted -> granted.accept(put(wanted, order)));
            });
        });
    }

    /** Creates the topics; a tenant gets its blind here, once and for ever. */
    private TenantDescriptor prepare(NewTenant tenant) {
        cluster.create(topics.tenantTopics(tenant.tenant(), tenant.partitions()), tenant.replication());
        String input = topics.in(tenant.tenant());
        requireUsable(ofTenant(
                tenant.tenant(),
                cluster.faultsOfCreated(topics.tenantTopics(tenant.tenant(), 1), settings.bootstrapServers())));
        TopicDescription topic = cluster.describe(List.of(input)).get(input);
        requirePartitions(topic, tenant.partitions());
        return describe(tenant, topic.topicId().toString());
    }

    private TenantDescriptor rehearse(NewTenant tenant) {
        cluster.validate(topics.tenantTopics(tenant.tenant(), tenant.partitions()), tenant.replication());
        cluster.find(List.of(topics.in(tenant.tenant())))
                .values()
                .forEach(topic -> requirePartitions(topic, tenant.partitions()));
        return describe(tenant, "");
    }

    /** Its partitions are the tenant's chains: their number is not to be a surprise. */
    private static void requirePartitions(TopicDescription topic, int wanted) {
        int found = topic.partitions().size();
        if (found != wanted) {
            throw new RefusedChangeException(
                    "topic " + topic.name() + " exists and has " + found + " partition(s), not " + wanted,
                    "Create the tenant with --partitions " + found + ", or delete the topic first.");
        }
    }

    private TenantDescriptor describe(NewTenant tenant, String topicId) {
        byte[] blind = new byte[Hash.LENGTH];
        random.nextBytes(blind);
        return new TenantDescriptor(
                tenant.tenant(),
                TenantDescriptor.State.ACTIVE,
                List.of(topicId),
                Hash.of(blind),
                1,
                tenant.policies(),
                tenant.transactional(),
                tenant.retention());
    }

    /**
     * Has ingest stop reading the tenant's topic. Nothing is lost: it goes on where it was once resumed, as far as the topic
     * still holds the records.
     *
     * @throws RefusedChangeException if there is no such tenant, or it is the ledger's own
     */
    public TenantChange suspend(String tenant, AdminOrder order) {
        if (tenant.equals(Topics.OPERATOR)) {
            throw new RefusedChangeException(
                    "tenant " + Topics.OPERATOR + " cannot be suspended: the ledger's own events are its",
                    "Suspend the tenant that causes trouble.");
        }
        return change(
                tenant,
                order,
                before -> before.withState(TenantDescriptor.State.SUSPENDED),
                change -> writer.send(events.suspended(change.after(), order)));
    }

    /** Has ingest read the tenant's topic again. @throws RefusedChangeException if there is no such tenant */
    public TenantChange resume(String tenant, AdminOrder order) {
        return change(
                tenant,
                order,
                before -> before.withState(TenantDescriptor.State.ACTIVE),
                change -> writer.send(events.resumed(change.after(), order)));
    }

    /**
     * Sets a tenant's policies and retention. Its chains record new policies in {@code ledger.config} entries; another
     * retention holds for bundles exported from now on.
     *
     * @throws RefusedChangeException if there is no such tenant
     */
    public TenantChange configure(String tenant, UnaryOperator<Settings> wanted, AdminOrder order) {
        return change(
                tenant,
                order,
                before -> {
                    Settings after = wanted.apply(new Settings(before.policies(), before.retention()));
                    return before.withPolicies(after.policies()).withRetention(after.retention());
                },
                change -> writer.send(events.configured(change.before().orElseThrow(), change.after(), order)));
    }

    /**
     * What {@link #configure} sets.
     *
     * @param policies what the sequencer does to the tenant's events
     * @param retention how long its bundles are kept
     */
    public record Settings(TenantPolicies policies, TenantDescriptor.Retention retention) {}

    /**
     * Confirms that a tenant's input topic was created again on purpose: its chains go on with the new one from offset 0.
     *
     * <p>May be repeated, and completes what a run that ended half-way left: the messages are sent again, and whoever had them
     * drops them.
     *
     * @throws RefusedChangeException if there is no such tenant, the topic is missing, is the one it always was, or cannot be
     *     an input topic, or a chain is halted, which would not listen
     */
    public TenantChange rebind(String tenant, AdminOrder order) {
        return exclusively(order, directory -> {
            TenantDescriptor before = require(directory, tenant);
            TopicDescription topic = existing(topics.in(tenant));
            TenantDescriptor after = before.withTopicId(topic.topicId().toString());
            if (after.topicIds().size() < 2) {
                throw new RefusedChangeException(
                        "topic " + topic.name() + " is the one tenant " + tenant + " was created with ("
                                + topic.topicId() + "): there is nothing to rebind",
                        "If ingest reports another topic id, wait a moment and try again.");
            }
            requireUsable(faultsOfInput(tenant));
            requireNoneHalted(tenant);
            int partitions = topic.partitions().size();
            return new Planned(
                    new TenantChange(Optional.of(before), after),
                    change -> writer.send(events.rebound(before, after, partitions, order)),
                    () -> writer.sendAll(new Rebinding(settings, clusterId()).messages(after, partitions)));
        });
    }

    /** Replicas of the ledger's entries: a tenant's topics should have no fewer. @throws KafkaException if there is no ledger */
    public int replication() {
        Map<String, TopicDescription> entries = cluster.describe(List.of(topics.entries()));
        return cluster.replicas(entries.values()).get(topics.entries());
    }

    /** All tenants, the operator included, ascending by id. */
    public List<TenantDescriptor> list() {
        try (TenantDirectory directory = new TenantDirectory(settings)) {
            return directory.refresh().values().stream()
                    .sorted((a, b) -> a.tenant().compareTo(b.tenant()))
                    .toList();
        }
    }

    /**
     * Compares a tenant with what the cluster has of it.
     *
     * @throws RefusedChangeException if there is no such tenant
     */
    public TenantStatus describe(String tenant) {
        try (TenantDirectory directory = new TenantDirectory(settings)) {
            TenantDescriptor descriptor = require(directory.refresh(), tenant);
            String input = topics.in(tenant);
            List<String> names = List.of(input, topics.receipts(tenant), topics.rejects(tenant));
            Map<String, TopicDescription> found = cluster.find(names);
            List<String> problems = new ArrayList<>();
            names.stream()
                    .filter(name -> !found.containsKey(name))
                    .forEach(name -> problems.add("topic " + name + " is missing: create it again"
                            + (name.equals(input) ? ", then 'tally tenant rebind'" : "")));
            TopicDescription topic = found.get(input);
            if (topic != null) {
                faultsOfInput(tenant).forEach(fault -> problems.add(fault.sentence() + ": " + fault.remedy()));
                if (!topic.topicId().toString().equals(descriptor.topicId())) {
                    problems.add("topic " + input + " was created again (id " + topic.topicId() + ", expected "
                            + descriptor.topicId() + "): ingest waits for 'tally tenant rebind'");
                }
            }
            return new TenantStatus(
                    descriptor, topic == null ? 0 : topic.partitions().size(), problems);
        }
    }

    /**
     * Lets a tenant's principal, and ingest's, use its topics, and limits what it may produce. May be repeated. A rehearsal
     * needs no tenant.
     *
     * @throws RefusedChangeException if there is no such tenant, or it is the ledger's own
     */
    public AccessGrant grant(TenantAccess access, AdminOrder order) {
        requireGrantable(access, access.tenant());
        if (!order.dryRun()) {
            try (TenantDirectory directory = new TenantDirectory(settings)) {
                require(directory.refresh(), access.tenant());
            }
        }
        return put(access, order);
    }

    private static void requireGrantable(TenantAccess access, String tenant) {
        if (access.tenant().equals(Topics.OPERATOR)) {
            throw new RefusedChangeException(
                    "nobody is granted access to tenant " + Topics.OPERATOR + ": its events are the ledger's alone",
                    "Create a tenant of its own for whoever is to write.");
        }
        if (!access.tenant().equals(tenant)) {
            throw new IllegalArgumentException("access to tenant " + access.tenant() + ", not to " + tenant);
        }
    }

    private AccessGrant put(TenantAccess access, AdminOrder order) {
        return new AccessRules(admin, topics)
                .grant(access, order.dryRun(), missing -> writer.send(events.granted(access.tenant(), missing, order)));
    }

    private TenantChange change(
            String tenant, AdminOrder order, UnaryOperator<TenantDescriptor> wanted, Step announce) {
        return exclusively(order, directory -> {
            TenantDescriptor before = require(directory, tenant);
            return new Planned(new TenantChange(Optional.of(before), wanted.apply(before)), announce);
        });
    }

    /** A change, the step before it, which is left out if nothing changes, and the step after it. */
    private record Planned(TenantChange change, Step announce, Runnable complete) {
        Planned(TenantChange change, Step announce) {
            this(change, announce, () -> {});
        }
    }

    private interface Plan {
        Planned of(Map<String, TenantDescriptor> tenants);
    }

    private TenantChange exclusively(AdminOrder order, Plan plan) {
        if (order.dryRun()) {
            try (TenantDirectory directory = new TenantDirectory(settings)) {
                return plan.of(directory.refresh()).change();
            }
        }
        try (ExclusiveWriter<byte[]> exclusive = new ExclusiveWriter<>(settings, "tenants", new ByteArraySerializer());
                TenantDirectory directory = new TenantDirectory(settings)) {
            Planned planned = plan.of(directory.refresh());
            TenantChange change = planned.change();
            if (change.isChange()) {
                planned.announce().take(change);
                TenantDescriptor after = change.after();
                exclusive.write(List.of(new ProducerRecord<>(topics.tenants(), after.tenant(), after.encode())));
            }
            planned.complete().run();
            return change;
        } catch (ProducerFencedException | InvalidProducerEpochException | InvalidTxnStateException e) {
            // The last of them is what a broker may answer whose coordinator has just ended the transaction for the
            // other's sake.
            throw new RefusedChangeException(
                    "another administrator is changing tenants at this moment",
                    "Look at what was done with 'tally tenant list', then try again.",
                    e);
        }
    }

    private static TenantDescriptor require(Map<String, TenantDescriptor> tenants, String tenant) {
        return Optional.ofNullable(tenants.get(tenant))
                .orElseThrow(() -> new RefusedChangeException(
                        "there is no tenant " + tenant,
                        "'tally tenant list' shows the tenants; create it with 'tally tenant create " + tenant + "'."));
    }

    private TopicDescription existing(String topic) {
        return Optional.ofNullable(cluster.find(List.of(topic)).get(topic))
                .orElseThrow(() -> new RefusedChangeException(
                        "topic " + topic + " does not exist",
                        "Create it with cleanup.policy=delete and max.message.bytes=" + Topics.LARGE_RECORD_BYTES_MAX
                                + ", then try again."));
    }

    /** What is wrong with a tenant's topics; their partitions are the tenant's choice. */
    List<TopicFault> faults(String tenant) {
        return ofTenant(tenant, cluster.faults(topics.tenantTopics(tenant, 1), settings.bootstrapServers()));
    }

    private static List<TopicFault> ofTenant(String tenant, List<TopicFault> faults) {
        return faults.stream()
                .filter(fault -> !fault.setting().equals(TopicFault.PARTITIONS))
                .map(fault -> fault.setting().equals(TopicFault.MISSING)
                        ? fault.mendedBy("'tally tenant describe " + tenant + "' says what to do")
                        : fault)
                .toList();
    }

    private List<TopicFault> faultsOfInput(String tenant) {
        return faults(tenant).stream()
                .filter(fault -> fault.topic().equals(topics.in(tenant)))
                .toList();
    }

    private static void requireUsable(List<TopicFault> faults) {
        if (!faults.isEmpty()) {
            throw new RefusedChangeException(TopicFault.explain(faults), "Mend it, then try again.");
        }
    }

    private void requireNoneHalted(String tenant) {
        List<ChainHalt> marks = halted.of(tenant);
        if (!marks.isEmpty()) {
            String chains = marks.stream()
                    .map(mark -> mark.getChain() + " (" + mark.getReason() + " at source offset " + mark.getOffset()
                            + ", since " + mark.getRecorded() + ")")
                    .collect(Collectors.joining(", "));
            throw new RefusedChangeException(
                    "halted: " + chains
                            + "; a halted chain takes no message, also not that its topic was created again",
                    "Find out why, let each go on with 'tally recover halt "
                            + marks.get(0).getChain()
                            + " --by NAME --statement TEXT --yes' while the chain stage runs, then 'tally tenant rebind "
                            + tenant + "'.");
        }
    }

    private String clusterId() {
        return AdminAnswer.await(admin.describeCluster().clusterId(), "ask for the cluster's id");
    }

    @Override
    public void close() {
        admin.close();
    }
}
