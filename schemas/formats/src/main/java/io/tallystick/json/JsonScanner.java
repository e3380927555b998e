// SPDX-License-Identifier: Apache-2.0
package io.tallystick.json;

import static java.util.Objects.requireNonNull;

import io.tallystick.json.JsonException.Fault;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Checks JSON byte by byte in one pass, and removes insignificant whitespace in the same pass. Builds no tree and reads no
 * number: what is kept is exactly what was written.
 *
 * <pre>
 * text   = ws value ws                                    RFC 8259, UTF-8 as in RFC 3629, no byte order mark
 * value  = object / array / string / number / true / false / null
 * ws     = *( %x20 / %x09 / %x0A / %x0D )                 the only bytes that minify removes
 * </pre>
 *
 * <p>Beyond the grammar: nesting is limited, names are unique in their object after unescaping, escapes form no lone
 * surrogate, and no member is called {@code $sealed}. If several faults apply, the first in the order of {@link Fault} is
 * reported, at its first place in the text.
 *
 * <p>Most texts are sound and plain, and {@link QuickScan} says so at a fraction of the cost; this class decides the rest, from
 * the start. Time is linear in the length (n log n for names made to collide); memory is the output, plus a few words for each
 * open bracket and each name of an open object. Nothing is recursive. Instances live for one call; the static methods may
 * be called from any thread, each of which keeps at most 64 KiB for the quick pass.
 */
public final class JsonScanner {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGHS = 0x8080808080808080L;
    private static final long HIGH_HALVES = 0xF0F0F0F0F0F0F0F0L;
    private static final int NONE = Integer.MAX_VALUE;

    /**
     * What is allowed beyond the grammar.
     *
     * @param maxDepth open brackets at one time, at least 0; a scalar alone has depth 0, each [ or { adds 1
     * @param reservedRefused whether a member {@code $sealed} is a fault
     */
    public record Limits(int maxDepth, boolean reservedRefused) {
        /** What a producer may send: 64 levels, no reserved member. */
        public static final Limits INPUT = new Limits(64, true);

        public Limits {
            if (maxDepth < 0) {
                throw new IllegalArgumentException("maxDepth " + maxDepth + " is negative");
            }
        }
    }

    private static final ThreadLocal<QuickScan> QUICK = ThreadLocal.withInitial(QuickScan::new);

    private final byte[] in;
    private final Limits limits;
    private final NameSet names;
    private final boolean minify;

    // Open brackets, innermost last: for an object the mark of its first name in the name set, for an array ARRAY.
    private static final int ARRAY = -1;
    private int[] open = new int[16];
    private int depth;

    // Of the string scanned last.
    private boolean escaped;

    // First place of each fault that does not end the scan.
    private int deepAt = NONE;
    private int surrogateAt = NONE;
    private int reservedAt = NONE;

    // Minified text: out is null until the first whitespace; then out[0, outLength) stands for in[0, copied).
    private byte[] out;
    private int outLength;
    private int copied;

    private JsonScanner(byte[] in, Limits limits, boolean minify) {
        this.in = requireNonNull(in);
        this.limits = requireNonNull(limits);
        this.minify = minify;
        this.names = new NameSet(in);
    }

    /**
     * Checks one JSON text.
     *
     * @throws JsonException with the first fault in the order of {@link Fault}
     */
    public static void check(byte[] json, Limits limits) throws JsonException {
        if (QUICK.get().offer(json, limits.maxDepth(), false) == null) {
            scan(json, limits, false);
        }
    }

    /**
     * Checks one JSON text and removes the whitespace between its tokens; every token stays as it is.
     *
     * @param maxDepth see {@link Limits}; {@code $sealed} is refused
     * @return the given array if there is nothing to remove, else a new one
     * @throws JsonException with the first fault in the order of {@link Fault}
     * @throws IllegalArgumentException if maxDepth is negative
     */
    public static byte[] minify(byte[] json, int maxDepth) throws JsonException {
        Limits limits = new Limits(maxDepth, true);
        byte[] quick = QUICK.get().offer(json, maxDepth, true);
        return quick != null ? quick : scan(json, limits, true);
    }

    /** The decision itself, without the quick pass: what that one accepts must be what this one returns. */
    static byte[] scan(byte[] json, Limits limits, boolean minify) throws JsonException {
        JsonScanner scanner = new JsonScanner(json, limits, minify);
        scanner.scan();
        return scanner.minified();
    }

    private byte[] minified() {
        if (out == null) {
            return in;
        }
        int rest = in.length - copied;
        byte[] result = Arrays.copyOf(out, outLength + rest);
        System.arraycopy(in, copied, result, outLength, rest);
        return result;
    }

    private void scan() throws JsonException {
        if (startsWithByteOrderMark()) {
            throw new JsonException(Fault.BYTE_ORDER_MARK, 0, isJsonAfterMark(), "byte order mark at byte 0");
        }
        text();
        refuse(Fault.TOO_DEEP, deepAt, "nested deeper than " + limits.maxDepth());
        refuse(Fault.DUPLICATE_NAME, names.duplicateAt(), "name occurs twice in an object");
        refuse(Fault.LONE_SURROGATE, surrogateAt, "escape of a lone surrogate");
        refuse(Fault.RESERVED_MEMBER, reservedAt, "member $sealed is reserved");
    }

    private static void refuse(Fault fault, int at, String what) throws JsonException {
        if (at != NONE) {
            throw new JsonException(fault, at, true, what + ", at byte " + at);
        }
    }

    private boolean startsWithByteOrderMark() {
        return in.length >= 3 && in[0] == (byte) 0xEF && in[1] == (byte) 0xBB && in[2] == (byte) 0xBF;
    }

    private boolean isJsonAfterMark() {
        try {
            new JsonScanner(Arrays.copyOfRange(in, 3, in.length), limits, false).text();
            return true;
        } catch (JsonException e) {
            return e.isWellFormedJson();
        }
    }

    // ---- grammar ----

    private void text() throws JsonException {
        int i = value(space(0));
        while (depth > 0) {
            i = space(i);
            int b = at(i);
            boolean object = open[depth - 1] != ARRAY;
            if (b == ',') {
                i = space(i + 1);
                i = value(object ? name(i) : i);
            } else if (b == (object ? '}' : ']')) {
                close();
                i++;
            } else {
                throw notJson(i);
            }
        }
        i = space(i);
        if (i != in.length) {
            throw notJson(i);
        }
    }

    /** From the first byte of a value to behind it, or to behind the first scalar in it with its brackets left open. */
    private int value(int start) throws JsonException {
        int i = start;
        for (; ; ) {
            int b = at(i);
            if (b == '"') {
                return string(i + 1);
            }
            if (b != '{' && b != '[') {
                return scalar(i, b);
            }
            boolean object = b == '{';
            open(object ? names.mark() : ARRAY, i);
            i = space(i + 1);
            if (at(i) == (object ? '}' : ']')) {
                close();
                return i + 1;
            }
            if (object) {
                i = name(i);
            }
        }
    }

    private int scalar(int start, int first) throws JsonException {
        return switch (first) {
            case 't' -> literal(start, "true");
            case 'f' -> literal(start, "false");
            case 'n' -> literal(start, "null");
            default -> number(start);
        };
    }

    private int literal(int start, String word) throws JsonException {
        for (int i = 1; i < word.length(); i++) {
            if (at(start + i) != word.charAt(i)) {
                throw notJson(start + i);
            }
        }
        return start + word.length();
    }

    private int number(int start) throws JsonException {
        int i = at(start) == '-' ? start + 1 : start;
        if (at(i) == '0') {
            i++;
        } else {
            i = digits(i);
        }
        if (at(i) == '.') {
            i = digits(i + 1);
        }
        int e = at(i);
        if (e == 'e' || e == 'E') {
            int sign = at(i + 1);
            i = digits(sign == '+' || sign == '-' ? i + 2 : i + 1);
        }
        return i;
    }

    private int digits(int start) throws JsonException {
        int i = start;
        for (int last = in.length - 8; i <= last; i += 8) {
            // A digit xor '0' is 0 to 9; adding 6 carries anything above into the high half of its byte.
            long w = (long) LONG.get(in, i) ^ (ONES * '0');
            long other = ((w + ONES * 6) | w) & HIGH_HALVES;
            if (other != 0) {
                return some(start, i + (Long.numberOfTrailingZeros(other) >>> 3));
            }
        }
        while (i < in.length && in[i] >= '0' && in[i] <= '9') {
            i++;
        }
        return some(start, i);
    }

    private int some(int start, int end) throws JsonException {
        if (end == start) {
            throw notJson(end);
        }
        return end;
    }

    /** From the opening quote of a name to the first byte of its value. */
    private int name(int start) throws JsonException {
        if (at(start) != '"') {
            throw notJson(start);
        }
        int end = string(start + 1);
        if (names.add(start, end, escaped) && limits.reservedRefused()) {
            reservedAt = Math.min(reservedAt, start);
        }
        int i = space(end);
        if (at(i) != ':') {
            throw notJson(i);
        }
        return space(i + 1);
    }

    /** From behind the opening quote to behind the closing one. */
    private int string(int start) throws JsonException {
        final byte[] bytes = in;
        int i = start;
        escaped = false;
        for (; ; ) {
            i = plain(bytes, i);
            if (i >= bytes.length) {
                throw notJson(bytes.length);
            }
            int b = bytes[i];
            if (b == '"') {
                return i + 1;
            } else if (b == '\\') {
                escaped = true;
                i = escape(i);
            } else if (b < 0) {
                i = multibyte(i);
            } else {
                throw notJson(i);
            }
        }
    }

    /** Skips bytes that mean themselves in a string: 0x20 to 0x7F but quote and backslash. Eight at a time. */
    private static int plain(byte[] bytes, int start) {
        int i = start;
        for (int last = bytes.length - 8; i <= last; i += 8) {
            long w = (long) LONG.get(bytes, i);
            long quote = w ^ (ONES * '"');
            long backslash = w ^ (ONES * '\\');
            // The lowest set high bit is exact; a borrow can only disturb the bytes above it.
            long special = ((((w - ONES * 0x20) | (quote - ONES) | (backslash - ONES)) & ~w) | w) & HIGHS;
            if (special != 0) {
                return i + (Long.numberOfTrailingZeros(special) >>> 3);
            }
        }
        while (i < bytes.length && bytes[i] >= 0x20 && bytes[i] != '"' && bytes[i] != '\\') {
            i++;
        }
        return i;
    }

    private int escape(int backslash) throws JsonException {
        return switch (at(backslash + 1)) {
            case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> backslash + 2;
            case 'u' -> unicodeEscape(backslash);
            default -> throw notJson(backslash + 1);
        };
    }

    private int unicodeEscape(int backslash) throws JsonException {
        int unit = hex4(backslash + 2);
        int next = backslash + 6;
        if ((unit & 0xF800) != 0xD800) {
            return next;
        }
        if (unit < 0xDC00 && at(next) == '\\' && at(next + 1) == 'u') {
            int low = hex4(next + 2);
            if ((low & 0xFC00) == 0xDC00) {
                return next + 6;
            }
        }
        surrogateAt = Math.min(surrogateAt, backslash);
        return next;
    }

    private int hex4(int start) throws JsonException {
        int unit = 0;
        for (int i = start; i < start + 4; i++) {
            int digit = Character.digit(at(i), 16);
            if (digit < 0) {
                throw notJson(i);
            }
            unit = (unit << 4) | digit;
        }
        return unit;
    }

    /** Skips a run of multi-byte UTF-8 sequences. */
    private int multibyte(int start) throws JsonException {
        int i = start;
        while (i < in.length && in[i] < 0) {
            int length = Utf8.sequence(in, i);
            if (length == 0) {
                throw notUtf8(i);
            }
            i += length;
        }
        return i;
    }

    // ---- whitespace, brackets, faults ----

    private int space(int i) {
        return i < in.length && in[i] > ' ' ? i : skipSpace(i);
    }

    private int skipSpace(int start) {
        int i = start;
        while (i < in.length && (in[i] == ' ' || in[i] == '\n' || in[i] == '\r' || in[i] == '\t')) {
            i++;
        }
        if (minify && i != start) {
            drop(start, i);
        }
        return i;
    }

    private void drop(int from, int to) {
        if (out == null) {
            out = new byte[in.length];
        }
        int length = from - copied;
        System.arraycopy(in, copied, out, outLength, length);
        outLength += length;
        copied = to;
    }

    private void open(int mark, int at) {
        if (depth == open.length) {
            open = Arrays.copyOf(open, depth * 2);
        }
        open[depth++] = mark;
        if (depth > limits.maxDepth()) {
            deepAt = Math.min(deepAt, at);
        }
    }

    private void close() {
        int mark = open[--depth];
        if (mark != ARRAY) {
            names.closeObject(mark);
        }
    }

    /** The byte there, or a value that is no byte of the grammar behind the end. */
    private int at(int i) {
        return i < in.length ? in[i] : -1;
    }

    /** Not JSON from here on; but if the rest is not even UTF-8, that is what is reported. */
    private JsonException notJson(int at) {
        int bad = Utf8.firstFault(in, Math.min(at, in.length));
        if (bad < in.length) {
            return notUtf8(bad);
        }
        return new JsonException(Fault.NOT_JSON, at, false, "not JSON at byte " + at);
    }

    private static JsonException notUtf8(int at) {
        return new JsonException(Fault.NOT_UTF8, at, false, "not UTF-8 at byte " + at);
    }
}
