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
 * The last signed registry checkpoint. The rules are the verifier's: every line of a listed key must verify, each key must be
 * valid at the end of the window, and what the trust root requires must be there.
 */
public final class RegistrySeal {
    private final String origin;
    private final SignedNote note;
    private final TreeHead head;

    private RegistrySeal(String origin, SignedNote note, TreeHead head) {
        this.origin = origin;
        this.note = note;
        this.head = head;
    }

    /**
     * Reads a checkpoint; its signatures are not looked at yet.
     *
     * @param origin what it must be a checkpoint of
     * @throws RecoveryRefusedException if it has another form or origin
     */
    public static RegistrySeal parse(String origin, byte[] note) {
        try {
            SignedNote signed = SignedNote.parse(note);
            Checkpoint checkpoint = Checkpoint.parse(signed.text());
            if (!checkpoint.origin().equals(origin)) {
                throw RecoveryRefusedException.disagrees(
                        "the last registry checkpoint is of " + checkpoint.origin() + ", this ledger is " + origin);
            }
            return new RegistrySeal(origin, signed, checkpoint.head());
        } catch (NoteException e) {
            throw RecoveryRefusedException.disagrees("the last registry checkpoint is none: " + e.getMessage(), e);
        }
    }

    /** What it says, verified or not. */
    public TreeHead head() {
        return head;
    }

    /**
     * Verifies the signatures and that the leaves lead to the signed root.
     *
     * @throws RecoveryRefusedException if either does not hold
     */
    public SignedRegistry verify(TrustRoot trustRoot, RegistryFold leaves) {
        if (!trustRoot.ledger().equals(origin)) {
            throw RecoveryRefusedException.disagrees(
                    "the trust root is of ledger " + trustRoot.ledger() + ", this ledger is " + origin);
        }
        List<TrustedVerifier> signers = signers(trustRoot);
        SignedRegistry registry = leaves.requireRoot(head);
        requireStanding(trustRoot, signers, registry.window().end());
        return registry;
    }

    private List<TrustedVerifier> signers(TrustRoot trustRoot) {
        try {
            return TrustedVerifier.verify(note, TrustedVerifier.forOrigin(trustRoot, origin));
        } catch (NoteException e) {
            throw RecoveryRefusedException.disagrees(
                    "the registry checkpoint of size " + head.size() + " is not signed by the keys of the trust root"
                            + " (version " + trustRoot.version() + ", fingerprint " + trustRoot.fingerprint() + "): "
                            + e.getMessage(),
                    e);
        }
    }

    private void requireStanding(TrustRoot trustRoot, List<TrustedVerifier> signers, Instant at) {
        for (TrustedVerifier signer : signers) {
            TrustedKey.Standing standing = signer.key().standing(at);
            if (standing != TrustedKey.Standing.VALID) {
                throw RecoveryRefusedException.disagrees("key " + signer.key().keyId()
                        + " of the registry checkpoint of size " + head.size() + " is " + standing + " at " + at
                        + ", the end of its window");
            }
        }
        List<Set<KeyAlgorithm>> missing = trustRoot.missing(
                TrustRole.CHECKPOINT,
                origin,
                at,
                signers.stream().map(TrustedVerifier::algorithm).toList());
        if (!missing.isEmpty()) {
            throw RecoveryRefusedException.disagrees("the registry checkpoint of size " + head.size()
                    + " lacks a signature that the trust root requires, one of " + missing);
        }
    }
}
