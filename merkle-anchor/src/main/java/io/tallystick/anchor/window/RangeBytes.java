// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.window;

import io.tallystick.tree.CompactRange;
import io.tallystick.tree.Hash;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A whole tree's frontier inside a stored state: 8 bytes of size, then 32 bytes for each 1-bit of it, largest subtree
 * first. Numbers are big-endian.
 */
public final class RangeBytes {
    private RangeBytes() {}

    /** Number of bytes {@link #put} writes. */
    public static int length(CompactRange range) {
        return Long.BYTES + range.frontier().size() * Hash.LENGTH;
    }

    /** Writes the frontier. */
    public static void put(ByteBuffer to, CompactRange range) {
        to.putLong(range.size());
        range.frontier().forEach(hash -> to.put(hash.bytes()));
    }

    /**
     * Reads a frontier.
     *
     * @throws IllegalArgumentException if the size is negative
     * @throws java.nio.BufferUnderflowException if the bytes end too early
     */
    public static CompactRange get(ByteBuffer from) {
        long size = from.getLong();
        int count = Long.bitCount(size);
        List<Hash> frontier = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            frontier.add(hash(from));
        }
        return CompactRange.of(size, frontier);
    }

    /** Reads 32 bytes. */
    public static Hash hash(ByteBuffer from) {
        byte[] bytes = new byte[Hash.LENGTH];
        from.get(bytes);
        return Hash.of(bytes);
    }
}
