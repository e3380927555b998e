// SPDX-License-Identifier: Apache-2.0
package io.tallystick.json;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The member names of the objects that are open, as a stack: an object's own names lie side by side above its mark, because
 * those of objects inside it are gone when it closes. Each object is checked once, when it closes.
 *
 * <p>A name is a slice of the text, or of a side buffer if it has escapes: there it stands unescaped in UTF-8, with a lone
 * surrogate as its three-byte pattern, which well-formed text cannot hold.
 *
 * <p>Few names are compared pairwise by fingerprint, more through a hash table. Fingerprints can be made to collide by a
 * hostile producer, so the table works on a budget, and beyond it the names are sorted by their bytes: n log n whatever
 * the input. Rejected: a random seed per call, which makes time depend on luck and tests on the seed.
 */
final class NameSet {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final byte[] RESERVED = "$sealed".getBytes(StandardCharsets.US_ASCII);
    private static final int PAIRWISE_MAX = 8;
    private static final int PROBES_PER_NAME = 16;

    private final byte[] text;
    // Four parallel columns, one row a name. offset >= 0: in the text; else ~offset in the side buffer.
    private long[] fingerprint = new long[32];
    private int[] offset = new int[32];
    private int[] length = new int[32];
    private int[] quote = new int[32];
    private int count;

    private byte[] side = {};
    private int sideLength;
    private int[] table = {};
    private int duplicateAt = Integer.MAX_VALUE;

    NameSet(byte[] text) {
        this.text = text;
    }

    /** Where the names of an object opened now will begin. */
    int mark() {
        return count;
    }

    /** Offset of the opening quote of the first name that occurred before in its object, or {@code Integer.MAX_VALUE}. */
    int duplicateAt() {
        return duplicateAt;
    }

    /**
     * Adds a name of the innermost open object.
     *
     * @param start offset of the opening quote
     * @param end offset behind the closing quote
     * @return whether it is the reserved name
     */
    boolean add(int start, int end, boolean escaped) {
        if (count == offset.length) {
            grow();
        }
        int at = start + 1;
        int size = end - at - 1;
        byte[] source = text;
        if (escaped) {
            int from = sideLength;
            unescape(at, end - 1);
            source = side;
            size = sideLength - from;
            offset[count] = ~from;
            at = from;
        } else {
            offset[count] = at;
        }
        length[count] = size;
        quote[count] = start;
        fingerprint[count++] = fingerprint(source, at, size);
        return size == RESERVED.length
                && source[at] == '$'
                && Arrays.equals(source, at, at + size, RESERVED, 0, RESERVED.length);
    }

    /** Checks and forgets the names from the mark on. */
    void closeObject(int mark) {
        int names = count - mark;
        if (names > PAIRWISE_MAX) {
            if (!checkByTable(mark, names)) {
                checkBySorting(mark);
            }
        } else if (names > 1) {
            checkPairwise(mark);
        }
        count = mark;
    }

    private void checkPairwise(int mark) {
        for (int i = mark + 1; i < count; i++) {
            long print = fingerprint[i];
            for (int j = mark; j < i; j++) {
                if (fingerprint[j] == print && sameName(i, j)) {
                    duplicateAt = Math.min(duplicateAt, quote[i]);
                }
            }
        }
    }

    /** False if too many names fell on each other. */
    private boolean checkByTable(int mark, int names) {
        int bits = 33 - Integer.numberOfLeadingZeros(names - 1);
        int size = 1 << bits;
        if (table.length < size) {
            table = new int[size];
        } else {
            Arrays.fill(table, 0, size, 0);
        }
        long budget = (long) names * PROBES_PER_NAME;
        for (int i = mark; i < count; i++) {
            int slot = (int) ((fingerprint[i] * 0x9E3779B97F4A7C15L) >>> (64 - bits));
            while (table[slot] != 0) {
                int other = table[slot] - 1;
                if (fingerprint[other] == fingerprint[i] && sameName(other, i)) {
                    duplicateAt = Math.min(duplicateAt, quote[i]);
                    break;
                }
                if (--budget < 0) {
                    return false;
                }
                slot = (slot + 1) & (size - 1);
            }
            if (table[slot] == 0) {
                table[slot] = i + 1;
            }
        }
        return true;
    }

    private void checkBySorting(int mark) {
        Integer[] order = new Integer[count - mark];
        for (int i = 0; i < order.length; i++) {
            order[i] = mark + i;
        }
        // Stable, so of equal names the later stands behind the earlier.
        Arrays.sort(order, this::compareNames);
        for (int i = 1; i < order.length; i++) {
            if (sameName(order[i - 1], order[i])) {
                duplicateAt = Math.min(duplicateAt, quote[order[i]]);
            }
        }
    }

    private boolean sameName(int a, int b) {
        return compareNames(a, b) == 0;
    }

    private int compareNames(int a, int b) {
        if (length[a] != length[b]) {
            return Integer.compare(length[a], length[b]);
        }
        int from = offset[a] < 0 ? ~offset[a] : offset[a];
        int other = offset[b] < 0 ? ~offset[b] : offset[b];
        return Arrays.compare(source(a), from, from + length[a], source(b), other, other + length[b]);
    }

    private byte[] source(int name) {
        return offset[name] < 0 ? side : text;
    }

    private static long fingerprint(byte[] source, int at, int size) {
        long first = 0;
        long last = 0;
        if (size >= 8) {
            first = (long) LONG.get(source, at);
            last = (long) LONG.get(source, at + size - 8);
        } else if (at + 8 <= source.length) {
            first = size == 0 ? 0 : (long) LONG.get(source, at) << (64 - 8 * size);
        } else {
            for (int i = at; i < at + size; i++) {
                first = (first >>> 8) | ((long) source[i] << 56);
            }
        }
        return first * 0xC2B2AE3D27D4EB4FL ^ Long.rotateLeft(last * 0x165667B19E3779F9L, 29) ^ size;
    }

    private void unescape(int from, int to) {
        int needed = sideLength + to - from;
        if (side.length < needed) {
            side = Arrays.copyOf(side, Math.max(needed, side.length * 2));
        }
        int i = from;
        while (i < to) {
            if (text[i] != '\\') {
                side[sideLength++] = text[i++];
            } else if (text[i + 1] != 'u') {
                side[sideLength++] = simpleEscape(text[i + 1]);
                i += 2;
            } else {
                i = unicodeEscape(i, to);
            }
        }
    }

    private int unicodeEscape(int backslash, int to) {
        int unit = hex4(backslash + 2);
        int next = backslash + 6;
        if (Character.isHighSurrogate((char) unit) && next + 6 <= to && text[next] == '\\' && text[next + 1] == 'u') {
            int low = hex4(next + 2);
            if (Character.isLowSurrogate((char) low)) {
                put(Character.toCodePoint((char) unit, (char) low));
                return next + 6;
            }
        }
        put(unit);
        return next;
    }

    /** At most 3 bytes for 6 of the text, 4 for 12: the room made beforehand is enough. */
    private void put(int codePoint) {
        if (codePoint < 0x80) {
            side[sideLength++] = (byte) codePoint;
        } else if (codePoint < 0x800) {
            side[sideLength++] = (byte) (0xC0 | (codePoint >> 6));
            side[sideLength++] = (byte) (0x80 | (codePoint & 0x3F));
        } else {
            if (codePoint < 0x10000) {
                side[sideLength++] = (byte) (0xE0 | (codePoint >> 12));
            } else {
                side[sideLength++] = (byte) (0xF0 | (codePoint >> 18));
                side[sideLength++] = (byte) (0x80 | ((codePoint >> 12) & 0x3F));
            }
            side[sideLength++] = (byte) (0x80 | ((codePoint >> 6) & 0x3F));
            side[sideLength++] = (byte) (0x80 | (codePoint & 0x3F));
        }
    }

    private int hex4(int at) {
        int unit = 0;
        for (int i = at; i < at + 4; i++) {
            unit = (unit << 4) | Character.digit(text[i], 16);
        }
        return unit;
    }

    private static byte simpleEscape(byte letter) {
        return switch (letter) {
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            default -> letter;
        };
    }

    private void grow() {
        int size = count * 2;
        fingerprint = Arrays.copyOf(fingerprint, size);
        offset = Arrays.copyOf(offset, size);
        length = Arrays.copyOf(length, size);
        quote = Arrays.copyOf(quote, size);
    }
}
