// SPDX-License-Identifier: Apache-2.0
package io.tallystick.note;

import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.TrustRole;
import io.tallystick.trust.TrustRoot;
import io.tallystick.trust.TrustedKey;
import java.util.List;
import java.util.Objects;

/**
 * A key of the trust root under the name of an origin, so that what verified leads back to validity and status.
 *
 * @param verifier checks signature lines
 * @param key what the trust root says of the key
 */
public record TrustedVerifier(NoteVerifier verifier, TrustedKey key) {
    public TrustedVerifier {
        Objects.requireNonNull(verifier);
        Objects.requireNonNull(key);
    }

    /**
     * The keys listed for checkpoints of an origin, whatever their status and validity.
     */
    public static List<TrustedVerifier> forOrigin(TrustRoot root, String origin) {
        return root.keys(TrustRole.CHECKPOINT, origin).stream()
                .map(key -> new TrustedVerifier(NoteVerifiers.of(origin, key.algorithm(), key.spki()), key))
                .toList();
    }

    /**
     * Verifies a note with trusted keys.
     *
     * @return those that signed, in the order of their lines; never empty
     * @throws NoteException as {@link SignedNote#verify}
     */
    public static List<TrustedVerifier> verify(SignedNote note, List<TrustedVerifier> trusted) throws NoteException {
        List<NoteVerifier> signed =
                note.verify(trusted.stream().map(TrustedVerifier::verifier).toList());
        return signed.stream()
                .map(verifier -> trusted.stream()
                        .filter(candidate -> candidate.verifier() == verifier)
                        .findFirst()
                        .orElseThrow())
                .toList();
    }

    /** The key's algorithm. */
    public KeyAlgorithm algorithm() {
        return key.algorithm();
    }
}
