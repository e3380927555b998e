// SPDX-License-Identifier: Apache-2.0
package io.tallystick.note;

import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.PublicKey;
import io.tallystick.trust.SigningKey;
import java.time.Instant;

/** Makes note signers of signing keys. */
public final class NoteSigners {
    private NoteSigners() {}

    /**
     * A signer of Ed25519 (type 0x01), ECDSA (0x02) or ML-DSA-44 (0x06) lines, as the key's algorithm is.
     *
     * @param keyName for checkpoints the origin
     * @param signedAt stands in ML-DSA-44 lines, in seconds; the others have no time
     * @return refuses notes over {@link SigningKey#MESSAGE_MAX} bytes, with an {@link IllegalArgumentException}
     * @throws IllegalArgumentException if the name cannot name a key
     */
    public static NoteSigner of(String keyName, SigningKey key, Instant signedAt) {
        return new KeySigner(NoteVerifiers.of(keyName, key.algorithm(), key.spki()), key, signedAt);
    }

    /**
     * As {@link #of(String, SigningKey, Instant)}, for who signs under many names with one key.
     *
     * @param publicKey the key's own, decoded already
     */
    public static NoteSigner of(String keyName, SigningKey key, PublicKey publicKey, Instant signedAt) {
        return new KeySigner(NoteVerifiers.of(keyName, publicKey), key, signedAt);
    }

    /** As {@link #of(String, SigningKey, Instant)}, for lines without a time or at an unknown one. */
    public static NoteSigner of(String keyName, SigningKey key) {
        return of(keyName, key, Instant.EPOCH);
    }

    private record KeySigner(NoteVerifier verifier, SigningKey key, Instant signedAt) implements NoteSigner {
        @Override
        public NoteSignature sign(byte[] text) {
            if (text.length > SigningKey.MESSAGE_MAX) {
                throw new IllegalArgumentException(
                        "a note of " + text.length + " bytes; keys sign at most " + SigningKey.MESSAGE_MAX);
            }
            byte[] signature = key.algorithm() == KeyAlgorithm.ML_DSA_44
                    ? MlDsaLine.sign(verifier.name(), key, signedAt, text)
                    : key.sign(text);
            return new NoteSignature(verifier.name(), verifier.keyId(), signature);
        }
    }
}
