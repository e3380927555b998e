// SPDX-License-Identifier: Apache-2.0
package io.tallystick.entry;

import static java.util.Objects.requireNonNull;

import io.tallystick.json.Utf8;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * An immutable byte string: equal by content, copied in and out. Only {@link #wrap} and {@link #array} do not copy; they are for
 * payloads, which are large and pass through one pair of hands.
 */
public final class Bytes {
    /** No bytes. */
    public static final Bytes EMPTY = new Bytes(new byte[0]);

    private final byte[] bytes;

    private Bytes(byte[] bytes) {
        this.bytes = bytes;
    }

    /** A copy of these bytes. */
    public static Bytes of(byte... bytes) {
        return new Bytes(bytes.clone());
    }

    /** These bytes themselves: the caller gives the array up, and neither changes it nor hands it on. */
    public static Bytes wrap(byte[] bytes) {
        return new Bytes(requireNonNull(bytes));
    }

    /** The text in UTF-8. */
    public static Bytes utf8(String text) {
        return new Bytes(text.getBytes(StandardCharsets.UTF_8));
    }

    /** A copy of the bytes. */
    public byte[] toByteArray() {
        return bytes.clone();
    }

    /**
     * The bytes themselves, for reading only: to hash, scan or send a payload without a copy. Whoever changes the array, or lets
     * somebody do it, breaks the promise of this class.
     */
    public byte[] array() {
        return bytes;
    }

    /** The text, if the bytes are well-formed UTF-8. */
    public Optional<String> text() {
        return Utf8.isWellFormed(bytes) ? Optional.of(new String(bytes, StandardCharsets.UTF_8)) : Optional.empty();
    }

    /** Number of bytes. */
    public int length() {
        return bytes.length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Bytes that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** Lower-case hex. */
    @Override
    public String toString() {
        return HexFormat.of().formatHex(bytes);
    }
}
