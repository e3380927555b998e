// SPDX-License-Identifier: Apache-2.0
package io.tallystick.entry;

import static java.util.Objects.requireNonNull;

import io.tallystick.json.JsonException;
import io.tallystick.json.JsonObject;
import io.tallystick.json.JsonParser;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * What came with a record and may identify a person: kept beside the entry, which only commits to it.
 *
 * <p>Encoding, in RFC 8785 form; absent members are left out, and an empty context has no encoding:
 *
 * <pre>
 * context = {"actor":text,"headers":[header,…],"key":text or "key64":base64,"subject":text}
 * header  = {"name":text,"value":text} or {"name":text,"value64":base64} or, if its value is null, {"name":text}
 * </pre>
 *
 * <p>The {@code …64} form (RFC 4648 section 4, padded) is for bytes that are not well-formed UTF-8, and only for them.
 *
 * @param actor who did it, at most 512 bytes of JCS text
 * @param headers all headers in record order, at most {@link #HEADERS_MAX}; with the key at most {@link #BYTES_MAX} bytes
 * @param key the record's key
 * @param subject what it is about, at most 1,024 bytes of JCS text
 */
public record Context(
        Optional<String> actor, List<ContextHeader> headers, Optional<Bytes> key, Optional<String> subject) {
    /** The most headers of a record. */
    public static final int HEADERS_MAX = 64;

    /** The most bytes of key, header names and header values together. */
    public static final int BYTES_MAX = 16 * 1024;

    /** Every byte of the 16 KiB may need six in JSON; the rest is labels, actor and subject. */
    private static final int ENCODED_MAX = 6 * BYTES_MAX + 64 * 32 + 2048;

    private static final int DEPTH_MAX = 3;

    public Context {
        Attributes.require(Attribute.ACTOR, actor);
        Attributes.require(Attribute.SUBJECT, subject);
        requireNonNull(key);
        headers = List.copyOf(headers);
        if (headers.size() > HEADERS_MAX) {
            throw new IllegalArgumentException(headers.size() + " headers are more than " + HEADERS_MAX);
        }
        if (!fits(key, headers)) {
            throw new IllegalArgumentException(
                    bytes(key, headers) + " bytes of key and headers are more than " + BYTES_MAX);
        }
    }

    /** Whether key, names and values together have at most {@link #BYTES_MAX} bytes. */
    public static boolean fits(Optional<Bytes> key, List<ContextHeader> headers) {
        // Names are counted exactly only where it matters: a record is asked twice, and nearly none is near the limit.
        long atMost = key.isPresent() ? key.get().length() : 0;
        for (ContextHeader header : headers) {
            atMost += header.lengthMax();
        }
        return atMost <= BYTES_MAX || bytes(key, headers) <= BYTES_MAX;
    }

    private static long bytes(Optional<Bytes> key, List<ContextHeader> headers) {
        long bytes = key.isPresent() ? key.get().length() : 0;
        for (ContextHeader header : headers) {
            bytes += header.length();
        }
        return bytes;
    }

    /** Whether there is nothing to keep; then the entry has no {@code context}. */
    public boolean isEmpty() {
        return actor.isEmpty() && headers.isEmpty() && key.isEmpty() && subject.isEmpty();
    }

    /**
     * The bytes the entry commits to.
     *
     * @throws IllegalStateException if the context is empty
     */
    public byte[] encode() {
        if (isEmpty()) {
            throw new IllegalStateException("an empty context has no encoding");
        }
        return ContextWriter.write(this);
    }

    /**
     * Reads a context, accepting exactly what {@link #encode} writes.
     *
     * @throws EntryException naming what is wrong
     */
    public static Context decode(byte[] bytes) throws EntryException {
        if (bytes.length > ENCODED_MAX) {
            throw new EntryException("context of " + bytes.length + " bytes is larger than " + ENCODED_MAX);
        }
        try {
            Context context = read(JsonParser.parseObject(bytes, DEPTH_MAX));
            int difference = context.isEmpty() ? 1 : Arrays.mismatch(bytes, context.encode());
            if (difference >= 0) {
                throw new EntryException("context is not in canonical form at byte " + difference);
            }
            return context;
        } catch (JsonException | IllegalArgumentException e) {
            throw new EntryException("context: " + e.getMessage(), e);
        }
    }

    private static Context read(JsonObject json) throws JsonException {
        json.requireOnly("actor", "headers", "key", "key64", "subject");
        List<ContextHeader> headers = new ArrayList<>();
        if (json.has("headers")) {
            for (JsonObject header : json.array("headers").objects()) {
                header.requireOnly("name", "value", "value64");
                headers.add(new ContextHeader(header.string("name"), bytes(header, "value")));
            }
        }
        return new Context(json.optionalString("actor"), headers, bytes(json, "key"), json.optionalString("subject"));
    }

    private static Optional<Bytes> bytes(JsonObject json, String name) throws JsonException {
        Optional<String> text = json.optionalString(name);
        Optional<String> base64 = json.optionalString(name + "64");
        if (text.isPresent() && base64.isPresent()) {
            throw new IllegalArgumentException("both '" + name + "' and '" + name + "64'");
        }
        return text.isPresent()
                ? text.map(Bytes::utf8)
                : base64.map(digits -> Bytes.of(Base64.getDecoder().decode(digits)));
    }
}
