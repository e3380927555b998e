// SPDX-License-Identifier: Apache-2.0
package io.tallystick.entry;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.tallystick.json.JsonObject;
import io.tallystick.tree.Hash;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Reads entries of kind {@code event} as {@link EntryWriter} writes them, member after member, without making a tree of them
 * first: most entries by far are such, and every stage that reads entries reads each of them. Texts with escapes or beyond
 * ASCII are left to {@link EntryReader}, as is everything that is not exactly of this form: it says what is wrong.
 *
 * <p>What stands between the values is compared byte by byte, and each value has one text only. So what is read is in RFC 8785 form,
 * and need not be encoded again to see that.
 */
final class EventReader {
    /** Digits of 2<sup>53</sup>-1. */
    private static final int DIGITS_MAX = 16;

    private static final byte[] CHAIN = ascii("{\"chain\":\"");
    private static final byte[] CONTEXT = ascii("\",\"context\":{\"bytes\":");
    private static final byte[] COMMIT = ascii(",\"commit\":\"");
    private static final byte[] CONTEXT_END = ascii("\"}");
    private static final byte[] QUOTE = ascii("\"");
    private static final byte[] DUPLICATE_OF = ascii(",\"duplicateOf\":");
    private static final byte[] ID = ascii(",\"id\":\"");
    private static final byte[] PAYLOAD = ascii("\",\"kind\":\"event\",\"payload\":{\"bytes\":");
    private static final byte[] MEDIA = ascii("\",\"media\":\"");
    private static final byte[] SCHEMA = ascii("\",\"schema\":{\"id\":");
    private static final byte[] SHA256 = ascii(",\"sha256\":\"");
    private static final byte[] SCHEMA_END = ascii("\"}},\"prev\":\"");
    private static final byte[] PAYLOAD_END = ascii("\"},\"prev\":\"");
    private static final byte[] PRODUCER = ascii("\",\"producer\":\"");
    private static final byte[] RECORDED = ascii("\",\"recorded\":\"");
    private static final byte[] SEQ = ascii("\",\"seq\":");
    private static final byte[] SOURCE = ascii(",\"source\":{\"from\":");
    private static final byte[] NEXT = ascii(",\"next\":");
    private static final byte[] SOURCE_TIME = ascii(",\"time\":\"");
    private static final byte[] SOURCE_TIME_END = ascii("\"}");
    private static final byte[] SOURCE_END = ascii("}");
    private static final byte[] TIME = ascii(",\"time\":\"");
    private static final byte[] TYPE_AFTER_TIME = ascii("\",\"type\":\"");
    private static final byte[] TYPE = ascii(",\"type\":\"");
    private static final byte[] END = ascii("\",\"v\":1}");

    private final byte[] in;
    private int at;

    private EventReader(byte[] in) {
        this.in = in;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(US_ASCII);
    }

    /**
     * The entry, if the bytes are an event in the plain form.
     *
     * @throws IllegalArgumentException if they are, but a value is outside its limits
     */
    static Optional<Entry> read(byte[] in) {
        try {
            return Optional.of(new EventReader(in).entry());
        } catch (NotPlainException e) {
            return Optional.empty();
        }
    }

    /** Without a stack trace: many entries may be of another form. */
    private static final class NotPlainException extends Exception {
        private static final long serialVersionUID = 1L;

        private NotPlainException() {
            super("not an event in the plain form", null, false, false);
        }
    }

    private Entry entry() throws NotPlainException {
        require(CHAIN);
        String chain = text();
        Optional<ContextRef> context = context();
        OptionalLong duplicateOf = skip(DUPLICATE_OF) ? OptionalLong.of(integer()) : OptionalLong.empty();
        require(ID);
        String id = text();
        require(PAYLOAD);
        PayloadRef payload = payload();
        Hash prev = hash();
        Optional<String> producer = skip(PRODUCER) ? Optional.of(text()) : Optional.empty();
        require(RECORDED);
        Instant recorded = time();
        require(SEQ);
        long seq = integer();
        SourceRange source = source();
        Optional<String> time = Optional.empty();
        if (skip(TIME)) {
            time = Optional.of(text());
            require(TYPE_AFTER_TIME);
        } else {
            require(TYPE);
        }
        String type = text();
        require(END);
        if (at != in.length) {
            throw new NotPlainException();
        }
        Event event = new Event(source, id, type, time, producer, payload, context, duplicateOf);
        return new Entry(ChainId.parse(chain), seq, prev, recorded, event);
    }

    private Optional<ContextRef> context() throws NotPlainException {
        if (!skip(CONTEXT)) {
            require(QUOTE);
            return Optional.empty();
        }
        long bytes = integer();
        require(COMMIT);
        Hash commit = hash();
        require(CONTEXT_END);
        return Optional.of(new ContextRef(bytes, commit));
    }

    /** Up to the value of prev, which follows. */
    private PayloadRef payload() throws NotPlainException {
        long bytes = integer();
        require(COMMIT);
        Hash commit = hash();
        require(MEDIA);
        String media = text();
        if (!skip(SCHEMA)) {
            require(PAYLOAD_END);
            return new PayloadRef(bytes, commit, media);
        }
        long id = integer();
        require(SHA256);
        SchemaRef schema = new SchemaRef(id, hash());
        require(SCHEMA_END);
        return new PayloadRef(bytes, commit, media, Optional.of(schema));
    }

    private SourceRange source() throws NotPlainException {
        require(SOURCE);
        long from = integer();
        require(NEXT);
        long next = integer();
        if (!skip(SOURCE_TIME)) {
            require(SOURCE_END);
            return new SourceRange(from, next, Optional.empty());
        }
        Instant time = time();
        require(SOURCE_TIME_END);
        return new SourceRange(from, next, Optional.of(time));
    }

    private boolean skip(byte[] literal) {
        int end = at + literal.length;
        if (end > in.length || !Arrays.equals(in, at, end, literal, 0, literal.length)) {
            return false;
        }
        at = end;
        return true;
    }

    private void require(byte[] literal) throws NotPlainException {
        if (!skip(literal)) {
            throw new NotPlainException();
        }
    }

    /** Up to the quote, which stays. */
    private String text() throws NotPlainException {
        int start = at;
        while (at < in.length && in[at] != '"') {
            if (in[at] < ' ' || in[at] == 0x7f || in[at] == '\\') {
                throw new NotPlainException();
            }
            at++;
        }
        return new String(in, start, at - start, US_ASCII);
    }

    private long integer() throws NotPlainException {
        int start = at;
        long value = 0;
        while (at < in.length && in[at] >= '0' && in[at] <= '9') {
            value = value * 10 + in[at++] - '0';
            if (at - start > DIGITS_MAX) {
                throw new NotPlainException();
            }
        }
        if (at == start || (in[start] == '0' && at - start > 1) || value > JsonObject.INTEGER_MAX) {
            throw new NotPlainException();
        }
        return value;
    }

    private Hash hash() throws NotPlainException {
        if (in.length - at < 2 * Hash.LENGTH) {
            throw new NotPlainException();
        }
        int start = at;
        at += 2 * Hash.LENGTH;
        try {
            return Hash.parseHex(in, start);
        } catch (IllegalArgumentException e) {
            throw new NotPlainException();
        }
    }

    private Instant time() throws NotPlainException {
        if (in.length - at < LedgerTime.LENGTH) {
            throw new NotPlainException();
        }
        Instant time = LedgerTime.parse(new String(in, at, LedgerTime.LENGTH, US_ASCII));
        at += LedgerTime.LENGTH;
        return time;
    }
}
