// SPDX-License-Identifier: Apache-2.0
package io.tallystick.tree;

/** The hashes of RFC 6962 §2.1 with SHA-256. */
public final class Rfc6962 {
    /** Root of the tree without leaves: SHA-256 of nothing. */
    public static final Hash EMPTY_ROOT = Hash.sha256();

    private static final byte LEAF = 0x00;
    private static final byte NODE = 0x01;

    private Rfc6962() {}

    /** {@code SHA-256(0x00 || data)}. */
    public static Hash leafHash(byte[] data) {
        return Hash.prefixed(LEAF, data, 0, data.length);
    }

    /** {@code SHA-256(0x00 || data[from, to))}. */
    public static Hash leafHash(byte[] data, int from, int to) {
        return Hash.prefixed(LEAF, data, from, to - from);
    }

    /** {@code SHA-256(0x01 || left || right)}. */
    public static Hash nodeHash(Hash left, Hash right) {
        return Hash.prefixed(NODE, left, right);
    }
}
