// SPDX-License-Identifier: Apache-2.0
package io.tallystick.entry;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * 16 random bytes that keep a commitment from being guessed. Made at ingest, carried beside the bytes, never in the entry.
 * Whoever has the salt can test guesses, so the text form is for bundles, not for logs.
 */
public final class Salt {
    /** Bytes of a salt. */
    public static final int LENGTH = 16;

    private static final byte[] DIGITS = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final Pattern HEX = Pattern.compile("[0-9a-f]{32}");

    private final Bytes bytes;

    private Salt(Bytes bytes) {
        this.bytes = bytes;
    }

    /**
     * A salt of these bytes.
     *
     * @throws IllegalArgumentException if there are not 16
     */
    public static Salt of(byte[] bytes) {
        if (bytes.length != LENGTH) {
            throw new IllegalArgumentException("a salt has " + LENGTH + " bytes, not " + bytes.length);
        }
        return new Salt(Bytes.of(bytes));
    }

    /**
     * Parses 32 lower-case hex digits.
     *
     * @throws IllegalArgumentException if it is anything else
     */
    public static Salt parseHex(String text) {
        if (!HEX.matcher(text).matches()) {
            throw new IllegalArgumentException("not a salt of " + 2 * LENGTH + " lower-case hex digits");
        }
        return of(HexFormat.of().parseHex(text));
    }

    /** A copy of the bytes. */
    public byte[] bytes() {
        return bytes.toByteArray();
    }

    byte[] array() {
        return bytes.array();
    }

    /** The text form, 32 bytes. */
    public byte[] hexBytes() {
        byte[] text = new byte[2 * LENGTH];
        byte[] given = bytes.array();
        for (int i = 0; i < LENGTH; i++) {
            text[2 * i] = DIGITS[given[i] >> 4 & 15];
            text[2 * i + 1] = DIGITS[given[i] & 15];
        }
        return text;
    }

    /** 32 lower-case hex digits. */
    public String hex() {
        return bytes.toString();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Salt that && bytes.equals(that.bytes);
    }

    @Override
    public int hashCode() {
        return bytes.hashCode();
    }

    @Override
    public String toString() {
        return hex();
    }
}
