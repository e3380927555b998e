// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export;

import io.tallystick.bundle.Manifest;
import io.tallystick.entry.Bytes;
import io.tallystick.entry.ChainId;
import io.tallystick.export.assemble.BundleWriter;
import io.tallystick.export.assemble.ChainSegment;
import io.tallystick.export.assemble.RetentionRules;
import io.tallystick.export.assemble.SealedWindow;
import io.tallystick.export.assemble.SharedObjects;
import io.tallystick.export.assemble.TenantWindow;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.topic.TenantDescriptor;
import io.tallystick.topic.TenantDirectory;
import io.tallystick.topic.Topics;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Step two: the bundles. Reads {@code ledger.exports}, in which all chains of a tenant lie in one partition; when a
 * window is complete there and sealed by the registry, it writes the bundle of each tenant and commits.
 *
 * <pre>
 * crash before the commit   the window's bundles are written again: what is there is adopted, what is missing is added
 * crash after the commit    the next window begins; a folder without its checkpoint is never left behind
 * </pre>
 *
 * A tenant whose schema text is missing waits in {@link PendingBundles}, with the commit, while the others go on.
 */
final class BundleExporter implements Step {
    private static final Logger LOGGER = LoggerFactory.getLogger(BundleExporter.class);
    static final String STAGE = "export-bundles";
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration WAIT_ALERT = Duration.ofMinutes(2);

    private final Clients clients;
    private final BundleWriter bundles;
    private final SharedObjects shared;
    private final BundleWriter.SchemaTexts schemas;
    private final RetentionRules rules;
    private final Listener listener;
    private final InstantSource clock;
    private final TenantDirectory tenants;
    private final Consumer<String, SpecificRecord> consumer;
    private final Assignment assignment;
    private final Lease lease;
    private final Map<TopicPartition, TenantExports> exports = new HashMap<>();
    private final Map<TopicPartition, PendingBundles> pending = new HashMap<>();
    private final Map<TopicPartition, RegistryView.Position> positions = new HashMap<>();
    private Optional<RegistryView> view = Optional.empty();
    private Instant registryStored = Instant.MIN;
    private Instant progressAt;

    /** Told what becomes of bundles, by the step's thread. */
    interface Listener {
        /** A bundle is complete in the store. */
        void written(String tenant, Instant windowStart);

        /** The store does not report for a bundle what it was to keep it with. */
        void unprotected(BundleWriter.Lack lack);
    }

    BundleExporter(
            Clients clients,
            BundleWriter bundles,
            SharedObjects shared,
            BundleWriter.SchemaTexts schemas,
            RetentionRules rules,
            Listener listener,
            InstantSource clock) {
        this.clients = clients;
        this.bundles = bundles;
        this.shared = shared;
        this.schemas = schemas;
        this.rules = rules;
        this.listener = listener;
        this.clock = clock;
        this.progressAt = clock.instant();
        this.tenants = new TenantDirectory(clients.ledger());
        this.consumer = clients.member(STAGE);
        this.assignment = new Assignment(consumer, clients.name());
        this.lease = clients.lease(consumer, assignment);
        consumer.subscribe(List.of(clients.topics().exports()), assignment);
    }

    @Override
    public boolean poll() throws IOException {
        ConsumerRecords<String, SpecificRecord> records = consumer.poll(POLL);
        reassign();
        for (ConsumerRecord<String, SpecificRecord> record : records) {
            TenantExports partition = exports.get(new TopicPartition(record.topic(), record.partition()));
            if (clients.name().owns(record.headers())) {
                partition.take(record);
            } else {
                partition.skip(record.offset());
            }
        }
        return exportComplete();
    }

    /** The registry is read again from where the partition that is furthest behind needs it. */
    private void reassign() {
        boolean lost = exports.keySet().removeAll(assignment.takeLost());
        positions.keySet().retainAll(exports.keySet());
        pending.keySet().retainAll(exports.keySet());
        Map<TopicPartition, Optional<OffsetAndMetadata>> added = assignment.takeAdded();
        added.forEach((partition, committed) -> {
            exports.put(partition, new TenantExports(clients.ledger().partitions(), committed));
            pending.put(partition, new PendingBundles(this::write));
            positions.put(partition, TenantExports.position(committed));
        });
        if (lost || !added.isEmpty()) {
            view.ifPresent(RegistryView::close);
            view = positions.values().stream()
                    .reduce(RegistryView.Position::earlier)
                    .map(position -> new RegistryView(clients, position, this::isAssigned));
        }
        consumer.resume(added.keySet());
    }

    private boolean isAssigned(ChainId chain) {
        return exports.containsKey(partitionOf(chain.tenant()));
    }

    private TopicPartition partitionOf(String tenant) {
        return new TopicPartition(
                clients.topics().exports(),
                Topics.partitionOf(tenant, clients.ledger().partitions()));
    }

    private boolean exportComplete() throws IOException {
        boolean progress = false;
        boolean waiting = false;
        for (Map.Entry<TopicPartition, TenantExports> partition : exports.entrySet()) {
            retry(partition.getKey());
            Optional<TenantExports.Complete> complete = next(partition.getKey());
            while (complete.isPresent() && export(partition.getKey(), partition.getValue(), complete.get())) {
                progress = true;
                complete = next(partition.getKey());
            }
            waiting |= complete.isPresent();
        }
        boolean reading = waiting && view.orElseThrow().poll();
        watch(progress || !waiting);
        return progress || (!reading && assignment.isReadToEnd());
    }

    private Optional<TenantExports.Complete> next(TopicPartition partition) {
        return pending.get(partition).isFull()
                ? Optional.empty()
                : exports.get(partition).complete();
    }

    private void retry(TopicPartition partition) throws IOException {
        try {
            pending.get(partition).retry(clock.instant());
        } catch (PartitionLostException e) {
            return; // with what waits
        }
        commit(partition);
    }

    /** @return false if the registry has not sealed the window yet, or the partition was lost meanwhile */
    private boolean export(TopicPartition partition, TenantExports from, TenantExports.Complete complete)
            throws IOException {
        Optional<SealedWindow> sealed = view.orElseThrow().sealed(complete.window());
        if (sealed.isEmpty() || !hasCheckpoints(sealed.get(), complete)) {
            return false;
        }
        requireFollows(partition, from, complete.window());
        Collection<TenantDescriptor> all = tenants.refresh().values();
        if (complete.window().start().isAfter(registryStored)) {
            lease.keep();
            shared.putRegistry(sealed.get(), rules.shared(all, complete.window().end(), clock.instant()));
            registryStored = complete.window().start();
        }
        try {
            for (Map.Entry<String, List<ChainSegment>> tenant :
                    complete.tenants().entrySet()) {
                keep(partition);
                TenantWindow bundle = bundle(partition, tenant.getKey(), tenant.getValue(), sealed.get());
                pending.get(partition).write(bundle, clock.instant());
            }
            keep(partition);
        } catch (PartitionLostException e) {
            LOGGER.atInfo()
                    .addKeyValue("partition", partition.partition())
                    .addKeyValue("window", complete.window().start())
                    .log("the partition went to another exporter before its bundles were written");
            return false;
        }
        finish(partition, from, sealed.get());
        return true;
    }

    private void keep(TopicPartition partition) throws PartitionLostException {
        lease.keep();
        if (assignment.isLost(partition)) {
            throw new PartitionLostException();
        }
    }

    private boolean hasCheckpoints(SealedWindow sealed, TenantExports.Complete complete) {
        return complete.tenants().values().stream()
                .flatMap(List::stream)
                .map(ChainSegment::chain)
                .filter(sealed::registers)
                .allMatch(chain ->
                        view.orElseThrow().checkpoint(complete.window(), chain).isPresent());
    }

    private void requireFollows(TopicPartition partition, TenantExports from, Manifest.Window window) {
        Instant expected = from.finished().equals(Instant.MIN)
                ? window.start()
                : from.finished().plus(clients.ledger().windowSize());
        if (!window.start().equals(expected)) {
            throw new LedgerIntegrityException(
                    partition + " goes on with window " + window.start() + ", expected " + expected);
        }
    }

    private TenantWindow bundle(
            TopicPartition partition, String tenant, List<ChainSegment> chains, SealedWindow sealed) {
        if (!partitionOf(tenant).equals(partition)) {
            throw new LedgerIntegrityException(
                    partition + " holds chains of " + tenant + ", whose partition is " + partitionOf(tenant));
        }
        TenantDescriptor descriptor = tenants.find(tenant)
                .orElseThrow(() -> new LedgerIntegrityException("tenant " + tenant + " has chains but no descriptor in "
                        + clients.topics().tenants()));
        Map<ChainId, Bytes> checkpoints = new HashMap<>();
        for (ChainSegment chain : chains) {
            if (sealed.registers(chain.chain())) {
                checkpoints.put(
                        chain.chain(),
                        view.orElseThrow()
                                .checkpoint(sealed.window(), chain.chain())
                                .orElseThrow());
            }
        }
        return new TenantWindow(descriptor, sealed, chains, checkpoints);
    }

    private void write(TenantWindow bundle) throws IOException {
        TopicPartition partition = partitionOf(bundle.tenant().tenant());
        BundleWriter.Written written = bundles.write(bundle, schemas, clock.instant(), () -> keep(partition));
        LOGGER.atInfo()
                .addKeyValue("tenant", bundle.tenant().tenant())
                .addKeyValue("window", bundle.sealed().window().start())
                .addKeyValue("chains", bundle.segments().size())
                .addKeyValue("directory", written.directory())
                .addKeyValue("manifest", written.manifest())
                .log("bundle written");
        listener.written(bundle.tenant().tenant(), bundle.sealed().window().start());
        written.unprotected().ifPresent(this::report);
    }

    private void report(BundleWriter.Unprotected found) {
        listener.unprotected(found.lack());
        LOGGER.atError()
                .addKeyValue("object", found.object())
                .log(
                        found.lack() == BundleWriter.Lack.LOCK
                                ? "the store reports no lock for an object it was to lock; run 'tally doctor store'"
                                : "the store reports no legal hold for an object of a tenant that is under one; if it was"
                                        + " stored before, hold it with the store's own tools, else run 'tally doctor"
                                        + " store'");
    }

    private void finish(TopicPartition partition, TenantExports from, SealedWindow sealed) {
        from.finish(sealed.window()).ifPresent(offset -> consumer.seek(partition, offset));
        exports.values().stream()
                .map(TenantExports::finished)
                .min(Instant::compareTo)
                .ifPresent(view.orElseThrow()::finish);
        OffsetAndMetadata committable = from.committable(view.orElseThrow().position());
        pending.get(partition).finish(sealed.window().start(), sealed.registry(), committable);
        commit(partition);
    }

    private void commit(TopicPartition partition) {
        // Crash here: the bundles are found complete and adopted.
        pending.get(partition).takeCommittable().ifPresent(committable -> lease.commit(partition, committable));
    }

    private void watch(boolean moving) {
        Instant now = clock.instant();
        if (moving) {
            progressAt = now;
        } else if (Duration.between(progressAt, now).compareTo(WAIT_ALERT) > 0) {
            progressAt = now;
            LOGGER.atWarn()
                    .addKeyValue("partitions", exports.keySet())
                    .log("a window waits for the registry or its signatures for minutes");
        }
    }

    @Override
    public void wakeup() {
        consumer.wakeup();
    }

    @Override
    public void close() {
        view.ifPresent(RegistryView::close);
        consumer.close();
        tenants.close();
    }
}
