// SPDX-License-Identifier: Apache-2.0
package io.tallystick.tree;

import java.util.ArrayList;
import java.util.List;

/** RFC 6962 §2.1 word for word: recursive, over all leaves, without any sharing. The oracle of the fast code. */
final class SlowTree {
    private SlowTree() {}

    /** MTH(D[n]). */
    static Hash root(List<Hash> d) {
        if (d.isEmpty()) {
            return Hash.sha256();
        }
        if (d.size() == 1) {
            return d.get(0);
        }
        int k = split(d.size());
        byte[] left = root(d.subList(0, k)).bytes();
        byte[] right = root(d.subList(k, d.size())).bytes();
        return Hash.sha256(new byte[] {1}, left, right);
    }

    /** PATH(m, D[n]). */
    static List<Hash> path(int m, List<Hash> d) {
        if (d.size() == 1) {
            return List.of();
        }
        int k = split(d.size());
        if (m < k) {
            return join(path(m, d.subList(0, k)), root(d.subList(k, d.size())));
        }
        return join(path(m - k, d.subList(k, d.size())), root(d.subList(0, k)));
    }

    /** PROOF(m, D[n]). */
    static List<Hash> proof(int m, List<Hash> d) {
        return subproof(m, d, true);
    }

    private static List<Hash> subproof(int m, List<Hash> d, boolean complete) {
        if (m == d.size()) {
            return complete ? List.of() : List.of(root(d));
        }
        int k = split(d.size());
        if (m <= k) {
            return join(subproof(m, d.subList(0, k), complete), root(d.subList(k, d.size())));
        }
        return join(subproof(m - k, d.subList(k, d.size()), false), root(d.subList(0, k)));
    }

    /** The largest power of two less than n. */
    private static int split(int n) {
        return Integer.highestOneBit(n - 1);
    }

    private static List<Hash> join(List<Hash> hashes, Hash last) {
        List<Hash> joined = new ArrayList<>(hashes);
        joined.add(last);
        return joined;
    }

    /** Leaf hashes of the leaves "0", "1", ... */
    static List<Hash> leaves(int count) {
        List<Hash> leaves = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            leaves.add(Hash.sha256(new byte[] {0}, new byte[] {(byte) (i >> 16), (byte) (i >> 8), (byte) i}));
        }
        return leaves;
    }

    /** The frontier of the first leaves, made by appending. */
    static CompactRange range(List<Hash> leaves) {
        CompactRange range = CompactRange.EMPTY;
        for (Hash leaf : leaves) {
            range = range.append(leaf);
        }
        return range;
    }
}
