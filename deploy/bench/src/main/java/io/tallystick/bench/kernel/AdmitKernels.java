// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.kernel;

import io.tallystick.entry.Bytes;
import io.tallystick.entry.ChainId;
import io.tallystick.entry.Commitments;
import io.tallystick.entry.Context;
import io.tallystick.entry.ContextHeader;
import io.tallystick.entry.Salt;
import io.tallystick.fixtures.SamplePayloads;
import io.tallystick.ingest.admit.Admission;
import io.tallystick.ingest.admit.ResumePoint;
import io.tallystick.ingest.decode.Decoded;
import io.tallystick.ingest.decode.Decoder;
import io.tallystick.ingest.decode.Schemas;
import io.tallystick.ingest.decode.SourcePartition;
import io.tallystick.ingest.decode.SourceRecord;
import io.tallystick.tree.Hash;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/**
 * The whole core of ingest, as ingest calls it: a record in, the message for the sequencer out. One operation is one pass over
 * all the sample events. The baseline hashes the payloads alone, also where key and headers are committed to as well.
 */
@State(Scope.Benchmark)
public class AdmitKernels {
    private static final SourcePartition SOURCE =
            new SourcePartition("cluster-1", "ledger.in.acme", "AbCdEfGhIjKlMnOpQrStUv", new ChainId("acme", 3));

    /** A value alone; or a CloudEvent in the binary mode, with a key and seven headers. */
    @Param({"plain", "cloudevent"})
    public String form;

    private final Salt salt = SamplePayloads.salt("bench");
    private final MessageDigest digest = Hash.newDigest();
    private final Admission admission = new Admission(() -> salt);
    private final Decoder decoder =
            new Decoder(Decoder.EVENT_BYTES_MAX, ChainId.OPERATOR, id -> new Schemas.Lookup.Pending());
    private List<byte[]> events;
    private List<SourceRecord> records;
    private List<byte[]> contexts;

    @Setup
    public void load() {
        events = SamplePayloads.realEvents();
        records = new ArrayList<>();
        for (byte[] event : events) {
            records.add(form.equals("plain") ? plain(event) : cloudEvent(event));
        }
        contexts = records.stream()
                .flatMap(record -> accepted(record).context().stream())
                .map(Context::encode)
                .toList();
    }

    /** The baseline: nothing but SHA-256 over the payloads. */
    @Benchmark
    public void sha256(Blackhole sink) {
        for (byte[] event : events) {
            sink.consume(digest.digest(event));
        }
    }

    /** The least that admission can cost: nothing but the commitments to payload and context. */
    @Benchmark
    public void commit(Blackhole sink) {
        for (byte[] event : events) {
            sink.consume(Commitments.payload(salt, event));
        }
        for (byte[] context : contexts) {
            sink.consume(Commitments.context(salt, context));
        }
    }

    /** Recognise, validate, minify. */
    @Benchmark
    public void decode(Blackhole sink) {
        for (SourceRecord each : records) {
            sink.consume(decoder.decode(each));
        }
    }

    /** All of it: also commit to payload and context, and make the message. */
    @Benchmark
    public void decodeAndAdmit(Blackhole sink) {
        for (SourceRecord each : records) {
            sink.consume(admission.event(each, ResumePoint.at(each.offset()), accepted(each)));
        }
    }

    private Decoded.Accepted accepted(SourceRecord record) {
        Decoded decoded = decoder.decode(record);
        if (!(decoded instanceof Decoded.Accepted accepted)) {
            throw new IllegalStateException("a sample event is not accepted: " + decoded);
        }
        return accepted;
    }

    private SourceRecord plain(byte[] event) {
        return record(event, Optional.empty(), List.of());
    }

    private SourceRecord cloudEvent(byte[] event) {
        int number = records.size();
        List<ContextHeader> headers = List.of(
                header("ce_specversion", "1.0"),
                header("ce_id", "event-" + number),
                header("ce_source", "/sample/events"),
                header("ce_type", "com.example.sample.recorded"),
                header("ce_time", "2026-11-21T03:15:00.123Z"),
                header("ce_subject", "sample " + number),
                header("content-type", "application/json"));
        return record(event, Optional.of(Bytes.utf8("key-" + number)), headers);
    }

    private SourceRecord record(byte[] event, Optional<Bytes> key, List<ContextHeader> headers) {
        return new SourceRecord(
                SOURCE,
                records.size(),
                OptionalInt.of(1),
                1_700_000_000_000L,
                key,
                headers,
                Optional.of(Bytes.of(event)));
    }

    private static ContextHeader header(String name, String value) {
        return new ContextHeader(name, Optional.of(Bytes.utf8(value)));
    }
}
