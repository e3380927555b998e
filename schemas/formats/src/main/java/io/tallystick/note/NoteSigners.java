// SPDX-License-Identifier: Apache-2.0
package io.tallystick.note;

import io.tallystick.trust.SigningKey;

/** Makes note signers of signing keys. */
public final class NoteSigners {
    private NoteSigners() {}

    /**
     * A signer of Ed25519 (type 0x01) or ECDSA (type 0x02) lines, as the key's algorithm is.
     *
     * @param keyName for checkpoints the origin
     * @throws IllegalArgumentException if the name cannot name a key, or the algorithm has no signature line
     */
    public static NoteSigner of(String keyName, SigningKey key) {
        NoteVerifier verifier = NoteVerifiers.of(keyName, key.algorithm(), key.spki());
        return new KeySigner(verifier, key);
    }

    private record KeySigner(NoteVerifier verifier, SigningKey key) implements NoteSigner {
        @Override
        public NoteSignature sign(byte[] text) {
            return new NoteSignature(verifier.name(), verifier.keyId(), key.sign(text));
        }
    }
}
