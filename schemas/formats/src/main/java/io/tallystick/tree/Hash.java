// SPDX-License-Identifier: Apache-2.0
package io.tallystick.tree;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * A SHA-256 digest: 32 bytes, immutable. Its text form is 64 lower-case hexadecimal digits; it orders as unsigned
 * bytes, which is also the order of the text forms.
 */
public final class Hash implements Comparable<Hash> {
    /** Length of a hash in bytes. */
    public static final int LENGTH = 32;

    /** Thirty-two zero bytes: the {@code prev} of the first entry of a chain. */
    public static final Hash ZERO = new Hash(new byte[LENGTH]);

    private static final ThreadLocal<Hasher> HASHER = ThreadLocal.withInitial(Hasher::new);

    private static final byte[] DIGITS = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] VALUES = values();

    private final byte[] bytes;

    /** One thread's SHA-256, never handed out; making one costs as much as hashing 300 bytes. */
    private static final class Hasher {
        private final MessageDigest digest = newDigest();
        private final byte[] pair = new byte[1 + 2 * LENGTH];

        MessageDigest reset() {
            digest.reset();
            return digest;
        }
    }

    private Hash(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * Copies the bytes.
     *
     * @throws IllegalArgumentException if there are not exactly 32
     */
    public static Hash of(byte[] bytes) {
        if (bytes.length != LENGTH) {
            throw new IllegalArgumentException("a hash has 32 bytes, not " + bytes.length);
        }
        return new Hash(bytes.clone());
    }

    /**
     * Copies what remains of the buffer, and leaves it as it is.
     *
     * @throws IllegalArgumentException if there are not exactly 32 bytes
     */
    public static Hash of(ByteBuffer buffer) {
        if (buffer.remaining() != LENGTH) {
            throw new IllegalArgumentException("a hash has 32 bytes, not " + buffer.remaining());
        }
        byte[] bytes = new byte[LENGTH];
        buffer.get(buffer.position(), bytes);
        return new Hash(bytes);
    }

    /**
     * Reads the text form.
     *
     * @throws IllegalArgumentException unless the text is exactly 64 lower-case hexadecimal digits
     */
    public static Hash parseHex(String text) {
        if (text.length() != 2 * LENGTH) {
            throw new IllegalArgumentException("a hash has 64 hexadecimal digits, not " + text.length());
        }
        return parseHex(text.getBytes(StandardCharsets.ISO_8859_1), 0);
    }

    /**
     * Reads the text form, 64 bytes from {@code at}.
     *
     * @throws IllegalArgumentException unless they are lower-case hexadecimal digits
     * @throws IndexOutOfBoundsException if there are fewer
     */
    public static Hash parseHex(byte[] text, int at) {
        byte[] bytes = new byte[LENGTH];
        int wrong = 0;
        for (int i = 0; i < LENGTH; i++) {
            int high = VALUES[text[at + 2 * i] & 0xff];
            int low = VALUES[text[at + 2 * i + 1] & 0xff];
            wrong |= high | low;
            bytes[i] = (byte) (high << 4 | low);
        }
        if (wrong < 0) {
            int i = at;
            while (VALUES[text[i] & 0xff] >= 0) {
                i++;
            }
            throw new IllegalArgumentException("not a lower-case hexadecimal digit at " + (i - at));
        }
        return new Hash(bytes);
    }

    /** Of each digit its value, of everything else -1: whether a digit is a letter cannot be foreseen, so nothing branches on it. */
    private static byte[] values() {
        byte[] values = new byte[256];
        Arrays.fill(values, (byte) -1);
        for (int i = 0; i < DIGITS.length; i++) {
            values[DIGITS[i]] = (byte) i;
        }
        return values;
    }

    /** SHA-256 over the concatenation of the parts. */
    public static Hash sha256(byte[]... parts) {
        MessageDigest digest = HASHER.get().reset();
        for (byte[] part : parts) {
            digest.update(part);
        }
        return new Hash(digest.digest());
    }

    /** A fresh SHA-256 of the JDK, which is several times faster than Bouncy Castle's. */
    public static MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** SHA-256 over a byte and a part of data. */
    static Hash prefixed(byte prefix, byte[] data, int from, int length) {
        MessageDigest digest = HASHER.get().reset();
        digest.update(prefix);
        digest.update(data, from, length);
        return new Hash(digest.digest());
    }

    /** SHA-256 over a byte and two hashes, which reach the digest in one piece: it copies what comes in pieces. */
    static Hash prefixed(byte prefix, Hash left, Hash right) {
        Hasher hasher = HASHER.get();
        byte[] pair = hasher.pair;
        pair[0] = prefix;
        System.arraycopy(left.bytes, 0, pair, 1, LENGTH);
        System.arraycopy(right.bytes, 0, pair, 1 + LENGTH, LENGTH);
        return new Hash(hasher.reset().digest(pair));
    }

    /** Writes the text form, 64 bytes. */
    public void putHex(byte[] out, int at) {
        for (int i = 0; i < LENGTH; i++) {
            out[at + 2 * i] = DIGITS[bytes[i] >> 4 & 15];
            out[at + 2 * i + 1] = DIGITS[bytes[i] & 15];
        }
    }

    /** A copy of the 32 bytes. */
    public byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public int compareTo(Hash other) {
        return Arrays.compareUnsigned(bytes, other.bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Hash hash && Arrays.equals(bytes, hash.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        byte[] text = new byte[2 * LENGTH];
        putHex(text, 0);
        return new String(text, StandardCharsets.US_ASCII);
    }
}
