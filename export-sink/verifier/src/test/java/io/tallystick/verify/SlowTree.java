// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** RFC 6962 section 2.1 word for word: recursive, slow, and nothing of the code under test in it. */
final class SlowTree {
    private SlowTree() {}

    static byte[] sha256(byte[]... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (byte[] part : parts) {
                digest.update(part);
            }
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    static byte[] leaf(byte[] data) {
        return sha256(new byte[] {0}, data);
    }

    /** MTH over leaf data. */
    static byte[] root(List<byte[]> leaves) {
        if (leaves.isEmpty()) {
            return sha256();
        }
        if (leaves.size() == 1) {
            return leaf(leaves.get(0));
        }
        int k = split(leaves.size());
        return sha256(new byte[] {1}, root(leaves.subList(0, k)), root(leaves.subList(k, leaves.size())));
    }

    /** PATH(m, D[n]), the leaf's sibling first. */
    static List<String> path(int m, List<byte[]> leaves) {
        if (leaves.size() <= 1) {
            return new ArrayList<>();
        }
        int k = split(leaves.size());
        List<byte[]> left = leaves.subList(0, k);
        List<byte[]> right = leaves.subList(k, leaves.size());
        List<String> path = m < k ? path(m, left) : path(m - k, right);
        path.add(hex(root(m < k ? right : left)));
        return path;
    }

    /** PROOF(m, D[n]). */
    static List<String> consistency(int m, List<byte[]> leaves) {
        return m == 0 || m == leaves.size() ? new ArrayList<>() : subproof(m, leaves, true);
    }

    private static List<String> subproof(int m, List<byte[]> leaves, boolean whole) {
        if (m == leaves.size()) {
            List<String> proof = new ArrayList<>();
            if (!whole) {
                proof.add(hex(root(leaves)));
            }
            return proof;
        }
        int k = split(leaves.size());
        List<byte[]> left = leaves.subList(0, k);
        List<byte[]> right = leaves.subList(k, leaves.size());
        List<String> proof = m <= k ? subproof(m, left, whole) : subproof(m - k, right, false);
        proof.add(hex(root(m <= k ? right : left)));
        return proof;
    }

    /** Roots of the perfect subtrees, largest first. */
    static List<String> frontier(List<byte[]> leaves) {
        List<String> frontier = new ArrayList<>();
        int from = 0;
        for (int size = Integer.highestOneBit(Math.max(leaves.size(), 1)); size > 0; size /= 2) {
            if ((leaves.size() & size) != 0) {
                frontier.add(hex(root(leaves.subList(from, from + size))));
                from += size;
            }
        }
        return frontier;
    }

    private static int split(int n) {
        int k = Integer.highestOneBit(n);
        return k == n ? k / 2 : k;
    }
}
