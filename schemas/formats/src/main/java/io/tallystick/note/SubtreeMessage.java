// SPDX-License-Identifier: Apache-2.0
package io.tallystick.note;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * What an ML-DSA-44 line of a checkpoint (type 0x06) signs, by a witness or by the ledger itself. c2sp.org/tlog-cosignature:
 *
 * <pre>
 * "subtree/v1" LF 0x00 || u8 length || key name || u64 t || u8 length || origin || u64 0 || u64 size || root[32]
 * </pre>
 *
 * <p>Integers are big-endian, t is POSIX seconds.
 */
public final class SubtreeMessage {
    private static final byte[] LABEL = "subtree/v1\n\0".getBytes(StandardCharsets.US_ASCII);
    private static final int TEXT_MAX = 255;

    private SubtreeMessage() {}

    /**
     * The bytes signed.
     *
     * @param keyName of the signer
     * @param seconds when it signs
     * @throws IllegalArgumentException if name or origin are over 255 bytes
     */
    public static byte[] of(String keyName, long seconds, Checkpoint checkpoint) {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        message.writeBytes(LABEL);
        text(message, keyName);
        message.writeBytes(u64(seconds));
        text(message, checkpoint.origin());
        message.writeBytes(u64(0));
        message.writeBytes(u64(checkpoint.head().size()));
        message.writeBytes(checkpoint.head().root().bytes());
        return message.toByteArray();
    }

    private static void text(ByteArrayOutputStream message, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > TEXT_MAX) {
            throw new IllegalArgumentException("a name of " + bytes.length + " bytes, at most " + TEXT_MAX);
        }
        message.write(bytes.length);
        message.writeBytes(bytes);
    }

    private static byte[] u64(long value) {
        return ByteBuffer.allocate(Long.BYTES).putLong(value).array();
    }
}
