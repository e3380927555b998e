// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.recover;

import io.tallystick.note.TrustedVerifier;
import io.tallystick.tree.TreeHead;
import io.tallystick.trust.TrustRoot;
import java.util.List;

/** The last signed registry checkpoint. */
public final class RegistrySeal {
    private final String origin;
    private final CheckpointNote note;

    private RegistrySeal(String origin, CheckpointNote note) {
        this.origin = origin;
        this.note = note;
    }

    /**
     * Reads a checkpoint; its signatures are not looked at yet.
     *
     * @param origin what it must be a checkpoint of
     * @throws RecoveryRefusedException if it has another form or origin
     */
    public static RegistrySeal parse(String origin, byte[] note) {
        return new RegistrySeal(origin, CheckpointNote.parse(origin, "registry checkpoint", note));
    }

    /** What it says, verified or not. */
    public TreeHead head() {
        return note.head();
    }

    /**
     * Verifies the signatures and that the leaves lead to the signed root.
     *
     * @throws RecoveryRefusedException if either does not hold
     */
    public SignedRegistry verify(TrustRoot trustRoot, RegistryFold leaves) {
        requireLedger(trustRoot, origin);
        List<TrustedVerifier> signers = note.signers(trustRoot);
        SignedRegistry registry = leaves.requireRoot(head());
        note.requireStanding(trustRoot, signers, registry.window().end());
        return registry;
    }

    static void requireLedger(TrustRoot trustRoot, String origin) {
        if (!trustRoot.ledger().equals(origin)) {
            throw RecoveryRefusedException.disagrees(
                    "the trust root is of ledger " + trustRoot.ledger() + ", this ledger is " + origin);
        }
    }
}
