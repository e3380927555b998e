// SPDX-License-Identifier: Apache-2.0
package io.tallystick.note;

import io.tallystick.trust.InvalidSignatureException;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.Signatures;
import io.tallystick.trust.SigningKey;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/**
 * The ML-DSA-44 line of a checkpoint, in the form of c2sp.org/tlog-cosignature, type 0x06:
 *
 * <pre>
 * signature = u64 t || ML-DSA-44[2420] over message            t: signing time, Unix seconds; integers big-endian
 * message   = "subtree/v1" LF 0x00 || u8 length || key name || u64 t
 *             || u8 length || origin || u64 0 || u64 size || root[32]
 * </pre>
 *
 * It commits to origin, size and root, so only a checkpoint can carry it. The time is the signer's own claim.
 */
final class MlDsaLine {
    static final byte TYPE = 0x06;

    private static final byte[] LABEL = "subtree/v1\n\0".getBytes(StandardCharsets.US_ASCII);
    private static final int TIME_BYTES = 8;
    private static final int SIGNATURE_BYTES = 2420;
    private static final int TEXT_MAX = 255;

    private MlDsaLine() {}

    /**
     * Signs.
     *
     * @throws IllegalArgumentException if the text is not that of a checkpoint, or name or origin are over 255 bytes
     */
    static byte[] sign(String keyName, SigningKey key, Instant signedAt, byte[] text) {
        long seconds = signedAt.getEpochSecond();
        try {
            byte[] signature = key.sign(message(keyName, seconds, Checkpoint.parse(text)));
            return ByteBuffer.allocate(TIME_BYTES + signature.length)
                    .putLong(seconds)
                    .put(signature)
                    .array();
        } catch (NoteException e) {
            throw new IllegalArgumentException("an ML-DSA-44 line stands on checkpoints only", e);
        }
    }

    static void verify(String keyName, byte[] spki, byte[] text, byte[] sig)
            throws NoteException, InvalidSignatureException {
        if (sig.length != TIME_BYTES + SIGNATURE_BYTES) {
            throw new InvalidSignatureException(
                    "a time and a signature take " + (TIME_BYTES + SIGNATURE_BYTES) + " bytes, not " + sig.length);
        }
        ByteBuffer buffer = ByteBuffer.wrap(sig);
        long seconds = buffer.getLong();
        byte[] signature = new byte[SIGNATURE_BYTES];
        buffer.get(signature);
        try {
            Signatures.verify(
                    KeyAlgorithm.ML_DSA_44, spki, message(keyName, seconds, Checkpoint.parse(text)), signature);
        } catch (IllegalArgumentException e) {
            throw new InvalidSignatureException(e.getMessage(), e);
        }
    }

    private static byte[] message(String keyName, long seconds, Checkpoint checkpoint) {
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
