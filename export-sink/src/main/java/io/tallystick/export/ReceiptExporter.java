// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export;

import io.tallystick.avro.Attestation;
import io.tallystick.avro.AttestationState;
import io.tallystick.export.assemble.RetentionRules;
import io.tallystick.export.assemble.SharedObjects;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.topic.TenantDescriptor;
import io.tallystick.topic.TenantDirectory;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What outside parties said of registry checkpoints, as objects beside the bundles: each confirmed record of
 * {@code ledger.attestations} becomes one, whenever it comes, and whether or not the window's bundles are written.
 *
 * <p>Offsets are committed after the objects are stored; what is read again is there already.
 */
final class ReceiptExporter implements Step {
    private static final Logger LOGGER = LoggerFactory.getLogger(ReceiptExporter.class);
    private static final Duration POLL = Duration.ofMillis(500);

    private final SharedObjects shared;
    private final RetentionRules rules;
    private final Duration window;
    private final InstantSource clock;
    private final TenantDirectory tenants;
    private final Consumer<String, SpecificRecord> consumer;
    private boolean settled;

    /** Whether the group has given this member its partitions, or none: a standby has nothing to wait for. */
    private final class Settled implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            settled = true;
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            settled = false;
        }
    }

    ReceiptExporter(Clients clients, SharedObjects shared, RetentionRules rules, InstantSource clock) {
        this.shared = shared;
        this.rules = rules;
        this.window = clients.ledger().windowSize();
        this.clock = clock;
        this.tenants = new TenantDirectory(clients.ledger());
        this.consumer = clients.memberFromTheFirst("export-receipts");
        consumer.subscribe(List.of(clients.topics().attestations()), new Settled());
    }

    @Override
    public boolean poll() throws IOException {
        ConsumerRecords<String, SpecificRecord> records = consumer.poll(POLL);
        Collection<TenantDescriptor> all =
                records.isEmpty() ? List.of() : tenants.refresh().values();
        for (ConsumerRecord<String, SpecificRecord> record : records) {
            if (!(record.value() instanceof Attestation attestation)) {
                throw new LedgerIntegrityException(
                        "offset " + record.offset() + " of " + record.topic() + " holds no attestation");
            }
            if (attestation.getState() == AttestationState.CONFIRMED) {
                store(attestation, all);
            }
        }
        if (!records.isEmpty()) {
            consumer.commitSync();
        }
        return !records.isEmpty() || (settled && Assignment.isReadToEnd(consumer));
    }

    private void store(Attestation attestation, Collection<TenantDescriptor> all) throws IOException {
        byte[] receipt = ExportRecords.bytes(attestation.getReceipt()).toByteArray();
        Instant windowEnd = attestation.getWindowStart().plus(window);
        boolean same = shared.putReceipt(
                attestation.getWindowStart(),
                attestation.getRegistrySize(),
                attestation.getObjectName(),
                receipt,
                rules.shared(all, windowEnd, clock.instant()));
        (same ? LOGGER.atDebug() : LOGGER.atWarn())
                .addKeyValue("anchor", attestation.getAnchor())
                .addKeyValue("treeSize", attestation.getRegistrySize())
                .addKeyValue("window", attestation.getWindowStart())
                .log(same ? "receipt stored" : "the store has another receipt of this anchor, which is kept");
    }

    @Override
    public void wakeup() {
        consumer.wakeup();
    }

    @Override
    public void close() {
        consumer.close();
        tenants.close();
    }
}
