// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bundle;

import io.tallystick.entry.Bytes;
import io.tallystick.entry.Context;
import io.tallystick.entry.ContextRef;
import io.tallystick.entry.Control;
import io.tallystick.entry.Entry;
import io.tallystick.entry.EntryCodec;
import io.tallystick.entry.EntryException;
import io.tallystick.entry.Event;
import io.tallystick.entry.PayloadRef;
import io.tallystick.entry.RejectReason;
import io.tallystick.entry.Rejected;
import io.tallystick.entry.Salt;
import io.tallystick.json.JsonException;
import io.tallystick.json.JsonScanner;
import io.tallystick.trust.StrictBase64;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;

/**
 * One line of a data file: an entry and what its commitments open to. At most 2 MiB, without its LF.
 *
 * <pre>
 * line = {"entry":E [,"context":C,"contextSalt":"hex32"] [,"payload":P | ,"payload64":"base64"] [,"salt":"hex32"] }
 * </pre>
 *
 * <table>
 *   <caption>Members, in this order and no other bytes</caption>
 *   <tr><th>{@code entry}</th><td>the entry's bytes as hashed; they end at the first {@code ,"v":1}}</td></tr>
 *   <tr><th>{@code context}, {@code contextSalt}</th><td>if and only if the entry has a context: its bytes; 16 bytes in
 *       lower-case hex</td></tr>
 *   <tr><th>{@code payload}</th><td>JSON payload of an event or control, without insignificant whitespace</td></tr>
 *   <tr><th>{@code payload64}</th><td>every other payload, RFC 4648 section 4, padded; left out for
 *       {@code value-too-large}</td></tr>
 *   <tr><th>{@code salt}</th><td>if and only if the entry has a payload: 16 bytes in lower-case hex</td></tr>
 * </table>
 *
 * That the bytes open the commitments is checked by the verifier, not here.
 */
public final class BundleLine {
    private static final int PAYLOAD_DEPTH_MAX = 64;
    private static final int ENTRY_BYTES_MAX = 4096;
    private static final int SALT_HEX = 32;
    private static final byte[] OPEN = ascii("{\"entry\":");
    private static final byte[] ENTRY_END = ascii(",\"v\":1}");

    /** Where the entry's bytes begin in a line. */
    public static final int ENTRY_BEGIN = OPEN.length;

    private static final byte[] CONTEXT = ascii(",\"context\":");
    private static final byte[] CONTEXT_SALT = ascii(",\"contextSalt\":\"");
    private static final byte[] PAYLOAD = ascii(",\"payload\":");
    private static final byte[] PAYLOAD64 = ascii(",\"payload64\":\"");
    private static final byte[] SALT = ascii(",\"salt\":\"");

    private final Bytes entryBytes;
    private final Entry entry;
    private final Optional<Opening> context;
    private final Optional<Opening> payload;

    /**
     * What a commitment opens to.
     *
     * @param bytes the committed bytes; absent only for the payload of a value that was too large
     */
    public record Opening(Optional<Bytes> bytes, Salt salt) {
        public Opening {
            Objects.requireNonNull(bytes);
            Objects.requireNonNull(salt);
        }
    }

    private BundleLine(Bytes entryBytes, Entry entry, Optional<Opening> context, Optional<Opening> payload) {
        this.entryBytes = entryBytes;
        this.entry = entry;
        this.context = context;
        this.payload = payload;
    }

    /**
     * A line from its parts. Bytes of a payload that the line leaves out ({@code value-too-large}) are dropped.
     *
     * @param entryBytes the entry as hashed
     * @param context present if and only if the entry has a context
     * @param payload present if and only if the entry has a payload
     * @throws BundleException if the parts do not fit the entry or the line would be over the limit
     */
    public static BundleLine of(Bytes entryBytes, Optional<Opening> context, Optional<Opening> payload)
            throws BundleException {
        Entry entry = decode(entryBytes.array());
        Optional<Opening> kept =
                leavesOut(entry) ? payload.map(opening -> new Opening(Optional.empty(), opening.salt())) : payload;
        if (context.isPresent() != contextOf(entry).isPresent()
                || payload.isPresent() != payloadOf(entry).isPresent()) {
            throw new BundleException("context or payload given where the entry has none, or the reverse");
        }
        if ((context.isPresent() && context.get().bytes().isEmpty())
                || (kept.isPresent() && kept.get().bytes().isEmpty() != leavesOut(entry))) {
            throw new BundleException("salt without the bytes it salts");
        }
        BundleLine line = new BundleLine(entryBytes, entry, context, kept);
        line.requireJson();
        if (line.length() > BundleLayout.LINE_BYTES_MAX) {
            throw new BundleException(
                    "line of " + line.length() + " bytes, the limit is " + BundleLayout.LINE_BYTES_MAX);
        }
        return line;
    }

    /** The entry's bytes: what the leaf hash is over. */
    public Bytes entryBytes() {
        return entryBytes;
    }

    public Entry entry() {
        return entry;
    }

    /** Present if and only if the entry has a context; its bytes are always there. */
    public Optional<Opening> context() {
        return context;
    }

    /** Present if and only if the entry has a payload. */
    public Optional<Opening> payload() {
        return payload;
    }

    /**
     * The entry's bytes of a line whose rest may be broken, so that the chain can be followed past the fault.
     *
     * @throws BundleException if the line does not begin with an entry
     */
    public static byte[] cutEntry(byte[] line) throws BundleException {
        return Arrays.copyOfRange(line, ENTRY_BEGIN, entryEnd(line, line.length));
    }

    /**
     * Where the entry's bytes end in a line whose rest may be broken; they begin at {@link #ENTRY_BEGIN}.
     *
     * @param line the line, and perhaps more
     * @param length of the line
     * @throws BundleException if the line does not begin with an entry
     */
    public static int entryEnd(byte[] line, int length) throws BundleException {
        if (length < OPEN.length || !Arrays.equals(line, 0, OPEN.length, OPEN, 0, OPEN.length)) {
            throw unexpected(OPEN, "the line's start", 0);
        }
        int to = Math.min(length, ENTRY_BEGIN + ENTRY_BYTES_MAX);
        // A brace is rarer than the comma the end begins with.
        int last = ENTRY_END.length - 1;
        for (int at = ENTRY_BEGIN + last; at < to; at++) {
            at = ByteSearch.indexOf(ENTRY_END[last], line, at, to);
            if (at < to && Arrays.equals(line, at - last, at + 1, ENTRY_END, 0, ENTRY_END.length)) {
                return at + 1;
            }
        }
        throw new BundleException("no entry within " + ENTRY_BYTES_MAX + " bytes");
    }

    private static BundleException unexpected(byte[] text, String what, int at) {
        return new BundleException("expected " + what + " (" + new String(text, StandardCharsets.US_ASCII)
                + ") at byte " + at + " of the line");
    }

    /** What the entry says of its payload, whatever its kind. */
    public static Optional<PayloadRef> payloadOf(Entry entry) {
        if (entry.body() instanceof Event event) {
            return Optional.of(event.payload());
        }
        if (entry.body() instanceof Control control) {
            return Optional.of(control.payload());
        }
        return entry.body() instanceof Rejected rejected ? rejected.payload() : Optional.empty();
    }

    /** What the entry says of its context, whatever its kind. */
    public static Optional<ContextRef> contextOf(Entry entry) {
        if (entry.body() instanceof Event event) {
            return event.context();
        }
        return entry.body() instanceof Rejected rejected ? rejected.context() : Optional.empty();
    }

    /** The line's bytes, without LF. */
    public byte[] encode() {
        byte[] line = new byte[length()];
        ByteBuffer out = ByteBuffer.wrap(line).put(OPEN).put(entryBytes.array());
        if (context.isPresent()) {
            out.put(CONTEXT).put(context.get().bytes().orElseThrow().array());
            out.put(CONTEXT_SALT).put(context.get().salt().hexBytes()).put((byte) '"');
        }
        if (payload.isPresent()) {
            payload.get().bytes().ifPresent(bytes -> putPayload(out, bytes.array()));
            out.put(SALT).put(payload.get().salt().hexBytes()).put((byte) '"');
        }
        out.put((byte) '}');
        return line;
    }

    private void putPayload(ByteBuffer out, byte[] bytes) {
        if (isJson(entry)) {
            out.put(PAYLOAD).put(bytes);
        } else {
            out.put(PAYLOAD64).put(ascii(StrictBase64.encode(bytes))).put((byte) '"');
        }
    }

    /** @throws BundleException if the bytes are not what {@link #encode} writes */
    public static BundleLine parse(byte[] line) throws BundleException {
        if (line.length > BundleLayout.LINE_BYTES_MAX) {
            throw new BundleException("line of " + line.length + " bytes, the limit is " + BundleLayout.LINE_BYTES_MAX);
        }
        return new Parser(line).parse();
    }

    private int length() {
        long length = OPEN.length + entryBytes.length() + 1L;
        if (context.isPresent()) {
            length += CONTEXT.length + context.get().bytes().orElseThrow().length();
            length += CONTEXT_SALT.length + SALT_HEX + 1;
        }
        if (payload.isPresent()) {
            long bytes = payload.get().bytes().map(b -> (long) b.length()).orElse(0L);
            length += payload.get().bytes().isEmpty()
                    ? 0
                    : isJson(entry) ? PAYLOAD.length + bytes : PAYLOAD64.length + (bytes + 2) / 3 * 4 + 1;
            length += SALT.length + SALT_HEX + 1;
        }
        return Math.toIntExact(Math.min(length, Integer.MAX_VALUE));
    }

    /** Context and JSON payload stand in the line as they are, so they must be one JSON value without a line feed. */
    private void requireJson() throws BundleException {
        if (context.isPresent()) {
            try {
                Context.decode(context.get().bytes().orElseThrow().array());
            } catch (EntryException e) {
                throw new BundleException("context: " + e.getMessage(), e);
            }
        }
        if (payload.isPresent() && payload.get().bytes().isPresent() && isJson(entry)) {
            byte[] bytes = payload.get().bytes().get().array();
            try {
                if (JsonScanner.minify(bytes, PAYLOAD_DEPTH_MAX).length != bytes.length) {
                    throw new BundleException("payload has insignificant whitespace");
                }
            } catch (JsonException e) {
                throw new BundleException("payload: " + e.getMessage(), e);
            }
        }
    }

    /** Whether the payload stands in the line as JSON: an event or control whose media type is JSON. */
    private static boolean isJson(Entry entry) {
        if (entry.body() instanceof Rejected) {
            return false;
        }
        return payloadOf(entry).map(PayloadRef::isJson).orElse(false);
    }

    private static boolean leavesOut(Entry entry) {
        return entry.body() instanceof Rejected rejected && rejected.reason() == RejectReason.VALUE_TOO_LARGE;
    }

    private static Entry decode(byte[] entryBytes) throws BundleException {
        try {
            return EntryCodec.decode(entryBytes);
        } catch (EntryException e) {
            throw new BundleException("entry: " + e.getMessage(), e);
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Cuts a line at texts that cannot stand inside a JSON string, because a string's quotes are escaped. */
    private static final class Parser {
        private final byte[] line;
        private int at;

        Parser(byte[] line) {
            this.line = line;
        }

        BundleLine parse() throws BundleException {
            byte[] entryBytes = entryBytes();
            Entry entry = decode(entryBytes);
            Optional<Opening> context = contextOf(entry).isPresent() ? Optional.of(context()) : Optional.empty();
            Optional<Opening> payload = payloadOf(entry).isPresent() ? Optional.of(payload(entry)) : Optional.empty();
            expect(ascii("}"), "the line's end");
            if (at != line.length) {
                throw new BundleException("bytes after the line's object, from byte " + at);
            }
            BundleLine parsed = new BundleLine(Bytes.wrap(entryBytes), entry, context, payload);
            parsed.requireJson();
            return parsed;
        }

        private byte[] entryBytes() throws BundleException {
            int end = entryEnd(line, line.length);
            at = ENTRY_BEGIN;
            return take(end);
        }

        private Opening context() throws BundleException {
            expect(CONTEXT, "context");
            int end = ByteSearch.indexOf(CONTEXT_SALT, line, at, line.length);
            if (end == line.length) {
                throw new BundleException("context without contextSalt");
            }
            byte[] bytes = take(end);
            return new Opening(Optional.of(Bytes.wrap(bytes)), salt(CONTEXT_SALT, "contextSalt"));
        }

        /** The salt ends the line, so the payload is what lies before it. */
        private Opening payload(Entry entry) throws BundleException {
            int saltAt = line.length - (SALT.length + SALT_HEX + 2);
            if (leavesOut(entry)) {
                return new Opening(Optional.empty(), salt(SALT, "salt"));
            }
            byte[] member = isJson(entry) ? PAYLOAD : PAYLOAD64;
            expect(member, isJson(entry) ? "payload" : "payload64");
            if (saltAt < at) {
                throw new BundleException("payload without salt");
            }
            byte[] bytes = isJson(entry) ? take(saltAt) : base64(saltAt);
            return new Opening(Optional.of(Bytes.wrap(bytes)), salt(SALT, "salt"));
        }

        private byte[] base64(int end) throws BundleException {
            byte[] text = take(end);
            if (text.length == 0 || text[text.length - 1] != '"') {
                throw new BundleException("payload64 does not end before the salt");
            }
            return CanonicalJson.base64("payload64", new String(text, 0, text.length - 1, StandardCharsets.ISO_8859_1));
        }

        private Salt salt(byte[] member, String name) throws BundleException {
            expect(member, name);
            if (line.length - at < SALT_HEX + 1) {
                throw new BundleException(name + " is cut off");
            }
            String hex = new String(take(at + SALT_HEX), StandardCharsets.ISO_8859_1);
            expect(ascii("\""), "the end of " + name);
            try {
                return Salt.parseHex(hex);
            } catch (IllegalArgumentException e) {
                throw new BundleException(name + " is not 32 lower-case hex digits", e);
            }
        }

        private byte[] take(int end) {
            byte[] bytes = Arrays.copyOfRange(line, at, end);
            at = end;
            return bytes;
        }

        private void expect(byte[] text, String what) throws BundleException {
            if (line.length - at < text.length || !Arrays.equals(line, at, at + text.length, text, 0, text.length)) {
                throw unexpected(text, what, at);
            }
            at += text.length;
        }
    }
}
