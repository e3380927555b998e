// SPDX-License-Identifier: Apache-2.0
package io.tallystick.note;

import io.tallystick.trust.InvalidSignatureException;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.Signatures;
import io.tallystick.trust.SigningKey;
import java.nio.ByteBuffer;
import java.time.Instant;

/**
 * The ML-DSA-44 line of a checkpoint, in the form of c2sp.org/tlog-cosignature, type 0x06:
 *
 * <pre>
 * signature = u64 t || ML-DSA-44[2420] over SubtreeMessage     t: signing time, Unix seconds; integers big-endian
 * </pre>
 *
 * It commits to origin, size and root, so only a checkpoint can carry it. The time is the signer's own claim.
 */
final class MlDsaLine {
    static final byte TYPE = 0x06;

    private static final int TIME_BYTES = 8;
    private static final int SIGNATURE_BYTES = 2420;

    private MlDsaLine() {}

    /**
     * Signs.
     *
     * @throws IllegalArgumentException if the text is not that of a checkpoint, or name or origin are over 255 bytes
     */
    static byte[] sign(String keyName, SigningKey key, Instant signedAt, byte[] text) {
        long seconds = signedAt.getEpochSecond();
        try {
            byte[] signature = key.sign(SubtreeMessage.of(keyName, seconds, Checkpoint.parse(text)));
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
                    KeyAlgorithm.ML_DSA_44,
                    spki,
                    SubtreeMessage.of(keyName, seconds, Checkpoint.parse(text)),
                    signature);
        } catch (IllegalArgumentException e) {
            throw new InvalidSignatureException(e.getMessage(), e);
        }
    }
}
