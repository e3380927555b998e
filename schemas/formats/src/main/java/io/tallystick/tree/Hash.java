// SPDX-License-Identifier: Apache-2.0
package io.tallystick.tree;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

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

    private static final HexFormat HEX = HexFormat.of();
    private static final byte[] DIGITS = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

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
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean digit = c >= '0' && c <= '9';
            boolean letter = c >= 'a' && c <= 'f';
            if (!digit && !letter) {
                throw new IllegalArgumentException("not a lower-case hexadecimal digit at " + i);
            }
        }
        return new Hash(HEX.parseHex(text));
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

    /** SHA-256 over a byte and data. */
    static Hash prefixed(byte prefix, byte[] data) {
        MessageDigest digest = HASHER.get().reset();
        digest.update(prefix);
        digest.update(data);
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
