// SPDX-License-Identifier: Apache-2.0
package io.tallystick.receipt;

import io.tallystick.note.Checkpoint;
import io.tallystick.note.SubtreeMessage;
import io.tallystick.trust.KeyAlgorithm;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * The two forms of a cosignature of a checkpoint. c2sp.org/tlog-cosignature:
 *
 * <pre>
 * signature of the line = t || sig                            t = POSIX seconds, 8 bytes, big-endian
 * 0x04  sig = Ed25519[64] over   "cosignature/v1" LF "time " decimal(t) LF || checkpoint text
 * 0x06  sig = ML-DSA-44[2420] over  SubtreeMessage
 * key id = SHA-256(cosigner name LF type key)[:4]
 * </pre>
 */
enum CosignatureType {
    ED25519(Vkey.COSIGNATURE_ED25519, KeyAlgorithm.ED25519, 64),
    ML_DSA_44(Vkey.COSIGNATURE_ML_DSA_44, KeyAlgorithm.ML_DSA_44, 2420);

    private final byte type;
    private final KeyAlgorithm algorithm;
    private final int signatureBytes;

    CosignatureType(byte type, KeyAlgorithm algorithm, int signatureBytes) {
        this.type = type;
        this.algorithm = algorithm;
        this.signatureBytes = signatureBytes;
    }

    byte type() {
        return type;
    }

    KeyAlgorithm algorithm() {
        return algorithm;
    }

    int signatureBytes() {
        return signatureBytes;
    }

    /**
     * What is signed.
     *
     * @throws IllegalArgumentException if name or origin are too long for the form
     */
    byte[] message(String cosigner, long seconds, Checkpoint checkpoint) {
        return this == ED25519 ? text(seconds, checkpoint) : SubtreeMessage.of(cosigner, seconds, checkpoint);
    }

    private static byte[] text(long seconds, Checkpoint checkpoint) {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        message.writeBytes(("cosignature/v1\ntime " + seconds + "\n").getBytes(StandardCharsets.US_ASCII));
        message.writeBytes(checkpoint.text());
        return message.toByteArray();
    }
}
