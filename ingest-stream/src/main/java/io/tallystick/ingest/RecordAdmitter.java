// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import io.tallystick.ingest.admit.Admission;
import io.tallystick.ingest.admit.ChainPosition.Flight;
import io.tallystick.ingest.admit.ResumePoint;
import io.tallystick.ingest.admit.SourceFollower;
import io.tallystick.ingest.decode.Decoded;
import io.tallystick.ingest.decode.Decoder;
import io.tallystick.ingest.decode.SourceRecord;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Brings confirmed records into {@code ledger.ingest}. For the ingest thread only.
 *
 * <pre>
 * SourceRecord --&gt; Decoder --&gt; Admission --&gt; IngestWriter --&gt; ledger.ingest
 *                   | needs a schema: the partition goes back to this record and waits for RegistrySchemas
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
    public boolean admit(OwnedPartition owned, ConsumerRecord<byte[], byte[]> record) {
        SourceFollower follower = owned.follower();
        if (follower.isAccountedFor(record.offset())) {
            return true;
        }
        SourceRecord source = SourceRecords.of(follower.source(), record);
        Decoded decoded = decoder.decode(source);
        if (decoded instanceof Decoded.Waiting waiting) {
            waitForSchema(owned, waiting.schemaId());
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

    /** The record is fetched again when its schema is known; the records before it are on their way. */
    private void waitForSchema(OwnedPartition owned, int schemaId) {
        reader.perform(owned, owned.follower().needsSchema(System.nanoTime()));
        schemas.request(
                schemaId,
                () -> inbox.put(() -> {
                    owned.follower().schemaKnown(System.nanoTime());
                    reader.perform(owned, List.of());
                }));
    }
}
