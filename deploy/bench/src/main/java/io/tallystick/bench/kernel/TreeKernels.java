// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.kernel;

import io.tallystick.tree.CompactRange;
import io.tallystick.tree.Hash;
import io.tallystick.tree.Rfc6962;
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
 * What the trees do for an entry. One operation is one leaf: its leaf hash and, on average, one node hash. The leaf's data has 64
 * bytes, so that both hashes are over 65; entries are longer, and what is added to hashing weighs less.
 */
@State(Scope.Benchmark)
public class TreeKernels {
    private static final int LEAVES = 1_024;
    private static final int DATA_BYTES = 64;

    private final MessageDigest digest = Hash.newDigest();
    private final byte[] prefixed = new byte[1 + DATA_BYTES];
    private List<byte[]> leaves;

    /** As many leaves, all different. */
    @Setup
    public void load() {
        leaves = IntStream.range(0, LEAVES).mapToObj(TreeKernels::data).toList();
    }

    private static byte[] data(int leaf) {
        byte[] data = new byte[DATA_BYTES];
        data[0] = (byte) leaf;
        data[1] = (byte) (leaf >> 8);
        return data;
    }

    /** The baseline: for each leaf two bare SHA-256 over 65 bytes, as for its leaf hash and for a node. */
    @Benchmark
    @OperationsPerInvocation(LEAVES)
    public void sha256(Blackhole sink) {
        for (int i = 0; i < LEAVES; i++) {
            prefixed[DATA_BYTES] = (byte) i;
            sink.consume(digest.digest(prefixed));
            sink.consume(digest.digest(prefixed));
        }
    }

    /** Hash leaf by leaf and append it to the compact range of an empty tree. */
    @Benchmark
    @OperationsPerInvocation(LEAVES)
    public CompactRange append() {
        CompactRange range = CompactRange.EMPTY;
        for (byte[] leaf : leaves) {
            range = range.append(Rfc6962.leafHash(leaf));
        }
        return range;
    }
}
