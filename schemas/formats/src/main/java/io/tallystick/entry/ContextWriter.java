// SPDX-License-Identifier: Apache-2.0
package io.tallystick.entry;

import io.tallystick.json.Utf8;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;

/**
 * Writes a {@link Context} in RFC 8785 form, member by member in the order of their names. Every record with a key or a header
 * passes here, so the text goes from the record's bytes to the context's without becoming strings or a tree.
 */
final class ContextWriter {
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    /** Between a byte and what JSON makes of it: an escape with four digits. */
    private static final int GROWTH = 6;

    private byte[] out = new byte[512];
    private int size;

    private ContextWriter() {}

    static byte[] write(Context context) {
        ContextWriter writer = new ContextWriter();
        char before = '{';
        if (context.actor().isPresent()) {
            writer.label(before, "actor").text(utf8(context.actor().get()));
            before = ',';
        }
        if (!context.headers().isEmpty()) {
            writer.label(before, "headers").headers(context);
            before = ',';
        }
        if (context.key().isPresent()) {
            writer.bytes(before, "key", context.key().get());
            before = ',';
        }
        if (context.subject().isPresent()) {
            writer.label(before, "subject").text(utf8(context.subject().get()));
        }
        writer.put('}');
        return Arrays.copyOf(writer.out, writer.size);
    }

    private void headers(Context context) {
        char before = '[';
        for (ContextHeader header : context.headers()) {
            put(before);
            label('{', "name").text(utf8(header.name()));
            Optional<Bytes> value = header.value();
            if (value.isPresent()) {
                bytes(',', "value", value.get());
            }
            put('}');
            before = ',';
        }
        put(']');
    }

    private void bytes(char before, String name, Bytes value) {
        byte[] bytes = value.array();
        if (Utf8.isWellFormed(bytes)) {
            label(before, name).text(bytes);
        } else {
            label(before, name + "64").text(Base64.getEncoder().encode(bytes));
        }
    }

    @SuppressWarnings("deprecation") // getBytes(int, int, byte[], int) keeps the low bytes: ASCII without a copy.
    private ContextWriter label(char before, String name) {
        int length = name.length();
        room(length + 4);
        out[size++] = (byte) before;
        out[size++] = '"';
        name.getBytes(0, length, out, size);
        size += length;
        out[size++] = '"';
        out[size++] = ':';
        return this;
    }

    /** RFC 8785 section 3.2.2.2, on well-formed UTF-8. */
    private void text(byte[] utf8) {
        room(GROWTH * utf8.length + 2);
        out[size++] = '"';
        for (byte b : utf8) {
            if ((b >= 0 && b < 0x20) || b == '"' || b == '\\') {
                escape(b);
            } else {
                out[size++] = b;
            }
        }
        out[size++] = '"';
    }

    private void escape(byte b) {
        out[size++] = '\\';
        int letter =
                switch (b) {
                    case '"', '\\' -> b;
                    case '\b' -> 'b';
                    case '\t' -> 't';
                    case '\n' -> 'n';
                    case '\f' -> 'f';
                    case '\r' -> 'r';
                    default -> 'u';
                };
        out[size++] = (byte) letter;
        if (letter == 'u') {
            out[size++] = '0';
            out[size++] = '0';
            out[size++] = HEX[b >> 4];
            out[size++] = HEX[b & 15];
        }
    }

    private void put(char ascii) {
        room(1);
        out[size++] = (byte) ascii;
    }

    private void room(int bytes) {
        if (out.length - size < bytes) {
            out = Arrays.copyOf(out, Math.max(size + bytes, out.length * 2));
        }
    }

    /** @throws IllegalArgumentException if the text has half of a surrogate pair, which UTF-8 cannot hold */
    private static byte[] utf8(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length != ContextHeader.utf8Length(text)) {
            throw new IllegalArgumentException("lone surrogate in a string");
        }
        return bytes;
    }
}
