// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.kernel;

import io.tallystick.tree.CompactRange;
import io.tallystick.tree.Hash;
import java.security.MessageDigest;
import java.util.List;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/** What the trees do for an entry. One operation is one leaf. */
@State(Scope.Benchmark)
public class TreeKernels {
    private static final int LEAVES = 1_024;

    private final MessageDigest digest = Hash.newDigest();
    private final byte[] node = new byte[65];
    private List<Hash> leaves;

    /** As many leaf hashes. */
    @Setup
    public void load() {
        leaves = IntStream.range(0, LEAVES)
                .mapToObj(i -> Hash.sha256(new byte[] {(byte) i, (byte) (i >> 8)}))
                .toList();
    }

    /** The baseline: one SHA-256 over the 65 bytes of a node; a growing tree needs one for each leaf on average. */
    @Benchmark
    @OperationsPerInvocation(LEAVES)
    public void sha256(Blackhole sink) {
        for (int i = 0; i < LEAVES; i++) {
            node[64] = (byte) i;
            sink.consume(digest.digest(node));
        }
    }

    /** Append leaf by leaf to the compact range of an empty tree. */
    @Benchmark
    @OperationsPerInvocation(LEAVES)
    public CompactRange append() {
        CompactRange range = CompactRange.EMPTY;
        for (Hash leaf : leaves) {
            range = range.append(leaf);
        }
        return range;
    }
}
