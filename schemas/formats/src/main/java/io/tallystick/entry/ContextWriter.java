// SPDX-License-Identifier: Apache-2.0
package io.tallystick.entry;

import io.tallystick.json.Jcs;
import io.tallystick.json.Utf8;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * Writes a {@link Context} in RFC 8785 form, member by member in the order of their names. Every record with a key or a header
 * passes here, so the text goes from the record's bytes to the context's without becoming strings or a tree, in a buffer that the
 * thread uses again.
 */
final class ContextWriter {
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    /** Between a byte and what JSON makes of it: an escape with four digits. */
    private static final int GROWTH = 6;

    /** A thread keeps a buffer for the next context up to this size. */
    private static final int KEPT_BYTES_MAX = 8 * 1024;

    private static final byte[] ACTOR = label("actor");
    private static final byte[] HEADERS = label("headers");
    private static final byte[] KEY = label("key");
    private static final byte[] KEY64 = label("key64");
    private static final byte[] NAME = label("name");
    private static final byte[] SUBJECT = label("subject");
    private static final byte[] VALUE = label("value");
    private static final byte[] VALUE64 = label("value64");

    private static final ThreadLocal<ContextWriter> WRITER = ThreadLocal.withInitial(ContextWriter::new);

    private byte[] out = new byte[512];
    private int size;

    private ContextWriter() {}

    static byte[] write(Context context) {
        ContextWriter writer = WRITER.get();
        writer.size = 0;
        writer.context(context);
        byte[] written = Arrays.copyOf(writer.out, writer.size);
        if (writer.out.length > KEPT_BYTES_MAX) {
            WRITER.remove();
        }
        return written;
    }

    private void context(Context context) {
        char before = '{';
        if (context.actor().isPresent()) {
            put(before, ACTOR).text(utf8(context.actor().get()));
            before = ',';
        }
        if (!context.headers().isEmpty()) {
            put(before, HEADERS).headers(context.headers());
            before = ',';
        }
        if (context.key().isPresent()) {
            bytes(before, KEY, KEY64, context.key().get());
            before = ',';
        }
        if (context.subject().isPresent()) {
            put(before, SUBJECT).text(utf8(context.subject().get()));
        }
        put('}');
    }

    private void headers(List<ContextHeader> headers) {
        char before = '[';
        for (ContextHeader header : headers) {
            put(before);
            put('{', NAME).text(utf8(header.name()));
            if (header.value().isPresent()) {
                bytes(',', VALUE, VALUE64, header.value().get());
            }
            put('}');
            before = ',';
        }
        put(']');
    }

    private void bytes(char before, byte[] label, byte[] label64, Bytes value) {
        byte[] bytes = value.array();
        if (Utf8.isWellFormed(bytes)) {
            put(before, label).text(bytes);
        } else {
            put(before, label64).text(Base64.getEncoder().encode(bytes));
        }
    }

    private static byte[] label(String name) {
        return ('"' + name + "\":").getBytes(StandardCharsets.US_ASCII);
    }

    private ContextWriter put(char before, byte[] label) {
        room(label.length + 1);
        out[size++] = (byte) before;
        System.arraycopy(label, 0, out, size, label.length);
        size += label.length;
        return this;
    }

    /** RFC 8785 section 3.2.2.2, on well-formed UTF-8. */
    private void text(byte[] utf8) {
        int plain = Jcs.firstEscaped(utf8);
        room(plain + GROWTH * (utf8.length - plain) + 2);
        out[size++] = '"';
        System.arraycopy(utf8, 0, out, size, plain);
        size += plain;
        for (int i = plain; i < utf8.length; i++) {
            if (Jcs.isEscaped(utf8[i])) {
                escape(utf8[i]);
            } else {
                out[size++] = utf8[i];
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
