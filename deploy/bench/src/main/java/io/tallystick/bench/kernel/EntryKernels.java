// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.kernel;

import io.tallystick.entry.Entry;
import io.tallystick.entry.EntryCodec;
import io.tallystick.entry.EntryException;
import io.tallystick.fixtures.SampleEntries;
import io.tallystick.tree.Hash;
import io.tallystick.tree.Rfc6962;
import java.security.MessageDigest;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/** What the sequencer does for an entry, and a reader with it. One operation is one entry. */
@State(Scope.Benchmark)
public class EntryKernels {
    private static final int ENTRIES = 1_000;

    private final MessageDigest digest = Hash.newDigest();
    private List<Entry> entries;
    private List<byte[]> encoded;

    /** A chain of plain events. */
    @Setup
    public void load() {
        entries = SampleEntries.chain(SampleEntries.CHAIN, SampleEntries.events(0, ENTRIES - 1));
        encoded = entries.stream().map(EntryCodec::encode).toList();
    }

    /** The baseline: nothing but SHA-256 over the entry's bytes. */
    @Benchmark
    @OperationsPerInvocation(ENTRIES)
    public void sha256(Blackhole sink) {
        for (byte[] entry : encoded) {
            sink.consume(digest.digest(entry));
        }
    }

    /** Encode an entry and compute its leaf hash. */
    @Benchmark
    @OperationsPerInvocation(ENTRIES)
    public void encodeAndHash(Blackhole sink) {
        for (Entry entry : entries) {
            sink.consume(Rfc6962.leafHash(EntryCodec.encode(entry)));
        }
    }

    /** Compute the leaf hash of stored bytes and read them strictly. */
    @Benchmark
    @OperationsPerInvocation(ENTRIES)
    public void hashAndDecode(Blackhole sink) throws EntryException {
        for (byte[] entry : encoded) {
            sink.consume(Rfc6962.leafHash(entry));
            sink.consume(EntryCodec.decode(entry));
        }
    }
}
