// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.kernel;

import io.tallystick.entry.Commitments;
import io.tallystick.entry.Salt;
import io.tallystick.fixtures.SamplePayloads;
import io.tallystick.json.JsonException;
import io.tallystick.json.JsonScanner;
import io.tallystick.json.JsonScanner.Limits;
import io.tallystick.tree.Hash;
import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/**
 * What ingest does to the bytes of a JSON payload: check, minify, commit. One operation is one pass over all the sample
 * events.
 */
@State(Scope.Benchmark)
public class PayloadKernels {
    /** As published, without a space between tokens; or with one behind each comma and colon, as many libraries print. */
    @Param({"minified", "spaced"})
    public String form;

    private final Salt salt = SamplePayloads.salt("bench");
    private final MessageDigest digest = Hash.newDigest();
    private List<byte[]> events;

    /** Events of one pass. */
    static long events() {
        return SamplePayloads.realEvents().size();
    }

    /** Bytes of one pass. */
    static long bytes(String form) {
        return events(form).stream().mapToLong(event -> event.length).sum();
    }

    @Setup
    public void load() {
        events = events(form);
    }

    /** The baseline: nothing but SHA-256 over the same bytes. */
    @Benchmark
    public void sha256(Blackhole sink) {
        for (byte[] event : events) {
            sink.consume(digest.digest(event));
        }
    }

    /** Strict check only. */
    @Benchmark
    public void scan() throws JsonException {
        for (byte[] event : events) {
            JsonScanner.check(event, Limits.INPUT);
        }
    }

    /** Strict check and removal of whitespace. */
    @Benchmark
    public void scanAndMinify(Blackhole sink) throws JsonException {
        for (byte[] event : events) {
            sink.consume(JsonScanner.minify(event, 64));
        }
    }

    /** All of it, with the salted commitment. */
    @Benchmark
    public void scanMinifyAndCommit(Blackhole sink) throws JsonException {
        for (byte[] event : events) {
            sink.consume(Commitments.payload(salt, JsonScanner.minify(event, 64)));
        }
    }

    private static List<byte[]> events(String form) {
        List<byte[]> published = SamplePayloads.realEvents();
        return form.equals("spaced")
                ? published.stream().map(PayloadKernels::spaced).toList()
                : published;
    }

    private static byte[] spaced(byte[] json) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        boolean inString = false;
        boolean escaped = false;
        for (byte b : json) {
            out.write(b);
            if (!inString && (b == ',' || b == ':')) {
                out.write(' ');
            }
            inString ^= b == '"' && !escaped;
            escaped = inString && b == '\\' && !escaped;
        }
        return out.toByteArray();
    }
}
