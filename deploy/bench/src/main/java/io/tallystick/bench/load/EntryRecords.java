// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.load;

import io.tallystick.avro.Boundary;
import io.tallystick.avro.LedgerEntry;
import io.tallystick.entry.Body;
import io.tallystick.entry.ChainId;
import io.tallystick.entry.Commitments;
import io.tallystick.entry.Entry;
import io.tallystick.entry.EntryCodec;
import io.tallystick.entry.Event;
import io.tallystick.entry.Genesis;
import io.tallystick.entry.PayloadRef;
import io.tallystick.entry.Salt;
import io.tallystick.entry.SourceRange;
import io.tallystick.entry.SourceTopic;
import io.tallystick.fixtures.SamplePayloads;
import io.tallystick.serde.LedgerSerdes;
import io.tallystick.topic.Topics;
import io.tallystick.tree.Hash;
import io.tallystick.tree.Rfc6962;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serde;

/**
 * One window of one chain as {@code ledger.entries} holds it, in memory: what a consumer fetches, before it is decoded.
 * Immutable but for its serde.
 */
final class EntryRecords {
    static final String TOPIC = "ledger.entries";
    static final ChainId CHAIN = new ChainId("bench", 0);
    static final Instant WINDOW_START = Instant.parse("2026-11-21T03:15:00Z");
    static final Instant WINDOW_END = WINDOW_START.plus(Duration.ofMinutes(15));
    static final int PARTITION = Topics.partitionOf(CHAIN.toString(), Rig.PARTITIONS);

    private static final String ORIGIN = "bench.example.com";
    private static final int SALTS = 1_000;

    private final Serde<SpecificRecord> serde;
    private final List<byte[]> values = new ArrayList<>();
    private Hash prev = Hash.ZERO;

    private EntryRecords(Serde<SpecificRecord> serde) {
        this.serde = serde;
    }

    /**
     * A genesis, events and the boundary that ends the window.
     *
     * @param serdes of a registry; the schemas are registered
     * @param payloads of the events, one after the other; JSON without white space
     */
    static EntryRecords of(LedgerSerdes serdes, List<byte[]> payloads) throws IOException {
        serdes.register(Map.of(TOPIC, List.of(LedgerEntry.getClassSchema(), Boundary.getClassSchema())));
        EntryRecords records = new EntryRecords(serdes.records());
        records.add(records.entry(new Genesis(
                        CHAIN.origin(ORIGIN),
                        new SourceTopic("bench", "ledger.in.bench", "AAAAAAAAAAAAAAAAAAAAAA", CHAIN.partition())))
                .build());
        for (byte[] payload : payloads) {
            records.event(payload);
        }
        records.add(Boundary.newBuilder()
                .setPseq(records.values.size())
                .setPartition(PARTITION)
                .setTime(WINDOW_END)
                .setWindowStart(WINDOW_START)
                .setClaims(List.of())
                .build());
        return records;
    }

    private void event(byte[] payload) {
        long offset = values.size() - 1L;
        Salt salt = SamplePayloads.salt("salt-" + offset % SALTS);
        Event event = new Event(
                new SourceRange(offset, offset + 1, Optional.of(WINDOW_START)),
                "0f8fad5b-d9cb-469f-" + offset,
                "com.example.order.created",
                Optional.empty(),
                Optional.of("urn:example:orders"),
                new PayloadRef(payload.length, Commitments.payload(salt, payload), PayloadRef.JSON),
                Optional.empty(),
                OptionalLong.empty());
        add(entry(event)
                .setPayload(ByteBuffer.wrap(payload))
                .setSalt(ByteBuffer.wrap(salt.bytes()))
                .build());
    }

    /** The next entry, without what its commitments open to. */
    private LedgerEntry.Builder entry(Body body) {
        long seq = values.size();
        byte[] entry = EntryCodec.encode(new Entry(CHAIN, seq, prev, WINDOW_START, body));
        prev = Rfc6962.leafHash(entry);
        return LedgerEntry.newBuilder()
                .setPseq(seq)
                .setChain(CHAIN.toString())
                .setSeq(seq)
                .setLeaderEpoch(0)
                .setEntry(ByteBuffer.wrap(entry));
    }

    private void add(SpecificRecord record) {
        values.add(serde.serializer().serialize(TOPIC, record));
    }

    /** Number of records, the boundary included. */
    int size() {
        return values.size();
    }

    /** Number of events. */
    int events() {
        return values.size() - 2;
    }

    /** Decodes a record, as a consumer does when it returns it. */
    SpecificRecord decode(int number) {
        return serde.deserializer().deserialize(TOPIC, values.get(number));
    }
}
