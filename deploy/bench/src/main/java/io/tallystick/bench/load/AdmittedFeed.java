// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.load;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.entry.Bytes;
import io.tallystick.entry.ChainId;
import io.tallystick.entry.ContextHeader;
import io.tallystick.entry.Salt;
import io.tallystick.ingest.admit.Admission;
import io.tallystick.ingest.admit.ResumePoint;
import io.tallystick.ingest.decode.Decoded;
import io.tallystick.ingest.decode.Decoder;
import io.tallystick.ingest.decode.Schemas;
import io.tallystick.ingest.decode.SourcePartition;
import io.tallystick.ingest.decode.SourceRecord;
import io.tallystick.serde.LedgerSerdes;
import io.tallystick.topic.PoliciesInForce;
import io.tallystick.topic.TenantPolicies;
import io.tallystick.topic.Topics;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Messages for {@code ledger.ingest} without ingest: binary CloudEvents of one tenant that never were in a topic, decoded and
 * admitted by ingest's own code. Chains take turns; each goes on where it stood. For one thread.
 */
final class AdmittedFeed {
    static final String TENANT = "bench";
    private static final String TOPIC_ID = "AAAAAAAAAAAAAAAAAAAAAA";

    private final Topics topics;
    private final int chains;
    private final Serializer<SpecificRecord> serializer;
    private final Decoder decoder =
            new Decoder(Decoder.EVENT_BYTES_MAX, Topics.OPERATOR, id -> new Schemas.Lookup.Unknown("is not used here"));
    private final Admission admission;
    private final Random random = new Random(1);
    private long events;
    private long others;

    /** @param chains partitions of the tenant's topic */
    AdmittedFeed(Ledger ledger, int chains) {
        this.topics = ledger.topics();
        this.chains = chains;
        this.serializer = new LedgerSerdes(ledger.settings().schemaRegistryUrl())
                .records()
                .serializer();
        this.admission = new Admission(() -> {
            byte[] salt = new byte[Salt.LENGTH];
            random.nextBytes(salt);
            return Salt.of(salt);
        });
    }

    /** Begins every chain as ingest does: a claim, which brings its genesis, and the policies in force. Before any event. */
    void begin(Ledger ledger, TenantPolicies policies) {
        Fill.with(ledger, 2 * chains, number -> {
            SourcePartition source = source(number / 2);
            return number % 2 == 0
                    ? message(source.chain(), Admission.claim(source, ResumePoint.at(0), 0, Instant.ofEpochMilli(0)))
                    : message(source.chain(), admission.config(source.chain(), new PoliciesInForce(1, policies)));
        });
        others = 2L * chains;
    }

    /** The next event, to where its chain lives. */
    ProducerRecord<byte[], byte[]> next(byte[] payload) {
        SourcePartition source = source((int) (events % chains));
        long offset = events / chains;
        events++;
        SourceRecord record = new SourceRecord(
                source,
                offset,
                OptionalInt.of(0),
                System.currentTimeMillis(),
                Optional.empty(),
                headers(events),
                Optional.of(Bytes.of(payload)));
        Decoded.Accepted accepted = (Decoded.Accepted) decoder.decode(record);
        return message(source.chain(), admission.event(record, ResumePoint.at(offset), accepted));
    }

    private SourcePartition source(int partition) {
        return new SourcePartition("bench-cluster", topics.in(TENANT), TOPIC_ID, new ChainId(TENANT, partition));
    }

    private ProducerRecord<byte[], byte[]> message(ChainId chain, SpecificRecord message) {
        String key = chain.toString();
        return new ProducerRecord<>(
                topics.ingest(),
                Topics.partitionOf(key, Rig.PARTITIONS),
                key.getBytes(UTF_8),
                serializer.serialize(topics.ingest(), message));
    }

    /** Messages made until now. */
    long made() {
        return events + others;
    }

    private static List<ContextHeader> headers(long number) {
        return List.of(
                header("ce_specversion", "1.0"),
                header("ce_id", "0f8fad5b-d9cb-469f-" + number),
                header("ce_source", "urn:example:orders"),
                header("ce_type", "com.example.order.created"),
                header("content-type", "application/json"));
    }

    private static ContextHeader header(String name, String value) {
        return new ContextHeader(name, Optional.of(Bytes.utf8(value)));
    }
}
