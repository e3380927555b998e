// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.duplicates;

import io.tallystick.chain.sequence.Identity;

/**
 * Which identities may be stored: a Bloom filter on the heap. What it denies was never added; what it does not deny may still not
 * be there, about one time in sixty when it is full.
 *
 * <p>An identity is a hash already, so its bits are used as they are: the high ones choose a block of 512 bits, which is one line of a
 * processor's cache, and the low ones four bits in it. Whoever chooses identities that meet in one block slows down only lookups in it.
 *
 * <p>For one thread.
 */
final class StoredFilter {
    /** The smallest, in bytes. */
    static final long BYTES_MIN = 64L << 10;

    /** For each identity of a full filter. */
    private static final int BITS_EACH = 10;

    private static final int BLOCK_WORDS = 8;
    private static final int BLOCK_BITS = BLOCK_WORDS * Long.SIZE;
    private static final int PROBES = 4;
    private static final int PROBE_BITS = 9;

    private final long[] words;
    private final int shift;
    private long added;

    /** @param bytes a power of two, at least {@value #BLOCK_BITS} bits */
    StoredFilter(long bytes) {
        if (Long.bitCount(bytes) != 1 || bytes * Byte.SIZE < 2 * BLOCK_BITS) {
            throw new IllegalArgumentException("not the size of a filter: " + bytes);
        }
        words = new long[Math.toIntExact(bytes / Long.BYTES)];
        shift = Long.numberOfLeadingZeros(words.length / BLOCK_WORDS) + 1;
    }

    /** Bytes of the filter that holds so many identities: a power of two. */
    static long bytesFor(long identities) {
        long bytes = Math.max(BYTES_MIN, identities * BITS_EACH / Byte.SIZE);
        return Long.highestOneBit(2 * bytes - 1);
    }

    long bytes() {
        return (long) words.length * Long.BYTES;
    }

    /** Whether more was added than it is made for: it denies less and less then, and is still right. */
    boolean isFull() {
        return added * BITS_EACH > (long) words.length * Long.SIZE;
    }

    void add(Identity identity) {
        int block = block(identity);
        long bits = identity.low();
        for (int probe = 0; probe < PROBES; probe++) {
            words[block + word(bits)] |= 1L << bits;
            bits >>>= PROBE_BITS;
        }
        added++;
    }

    /** False if the identity was not added. */
    boolean mayHold(Identity identity) {
        int block = block(identity);
        long bits = identity.low();
        for (int probe = 0; probe < PROBES; probe++) {
            if ((words[block + word(bits)] & 1L << bits) == 0) {
                return false;
            }
            bits >>>= PROBE_BITS;
        }
        return true;
    }

    private int block(Identity identity) {
        return (int) (identity.high() >>> shift) * BLOCK_WORDS;
    }

    /** Bits 6 to 8; bits 0 to 5 are the place in the word. */
    private static int word(long bits) {
        return (int) (bits >>> 6) & BLOCK_WORDS - 1;
    }
}
