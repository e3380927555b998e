// SPDX-License-Identifier: Apache-2.0
package io.tallystick.json;

import java.io.ByteArrayOutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/**
 * The JSON Canonicalization Scheme, RFC 8785: no whitespace, members ordered by the UTF-16 code units of their names, the
 * shortest escapes, numbers as ECMAScript prints them, UTF-8.
 */
public final class Jcs {
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGHS = 0x8080808080808080L;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream(256);

    private Jcs() {}

    /**
     * The canonical bytes of a value.
     *
     * @throws IllegalArgumentException if a string holds a lone surrogate
     */
    public static byte[] encode(JsonValue value) {
        Jcs jcs = new Jcs();
        jcs.value(value);
        return jcs.out.toByteArray();
    }

    /** Index of the first byte of well-formed UTF-8 that a string must escape (section 3.2.2.2); the length if none must be. */
    public static int firstEscaped(byte[] utf8) {
        int i = 0;
        while (i <= utf8.length - 8) {
            long w = (long) LONG.get(utf8, i);
            long quote = w ^ (ONES * '"');
            long backslash = w ^ (ONES * '\\');
            // The high bit of a byte, if it or one before it in the word is to be escaped.
            if ((((w - ONES * 0x20) | (quote - ONES) | (backslash - ONES)) & ~w & HIGHS) != 0) {
                break;
            }
            i += 8;
        }
        while (i < utf8.length && !isEscaped(utf8[i])) {
            i++;
        }
        return i;
    }

    /** Whether a string must escape this byte of well-formed UTF-8. */
    public static boolean isEscaped(byte b) {
        return (b >= 0 && b < 0x20) || b == '"' || b == '\\';
    }

    private void value(JsonValue value) {
        if (value instanceof JsonObject object) {
            object(object);
        } else if (value instanceof JsonArray array) {
            array(array);
        } else if (value instanceof JsonString string) {
            string(string.value());
        } else if (value instanceof JsonNumber number) {
            ascii(Es6Number.format(number.doubleValue()));
        } else if (value instanceof JsonBoolean bool) {
            ascii(bool.value() ? "true" : "false");
        } else {
            ascii("null");
        }
    }

    private void object(JsonObject object) {
        // String's natural order is by UTF-16 code unit, as section 3.2.3 asks.
        Map<String, JsonValue> sorted = new TreeMap<>(object.members());
        char before = '{';
        for (Map.Entry<String, JsonValue> member : sorted.entrySet()) {
            out.write(before);
            string(member.getKey());
            out.write(':');
            value(member.getValue());
            before = ',';
        }
        if (sorted.isEmpty()) {
            out.write('{');
        }
        out.write('}');
    }

    private void array(JsonArray array) {
        char before = '[';
        for (JsonValue value : array) {
            out.write(before);
            value(value);
            before = ',';
        }
        if (array.size() == 0) {
            out.write('[');
        }
        out.write(']');
    }

    private void string(String text) {
        out.write('"');
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                if (!Character.isHighSurrogate(c)
                        || i + 1 == text.length()
                        || !Character.isLowSurrogate(text.charAt(i + 1))) {
                    throw new IllegalArgumentException("lone surrogate at index " + i + " of a string");
                }
                i++;
            } else if (c < 0x20 || c == '"' || c == '\\') {
                utf8(text.substring(start, i));
                escape(c);
                start = i + 1;
            }
        }
        utf8(text.substring(start));
        out.write('"');
    }

    private void escape(char c) {
        out.write('\\');
        char letter =
                switch (c) {
                    case '"', '\\' -> c;
                    case '\b' -> 'b';
                    case '\t' -> 't';
                    case '\n' -> 'n';
                    case '\f' -> 'f';
                    case '\r' -> 'r';
                    default -> 'u';
                };
        out.write(letter);
        if (letter == 'u') {
            ascii("00");
            out.write(HEX[c >> 4]);
            out.write(HEX[c & 15]);
        }
    }

    private void utf8(String text) {
        out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    }

    private void ascii(String text) {
        out.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }
}
