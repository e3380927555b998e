// SPDX-License-Identifier: Apache-2.0
package io.tallystick.json;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A first, fast pass that either accepts a text or has no opinion. What it accepts {@link JsonScanner} accepts, with the same
 * minified bytes; on any fault, and on what is rare in good texts (a name with an escape or beyond ASCII, more than 63 open
 * brackets, thousands of names), it gives up, and the scanner decides from the start. So it needs no fault, no offset and
 * no exact comparison of names: two that may be the same are reason enough to give up.
 *
 * <p>Bytes are read eight at a time; a string of up to 15 bytes costs no branch that depends on its length. The fingerprints
 * of all names, each mixed with a number for its object, stand in one Bloom filter of at least four bits for each byte of
 * the text, and of 64 KiB at most: no branch depends on what is in it, so hostile names cost no more than others.
 *
 * <p>An instance is scratch space for one thread, and keeps at most 64 KiB from one text to the next.
 */
final class QuickScan {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGHS = 0x8080808080808080L;
    private static final long SEALED = 0x2264656c61657324L;
    private static final int TRUE = 0x65757274;
    private static final int ALSE = 0x65736c61;
    private static final int NULL = 0x6c6c756e;
    private static final long MIX = 0x9E3779B97F4A7C15L;

    /** No opinion. Every position is less than this one's complement. */
    private static final int GIVE_UP = -1;

    private static final int SHORTEST = 8;
    private static final int DEPTH_MAX = 63;
    private static final int SEEN_MIN = 64;
    private static final int SEEN_MAX = 8192;

    private byte[] in;
    private int length;

    // One bit a level, the innermost lowest: whether it is an object. Each object has a number, kept by level.
    private long objects;
    private int depth;
    private long serial;
    private long opened;
    private final long[] serials = new long[DEPTH_MAX + 1];

    private long[] seen = new long[1024];
    private int seenBits;

    // Minified text: out is null until the first white space; then out[0, outLength) stands for in[0, copied).
    private boolean minify;
    private byte[] out;
    private int outLength;
    private int copied;

    /**
     * Offers a text.
     *
     * @param maxDepth open brackets at one time
     * @return null if there is no opinion; else the text is accepted, and this is the text, minified if asked for
     */
    byte[] offer(byte[] json, int maxDepth, boolean minified) {
        if (json.length < SHORTEST) {
            return null;
        }
        begin(json, minified);
        int end = text(Math.min(maxDepth, DEPTH_MAX));
        byte[] result = end == GIVE_UP ? null : out == null ? json : rest();
        in = null;
        out = null;
        return result;
    }

    private void begin(byte[] json, boolean minified) {
        in = json;
        length = json.length;
        minify = minified;
        outLength = 0;
        copied = 0;
        objects = 0;
        depth = 0;
        serial = 0;
        opened = 0;
        seenBits = 31 - Integer.numberOfLeadingZeros(Math.max(SEEN_MIN, Math.min(SEEN_MAX, length >>> 3)));
        int size = 1 << seenBits;
        if (seen.length < size) {
            seen = new long[size];
        } else {
            Arrays.fill(seen, 0, size, 0);
        }
    }

    private byte[] rest() {
        int rest = length - copied;
        byte[] result = Arrays.copyOf(out, outLength + rest);
        System.arraycopy(in, copied, result, outLength, rest);
        return result;
    }

    // ---- grammar: every method takes and returns a position, or gives up ----

    private int text(int maxDepth) {
        final byte[] bytes = in;
        int i = space(bytes, 0);
        for (; ; ) {
            int b = at(bytes, i);
            if (b == '"') {
                i = string(bytes, i + 1);
            } else if (b == '{' || b == '[') {
                if (depth == maxDepth) {
                    return GIVE_UP;
                }
                boolean object = b == '{';
                open(object);
                i = space(bytes, i + 1);
                if (at(bytes, i) != b + 2) {
                    i = object ? name(bytes, i) : i;
                    if (i < 0) {
                        return GIVE_UP;
                    }
                    continue;
                }
                close();
                i++;
            } else {
                i = scalar(bytes, i, b);
            }
            i = i < 0 ? GIVE_UP : behindValue(bytes, i);
            if (i < 0 || depth == 0) {
                return i;
            }
        }
    }

    /** From behind a value to the next value's first byte, or to the end of the text if no bracket is open. */
    private int behindValue(byte[] bytes, int start) {
        int i = start;
        while (depth > 0) {
            i = space(bytes, i);
            int b = at(bytes, i);
            boolean object = (objects & 1) != 0;
            if (b == ',') {
                i = space(bytes, i + 1);
                return object ? name(bytes, i) : i;
            }
            if (b != (object ? '}' : ']')) {
                return GIVE_UP;
            }
            close();
            i++;
        }
        i = space(bytes, i);
        return i == length ? i : GIVE_UP;
    }

    private void open(boolean object) {
        serials[depth++] = serial;
        objects = (objects << 1) | (object ? 1 : 0);
        serial = ++opened;
    }

    private void close() {
        objects >>>= 1;
        serial = serials[--depth];
    }

    /** From the opening quote of a name to the first byte of its value. */
    private int name(byte[] bytes, int start) {
        if (at(bytes, start) != '"') {
            return GIVE_UP;
        }
        int i = start + 1;
        long print = serial * MIX;
        for (; ; ) {
            long w = word(bytes, i);
            long special = special(w);
            if (special != 0) {
                int bits = Long.numberOfTrailingZeros(special) & -8;
                print = (print ^ (w & ((1L << bits) - 1))) * MIX;
                print ^= print >>> 32;
                i += bits >>> 3;
                if (w == SEALED) {
                    return GIVE_UP;
                }
                break;
            }
            print = (print ^ w) * MIX;
            print ^= print >>> 29;
            i += 8;
        }
        if (at(bytes, i) != '"' || !isNew(print * MIX)) {
            return GIVE_UP;
        }
        i = space(bytes, i + 1);
        return at(bytes, i) == ':' ? space(bytes, i + 1) : GIVE_UP;
    }

    /** Four bits of one word stand for a name. Bits that are set already are a name again, or chance: both are reason enough. */
    private boolean isNew(long print) {
        int word = (int) (print >>> (64 - seenBits));
        long bits = 1L << print | 1L << (print >>> 6) | 1L << (print >>> 12) | 1L << (print >>> 18);
        long before = seen[word];
        seen[word] = before | bits;
        return (before & bits) != bits;
    }

    /** From behind the opening quote to behind the closing one. */
    private int string(byte[] bytes, int start) {
        int i = start;
        for (; ; ) {
            if (i <= bytes.length - 16) {
                long first = special((long) LONG.get(bytes, i));
                long second = special((long) LONG.get(bytes, i + 8));
                if ((first | second) == 0) {
                    i += 16;
                    continue;
                }
                int n = Long.numberOfTrailingZeros(first);
                i += (n + (Long.numberOfTrailingZeros(second) & -(n >>> 6))) >>> 3;
            } else {
                long special = special(word(bytes, i));
                if (special == 0) {
                    i += 8;
                    continue;
                }
                i += Long.numberOfTrailingZeros(special) >>> 3;
            }
            if (i >= bytes.length) {
                return GIVE_UP;
            }
            int b = bytes[i];
            if (b == '"') {
                return i + 1;
            }
            i = b == '\\' ? escape(i) : b < 0 ? multibyte(i) : GIVE_UP;
            if (i < 0) {
                return GIVE_UP;
            }
        }
    }

    /** Eight bytes from here; zeros stand for those behind the end. */
    private long word(byte[] bytes, int i) {
        int beyond = i - (bytes.length - 8);
        return beyond <= 0
                ? (long) LONG.get(bytes, i)
                : beyond < 8 ? (long) LONG.get(bytes, bytes.length - 8) >>> (8 * beyond) : 0;
    }

    /** The lowest set bit is the high bit of the first byte that is not 0x20 to 0x7F, or is a quote or a backslash. */
    private static long special(long w) {
        long quote = w ^ (ONES * '"');
        long backslash = w ^ (ONES * '\\');
        return ((((w - ONES * 0x20) | (quote - ONES) | (backslash - ONES)) & ~w) | w) & HIGHS;
    }

    private int escape(int backslash) {
        return switch (at(in, backslash + 1)) {
            case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> backslash + 2;
            case 'u' -> {
                int unit = hex4(backslash + 2);
                if (unit < 0 || (unit & 0xFC00) == 0xDC00) {
                    yield GIVE_UP;
                }
                if ((unit & 0xFC00) != 0xD800) {
                    yield backslash + 6;
                }
                boolean pair = at(in, backslash + 6) == '\\'
                        && at(in, backslash + 7) == 'u'
                        && (hex4(backslash + 8) & 0xFFFFFC00) == 0xDC00;
                yield pair ? backslash + 12 : GIVE_UP;
            }
            default -> GIVE_UP;
        };
    }

    private int hex4(int start) {
        int unit = 0;
        for (int i = start; i < start + 4; i++) {
            unit = (unit << 4) | Character.digit(at(in, i), 16);
        }
        return unit;
    }

    private int multibyte(int start) {
        int i = start;
        while (i < length && in[i] < 0) {
            int bytes = Utf8.sequence(in, i);
            if (bytes == 0) {
                return GIVE_UP;
            }
            i += bytes;
        }
        return i;
    }

    private int scalar(byte[] bytes, int start, int first) {
        if (start <= bytes.length - 5) {
            if (first == 't') {
                return (int) INT.get(bytes, start) == TRUE ? start + 4 : GIVE_UP;
            } else if (first == 'n') {
                return (int) INT.get(bytes, start) == NULL ? start + 4 : GIVE_UP;
            } else if (first == 'f') {
                return (int) INT.get(bytes, start + 1) == ALSE ? start + 5 : GIVE_UP;
            }
        }
        return number(bytes, start, first);
    }

    private int number(byte[] bytes, int start, int first) {
        int i = first == '-' ? start + 1 : start;
        i = at(bytes, i) == '0' ? i + 1 : digits(bytes, i);
        if (i >= 0 && at(bytes, i) == '.') {
            i = digits(bytes, i + 1);
        }
        if (i >= 0 && (at(bytes, i) | 0x20) == 'e') {
            int sign = at(bytes, i + 1);
            i = digits(bytes, sign == '+' || sign == '-' ? i + 2 : i + 1);
        }
        return i;
    }

    private static int digits(byte[] bytes, int start) {
        int i = start;
        while (i < bytes.length && bytes[i] >= '0' && bytes[i] <= '9') {
            i++;
        }
        return i == start ? GIVE_UP : i;
    }

    // ---- white space ----

    private static int at(byte[] bytes, int i) {
        return i < bytes.length ? bytes[i] : GIVE_UP;
    }

    private int space(byte[] bytes, int i) {
        return i < bytes.length && bytes[i] > ' ' ? i : skipSpace(i);
    }

    private int skipSpace(int start) {
        int i = start;
        while (i < length && (in[i] == ' ' || in[i] == '\n' || in[i] == '\r' || in[i] == '\t')) {
            i++;
        }
        if (minify && i != start) {
            drop(start, i);
        }
        return i;
    }

    private void drop(int from, int to) {
        if (out == null) {
            out = new byte[length];
        }
        int kept = from - copied;
        System.arraycopy(in, copied, out, outLength, kept);
        outLength += kept;
        copied = to;
    }
}
