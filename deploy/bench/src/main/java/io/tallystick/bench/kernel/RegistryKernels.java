// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.kernel;

import io.tallystick.tree.CompactRange;
import io.tallystick.tree.Hash;
import io.tallystick.tree.TreeExtension;
import java.security.MessageDigest;
import java.util.List;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/**
 * The proofs of one window of the registry, from the frontier before it and its leaves alone: the consistency proof, and the
 * inclusion proof of every leaf. One operation is one leaf. That nothing older is read shows in a cost that does not grow with
 * the registry.
 */
@State(Scope.Benchmark)
public class RegistryKernels {
    private static final int LEAVES = 1_001;

    /** Both have ten subtrees in their frontier. */
    private static final long THOUSAND = (1L << 10) - 1;

    private static final long TRILLION = (1L << 40) - (1L << 30);

    private final MessageDigest digest = Hash.newDigest();
    private final byte[] node = new byte[65];
    private List<Hash> window;
    private CompactRange young;
    private CompactRange old;

    /** The leaf hashes of a window with a thousand heads, and what is known of the registry before it. */
    @Setup
    public void load() {
        window = hashes(LEAVES);
        young = CompactRange.of(THOUSAND, hashes(Long.bitCount(THOUSAND)));
        old = CompactRange.of(TRILLION, hashes(Long.bitCount(TRILLION)));
    }

    private static List<Hash> hashes(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> Hash.sha256(new byte[] {(byte) i, (byte) (i >> 8)}))
                .toList();
    }

    /** The baseline: one bare SHA-256 over the 65 bytes of a node for each leaf. */
    @Benchmark
    @OperationsPerInvocation(LEAVES)
    public void sha256(Blackhole sink) {
        for (int i = 0; i < LEAVES; i++) {
            node[64] = (byte) i;
            sink.consume(digest.digest(node));
        }
    }

    /** After a thousand leaves: a young registry. */
    @Benchmark
    @OperationsPerInvocation(LEAVES)
    public void afterThousand(Blackhole sink) {
        prove(young, sink);
    }

    /** After a million million leaves. */
    @Benchmark
    @OperationsPerInvocation(LEAVES)
    public void afterTrillion(Blackhole sink) {
        prove(old, sink);
    }

    private void prove(CompactRange before, Blackhole sink) {
        TreeExtension registry = new TreeExtension(before, window);
        sink.consume(registry.consistencyProof());
        for (long index = before.size(); index < before.size() + LEAVES; index++) {
            sink.consume(registry.inclusionProof(index));
        }
    }
}
