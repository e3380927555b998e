// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export;

import io.tallystick.avro.Boundary;
import io.tallystick.avro.ClaimStatus;
import io.tallystick.avro.Cut;
import io.tallystick.avro.LedgerEntry;
import io.tallystick.avro.RegistryWindow;
import io.tallystick.avro.SignedCheckpoint;
import io.tallystick.bundle.BundleLine;
import io.tallystick.entry.Bytes;
import io.tallystick.entry.ChainId;
import io.tallystick.entry.Entry;
import io.tallystick.entry.EntryCodec;
import io.tallystick.entry.EntryException;
import io.tallystick.export.assemble.CoreExport;
import io.tallystick.export.assemble.SampleLedger;
import io.tallystick.note.Checkpoint;
import io.tallystick.note.NoteException;
import io.tallystick.note.SignedNote;
import io.tallystick.serde.LedgerSerdes;
import io.tallystick.topic.LedgerSettings;
import io.tallystick.topic.TenantDescriptor;
import io.tallystick.topic.Topics;
import io.tallystick.tree.Hash;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Writes a script of windows to the topics as the stages before the exporter would. */
final class LedgerFeed implements AutoCloseable {
    private static final int LEAVES_A_PART = 2;

    private final LedgerSettings settings;
    private final Producer<String, SpecificRecord> producer;
    private final long[] pseq;
    private final Map<ChainId, Long> sourceEnds = new TreeMap<>();

    LedgerFeed(LedgerSettings settings) {
        this.settings = settings;
        this.producer = new KafkaProducer<>(
                settings.kafkaClient("feed"),
                new StringSerializer(),
                new LedgerSerdes(settings.schemaRegistryUrl()).records().serializer());
        this.pseq = new long[settings.partitions()];
    }

    /** Writes tenants' descriptors. */
    void tenants(String... tenants) {
        try (Producer<String, byte[]> bytes =
                new KafkaProducer<>(settings.kafkaClient("feed"), new StringSerializer(), new ByteArraySerializer())) {
            for (String tenant : tenants) {
                TenantDescriptor descriptor = SampleLedger.tenant(tenant);
                bytes.send(new ProducerRecord<>(settings.topics().tenants(), tenant, descriptor.encode()))
                        .get();
            }
        } catch (ExecutionException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Writes a window's entries and ends it in every partition. */
    void entries(CoreExport.WindowScript window) {
        open(window);
        for (int partition = 0; partition < settings.partitions(); partition++) {
            send(settings.topics().entries(), partition, null, boundary(window.sealed(), partition, false));
            send(settings.topics().entries(), partition, null, boundary(window.sealed(), partition, true));
        }
        producer.flush();
    }

    /** Writes a window's entries without ending it. */
    void open(CoreExport.WindowScript window) {
        for (CoreExport.Appended appended : window.entries()) {
            int partition = Topics.partitionOf(appended.chain().toString(), settings.partitions());
            Entry entry = decode(appended.entry().entry());
            sourceEnds.put(appended.chain(), 100L + entry.seq());
            send(
                    settings.topics().entries(),
                    partition,
                    appended.chain().toString(),
                    record(appended, partition, entry));
        }
        producer.flush();
    }

    private LedgerEntry record(CoreExport.Appended appended, int partition, Entry entry) {
        return LedgerEntry.newBuilder()
                .setPseq(++pseq[partition])
                .setChain(appended.chain().toString())
                .setSeq(entry.seq())
                .setLeaderEpoch(0)
                .setEntry(buffer(appended.entry().entry()))
                .setPayload(bytes(appended.entry().payload()))
                .setSalt(salt(appended.entry().payload()))
                .setContext(bytes(appended.entry().context()))
                .setContextSalt(salt(appended.entry().context()))
                .build();
    }

    private Boundary boundary(SampleLedger.Sealed sealed, int partition, boolean endsWindow) {
        List<ClaimStatus> claims = new ArrayList<>();
        sourceEnds.forEach((chain, end) -> {
            if (Topics.partitionOf(chain.toString(), settings.partitions()) == partition) {
                claims.add(
                        new ClaimStatus(chain.toString(), end, sealed.window().start()));
            }
        });
        return Boundary.newBuilder()
                .setPseq(++pseq[partition])
                .setPartition(partition)
                .setTime(
                        endsWindow
                                ? sealed.window().end()
                                : sealed.window().end().minusSeconds(60))
                .setWindowStart(endsWindow ? sealed.window().start() : null)
                .setClaims(claims)
                .build();
    }

    /** Writes what the registry and the signer make of a window. */
    void seal(CoreExport.WindowScript window) {
        SampleLedger.Sealed sealed = window.sealed();
        sealed.chainCheckpoints().values().forEach(note -> checkpoint(note, sealed, Cut.FAST));
        sealed.chainCheckpoints().values().forEach(note -> checkpoint(note, sealed, Cut.WINDOW));
        int parts = (sealed.leaves().size() + LEAVES_A_PART - 1) / LEAVES_A_PART;
        for (int part = 0; part < parts; part++) {
            send(settings.topics().registry(), 0, sealed.window().start().toString(), part(sealed, part, parts));
        }
        checkpoint(sealed.checkpoint(), sealed, Cut.WINDOW);
        producer.flush();
    }

    private RegistryWindow part(SampleLedger.Sealed sealed, int part, int parts) {
        int from = part * LEAVES_A_PART;
        int to = Math.min(from + LEAVES_A_PART, sealed.leaves().size());
        return RegistryWindow.newBuilder()
                .setWindowStart(sealed.window().start())
                .setWindowEnd(sealed.window().end())
                .setPart(part)
                .setParts(parts)
                .setFirstIndex(sealed.previous().size() + from)
                .setLeaves(sealed.leaves().subList(from, to).stream()
                        .map(LedgerFeed::buffer)
                        .toList())
                .setPreviousSize(sealed.previous().size())
                .setPreviousFrontier(sealed.previous().frontier().stream()
                        .map(LedgerFeed::buffer)
                        .toList())
                .setSize(sealed.registry().size())
                .setRoot(buffer(sealed.registry().root()))
                .build();
    }

    private void checkpoint(Bytes note, SampleLedger.Sealed sealed, Cut cut) {
        try {
            Checkpoint checkpoint =
                    Checkpoint.parse(SignedNote.parse(note.toByteArray()).text());
            send(
                    settings.topics().checkpoints(),
                    0,
                    checkpoint.origin(),
                    SignedCheckpoint.newBuilder()
                            .setOrigin(checkpoint.origin())
                            .setSize(checkpoint.head().size())
                            .setRoot(buffer(checkpoint.head().root()))
                            .setNote(buffer(note))
                            .setCut(cut)
                            .setWindowStart(sealed.window().start())
                            .build());
        } catch (NoteException e) {
            throw new IllegalStateException(e);
        }
    }

    private void send(String topic, int partition, String key, SpecificRecord value) {
        try {
            producer.send(new ProducerRecord<>(topic, partition, key, value)).get();
        } catch (ExecutionException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Entry decode(Bytes entry) {
        try {
            return EntryCodec.decode(entry.toByteArray());
        } catch (EntryException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ByteBuffer bytes(Optional<BundleLine.Opening> opening) {
        return opening.flatMap(BundleLine.Opening::bytes)
                .map(LedgerFeed::buffer)
                .orElse(null);
    }

    private static ByteBuffer salt(Optional<BundleLine.Opening> opening) {
        return opening.map(given -> ByteBuffer.wrap(given.salt().bytes())).orElse(null);
    }

    private static ByteBuffer buffer(Bytes bytes) {
        return ByteBuffer.wrap(bytes.toByteArray());
    }

    private static ByteBuffer buffer(Hash hash) {
        return ByteBuffer.wrap(hash.bytes());
    }

    @Override
    public void close() {
        producer.close();
    }
}
