// SPDX-License-Identifier: Apache-2.0
package io.tallystick.receipt;

import io.tallystick.note.Checkpoint;
import io.tallystick.note.NoteException;
import io.tallystick.note.NoteVerifier;
import io.tallystick.note.NoteVerifiers;
import io.tallystick.note.SignedNote;
import io.tallystick.receipt.ReceiptException.Fault;
import io.tallystick.tree.Hash;
import io.tallystick.tree.ProofException;
import io.tallystick.tree.Proofs;
import io.tallystick.tree.Rfc6962;
import io.tallystick.tree.TreeHead;
import io.tallystick.trust.TrustAnchors;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;

/** What both kinds of logs have in common: a leaf, an inclusion proof and a checkpoint that the log's key signed. */
final class LoggedCheckpoint {
    private final TrustAnchors.Log log;
    private final NoteVerifier verifier;

    LoggedCheckpoint(TrustAnchors.Log log, String kind) throws ReceiptException {
        if (!log.kind().equals(kind)) {
            throw new ReceiptException(Fault.MALFORMED, "log " + log.id() + " is of kind " + log.kind());
        }
        this.log = log;
        try {
            this.verifier = NoteVerifiers.parseVkey(log.vkey());
        } catch (NoteException e) {
            throw new ReceiptException(
                    Fault.MALFORMED, "the key of log " + log.id() + " cannot be used: " + e.getMessage(), e);
        }
    }

    TrustAnchors.Log log() {
        return log;
    }

    /**
     * Requires a checkpoint of this log by its key.
     *
     * @param earliest when what it holds was there to be logged, at the earliest
     */
    TreeHead verify(String note, Instant earliest) throws ReceiptException {
        if (earliest.isAfter(log.validFor().end())) {
            throw new ReceiptException(
                    Fault.OUTSIDE_VALIDITY,
                    "log " + log.id() + " counts until " + log.validFor().end() + ", logged after " + earliest);
        }
        try {
            SignedNote signed = SignedNote.parse(note.getBytes(StandardCharsets.UTF_8));
            Checkpoint checkpoint = Checkpoint.parse(signed.text());
            if (!checkpoint.origin().equals(log.origin())) {
                throw new ReceiptException(Fault.OTHER_SUBJECT, "the checkpoint is not of log " + log.origin());
            }
            signed.verify(List.of(verifier));
            return checkpoint.head();
        } catch (NoteException e) {
            Fault fault = e.fault() == NoteException.Fault.MALFORMED ? Fault.MALFORMED : Fault.INVALID;
            throw new ReceiptException(fault, "the log's checkpoint: " + TimestampAuthority.plain(e), e);
        }
    }

    static void requireIncluded(TreeHead head, long index, byte[] leaf, List<Hash> proof) throws ReceiptException {
        try {
            Proofs.verifyInclusion(head, index, Rfc6962.leafHash(leaf), proof);
        } catch (ProofException e) {
            throw new ReceiptException(Fault.INVALID, "the log's " + e.getMessage(), e);
        }
    }
}
