// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.recover;

import io.tallystick.note.Checkpoint;
import io.tallystick.note.NoteException;
import io.tallystick.note.SignedNote;
import io.tallystick.note.TrustedVerifier;
import io.tallystick.tree.TreeHead;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.TrustRole;
import io.tallystick.trust.TrustRoot;
import io.tallystick.trust.TrustedKey;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/**
 * A checkpoint whose signatures can be verified. The rules are the verifier's: every line of a listed key must verify, each key
 * must be valid at the end of the window, and what the trust root requires must be there.
 */
final class CheckpointNote {
    private final String origin;
    private final String what;
    private final SignedNote note;
    private final TreeHead head;

    private CheckpointNote(String origin, String what, SignedNote note, TreeHead head) {
        this.origin = origin;
        this.what = what;
        this.note = note;
        this.head = head;
    }

    /**
     * Reads a checkpoint; its signatures are not looked at yet.
     *
     * @param origin what it must be a checkpoint of
     * @param what it is, for refusals, for example "registry checkpoint"
     * @throws RecoveryRefusedException if it has another form or origin
     */
    static CheckpointNote parse(String origin, String what, byte[] note) {
        try {
            SignedNote signed = SignedNote.parse(note);
            Checkpoint checkpoint = Checkpoint.parse(signed.text());
            if (!checkpoint.origin().equals(origin)) {
                throw RecoveryRefusedException.disagrees(
                        "the last " + what + " is of " + checkpoint.origin() + ", expected " + origin);
            }
            return new CheckpointNote(origin, what, signed, checkpoint.head());
        } catch (NoteException e) {
            throw RecoveryRefusedException.disagrees("the last " + what + " is none: " + e.getMessage(), e);
        }
    }

    /** What it says, verified or not. */
    TreeHead head() {
        return head;
    }

    /**
     * Verifies the signatures, without a word about when.
     *
     * @throws RecoveryRefusedException if a signature is wrong, or none is by a key of the trust root
     */
    List<TrustedVerifier> signers(TrustRoot trustRoot) {
        try {
            return TrustedVerifier.verify(note, TrustedVerifier.forOrigin(trustRoot, origin));
        } catch (NoteException e) {
            throw RecoveryRefusedException.disagrees(
                    "the " + what + " of size " + head.size() + " is not signed by the keys of the trust root (version "
                            + trustRoot.version() + ", fingerprint " + trustRoot.fingerprint() + "): "
                            + e.getMessage(),
                    e);
        }
    }

    /**
     * Requires that its signers counted at a time and suffice.
     *
     * @param at the end of the window
     * @throws RecoveryRefusedException if they do not
     */
    void requireStanding(TrustRoot trustRoot, List<TrustedVerifier> signers, Instant at) {
        for (TrustedVerifier signer : signers) {
            TrustedKey.Standing standing = signer.key().standing(at);
            if (standing != TrustedKey.Standing.VALID) {
                throw RecoveryRefusedException.disagrees("key " + signer.key().keyId() + " of the " + what + " of size "
                        + head.size() + " is " + standing + " at " + at + ", the end of its window");
            }
        }
        List<Set<KeyAlgorithm>> missing = trustRoot.missing(
                TrustRole.CHECKPOINT,
                origin,
                at,
                signers.stream().map(TrustedVerifier::algorithm).toList());
        if (!missing.isEmpty()) {
            throw RecoveryRefusedException.disagrees("the " + what + " of size " + head.size()
                    + " lacks a signature that the trust root requires, one of " + missing);
        }
    }
}
