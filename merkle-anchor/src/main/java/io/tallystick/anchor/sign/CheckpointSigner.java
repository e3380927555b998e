// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.sign;

import io.tallystick.entry.Bytes;
import io.tallystick.note.Checkpoint;
import io.tallystick.note.NoteException;
import io.tallystick.note.NoteSigner;
import io.tallystick.note.NoteSigners;
import io.tallystick.note.NoteVerifiers;
import io.tallystick.note.SignedNote;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.tree.TreeHead;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.SigningKey;
import java.util.Comparator;
import java.util.List;

/**
 * Signs tree heads as C2SP signed notes without extension lines, and verifies each signature it made before it lets a note
 * out.
 *
 * <p>Signature lines stand in the order Ed25519, ECDSA P-256; keys of one algorithm in the order given, so in a rotation
 * the old one first. The key name is the origin. Both algorithms are deterministic here (RFC 8032, RFC 6979): signing
 * again gives the same bytes.
 */
public final class CheckpointSigner {
    private final List<SigningKey> keys;

    /**
     * @param keys stay open while this is used; at least one of ECDSA P-256
     * @throws IllegalArgumentException if there is no P-256 key, or a key of another algorithm than the two
     */
    public CheckpointSigner(List<SigningKey> keys) {
        for (SigningKey key : keys) {
            if (!NoteVerifiers.supports(key.algorithm())) {
                throw new IllegalArgumentException("checkpoints cannot be signed with " + key.algorithm());
            }
        }
        this.keys = keys.stream()
                .sorted(Comparator.comparing(SigningKey::algorithm))
                .toList();
        if (keys.stream().noneMatch(key -> key.algorithm() == KeyAlgorithm.ECDSA_P256)) {
            throw new IllegalArgumentException("checkpoints need an ECDSA P-256 key, none was given");
        }
    }

    /**
     * Signs a tree head.
     *
     * @return the signed note
     * @throws LedgerIntegrityException if a signature just made does not verify: a faulty key or machine
     */
    public Bytes sign(String origin, TreeHead head) {
        Checkpoint checkpoint = new Checkpoint(origin, head);
        List<NoteSigner> signers =
                keys.stream().map(key -> NoteSigners.of(origin, key)).toList();
        try {
            byte[] note = SignedNote.sign(checkpoint.text(), signers).encode();
            verify(checkpoint, signers, SignedNote.parse(note));
            return Bytes.of(note);
        } catch (NoteException e) {
            throw new LedgerIntegrityException("a checkpoint just signed for " + origin + " does not verify", e);
        }
    }

    private static void verify(Checkpoint checkpoint, List<NoteSigner> signers, SignedNote note) throws NoteException {
        int verified =
                note.verify(signers.stream().map(NoteSigner::verifier).toList()).size();
        if (verified != signers.size() || !Checkpoint.parse(note.text()).equals(checkpoint)) {
            throw new LedgerIntegrityException("of " + signers.size() + " signatures just made for "
                    + checkpoint.origin() + " only " + verified + " verify");
        }
    }
}
