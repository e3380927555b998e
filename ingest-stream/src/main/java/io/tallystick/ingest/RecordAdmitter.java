// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import io.tallystick.ingest.admit.Admission;
import io.tallystick.ingest.admit.ChainPosition.Flight;
import io.tallystick.ingest.admit.ResumePoint;
import io.tallystick.ingest.admit.SourceFollower;
import io.tallystick.ingest.decode.Decoded;
import io.tallystick.ingest.decode.Decoder;
import io.tallystick.ingest.decode.Schemas.Lookup;
import io.tallystick.ingest.decode.SourcePartition;
import io.tallystick.ingest.decode.SourceRecord;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Brings confirmed records into {@code ledger.ingest}. For the ingest thread only.
 *
 * <pre>
 * SourceRecord --&gt; Decoder --&gt; Admission --&gt; IngestWriter --&gt; ledger.ingest
 *                   | needs a schema: the partition goes back to this record and waits for RegistrySchemas,
 *                   | which is asked for all schemas that the batch needs from there on; what it does not have is noted in
 *                   | SchemaDenials
 * </pre>
 */
final class RecordAdmitter implements ConfirmedBatches.Admitter {
    private final SourceReader reader;
    private final Decoder decoder;
    private final Admission admission;
    private final RegistrySchemas schemas;
    private final IngestWriter writer;
    private final Inbox inbox;
    private final IngestMetrics metrics;

    RecordAdmitter(
            SourceReader reader,
            Decoder decoder,
            Admission admission,
            RegistrySchemas schemas,
            IngestWriter writer,
            Inbox inbox,
            IngestMetrics metrics) {
        this.reader = reader;
        this.decoder = decoder;
        this.admission = admission;
        this.schemas = schemas;
        this.writer = writer;
        this.inbox = inbox;
        this.metrics = metrics;
    }

    @Override
    public boolean admit(SourceBatch batch, ConsumerRecord<byte[], byte[]> record) {
        OwnedPartition owned = batch.partition();
        SourceFollower follower = owned.follower();
        if (follower.isAccountedFor(record.offset())) {
            return true;
        }
        SourceRecord source = SourceRecords.of(follower.source(), record);
        Decoded decoded = decoder.with(id -> known(batch, record.offset(), id)).decode(source);
        if (decoded instanceof Decoded.Waiting waiting) {
            waitForSchemas(batch, record.offset(), waiting.schemaId());
            return true;
        }
        ResumePoint from = follower.fromPoint();
        Flight flight = follower.cover(record.offset(), source.leaderEpoch());
        IngestMetrics.OfTenant tenant = metrics.tenant(owned.tenant());
        if (decoded instanceof Decoded.Refused refused) {
            tenant.rejected(refused.reason());
            return writer.send(admission.rejected(source, from, refused), owned, flight);
        }
        tenant.admitted();
        return writer.send(admission.event(source, from, (Decoded.Accepted) decoded), owned, flight);
    }

    /** That an id is unknown counts only for a record that was in the source when the registry was asked. */
    private Lookup known(SourceBatch batch, long offset, int id) {
        Lookup kept = schemas.byId(id);
        return kept instanceof Lookup.Pending
                ? batch.partition().denials().of(id, batch.reading(), offset).orElse(kept)
                : kept;
    }

    /**
     * The record is fetched again when its schema is known; the records before it are on their way. Those behind it will need
     * theirs then: to wait for each alone would throw away a batch for each.
     */
    private void waitForSchemas(SourceBatch batch, long offset, int schemaId) {
        OwnedPartition owned = batch.partition();
        SourceFollower follower = owned.follower();
        Set<Integer> awaited = new LinkedHashSet<>();
        awaited.add(schemaId);
        awaited.addAll(awaitedBehind(batch, offset));
        long until = Math.max(
                batch.records().get(batch.records().size() - 1).offset() + 1,
                reader.endKnown(owned.partition()).orElse(0));
        reader.perform(owned, follower.needsSchema(System.nanoTime()));
        owned.denials().goOn(batch.reading(), follower.reading());
        long reading = follower.reading();
        schemas.request(
                owned.tenant(),
                List.copyOf(awaited),
                unknown -> inbox.put(() -> {
                    owned.denials().add(unknown, reading, until);
                    follower.schemaKnown(System.nanoTime());
                    reader.perform(owned, List.of());
                }));
    }

    /** The ids of the schemas that records behind this offset wait for, in the order of the records. */
    private List<Integer> awaitedBehind(SourceBatch batch, long offset) {
        SourcePartition source = batch.partition().follower().source();
        List<Integer> ids = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : batch.records()) {
            if (record.offset() > offset) {
                decoder.with(id -> known(batch, record.offset(), id))
                        .awaited(SourceRecords.of(source, record))
                        .ifPresent(ids::add);
            }
        }
        return ids;
    }
}
