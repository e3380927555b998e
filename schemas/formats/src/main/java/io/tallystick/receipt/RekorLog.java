// SPDX-License-Identifier: Apache-2.0
package io.tallystick.receipt;

import io.tallystick.note.NoteException;
import io.tallystick.receipt.ReceiptException.Fault;
import io.tallystick.tree.Hash;
import io.tallystick.tree.TreeHead;
import io.tallystick.trust.InvalidSignatureException;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.Signatures;
import io.tallystick.trust.TrustAnchors;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.Optional;

/**
 * A Rekor v2 log (rekor-tiles) whose entries count. An entry counts if the log of this key id and origin signed a
 * checkpoint, the entry's body is in the tree of that checkpoint, and the body is, byte for byte, what logging a P-256
 * signature line of the ledger's checkpoint gives. Size and root beside the proof must be the checkpoint's. Immutable.
 */
public final class RekorLog {
    /** The kind of such a log in a trust root. */
    public static final String KIND = "rekor-v2";

    /** Largest entry accepted, in bytes. */
    public static final int SIZE_MAX = RekorEntry.SIZE_MAX;

    private final LoggedCheckpoint logged;
    private final Hash logId;

    private RekorLog(LoggedCheckpoint logged, Hash logId) {
        this.logged = logged;
        this.logId = logId;
    }

    /**
     * Reads what a trust root says of a log.
     *
     * @throws ReceiptException {@link Fault#MALFORMED} if it is of another kind or its key cannot be used
     */
    public static RekorLog of(TrustAnchors.Log log) throws ReceiptException {
        LoggedCheckpoint logged = new LoggedCheckpoint(log, KIND);
        try {
            return new RekorLog(logged, Vkey.parse(log.vkey()).hash());
        } catch (NoteException e) {
            throw new ReceiptException(Fault.MALFORMED, "the key of log " + log.id() + " cannot be used", e);
        }
    }

    /** The id that the trust root gives it. */
    public String id() {
        return logged.log().id();
    }

    /** Name of its entry among the receipts of a checkpoint. */
    public String objectName() {
        return ReceiptNames.rekor(id());
    }

    /**
     * Verifies an entry for a checkpoint.
     *
     * @param json the server's {@code TransparencyLogEntry}, verbatim
     * @param spkis DER SPKI of the P-256 keys that sign the ledger's checkpoints; the entry must be of one of them
     * @param earliest when the checkpoint was there to be logged, at the earliest: the window's end; the log must have
     *     counted then or later
     * @return without a time: Rekor v2 states none
     * @throws ReceiptException if anything is wrong
     */
    public Receipt verify(byte[] json, AnchoredCheckpoint checkpoint, Collection<byte[]> spkis, Instant earliest)
            throws ReceiptException {
        byte[] body = verifiedBody(json, earliest);
        requireOwn(body, checkpoint, spkis);
        return new Receipt(TrustAnchors.Kind.LOGS, id(), Optional.empty());
    }

    /** The body of an entry that the log holds, whatever it is about. */
    byte[] verifiedBody(byte[] json, Instant earliest) throws ReceiptException {
        RekorEntry entry = RekorEntry.parse(json);
        if (!entry.logId().equals(logId)) {
            throw new ReceiptException(Fault.OTHER_SUBJECT, "an entry of another log than " + id());
        }
        TreeHead head = logged.verify(entry.checkpoint(), earliest);
        if (entry.treeSize() != head.size() || !entry.root().equals(head.root())) {
            throw new ReceiptException(
                    Fault.INVALID, "size or root of the proof are not those of the log's checkpoint");
        }
        LoggedCheckpoint.requireIncluded(head, entry.leafIndex(), entry.body(), entry.proof());
        return entry.body();
    }

    private static void requireOwn(byte[] body, AnchoredCheckpoint checkpoint, Collection<byte[]> spkis)
            throws ReceiptException {
        Hash digest = checkpoint.textDigest();
        for (byte[] spki : spkis) {
            for (byte[] sig : checkpoint.signaturesOf(spki)) {
                if (Arrays.equals(body, RekorEntry.body(digest, sig, spki))) {
                    requireSignature(checkpoint, spki, sig);
                    return;
                }
            }
        }
        throw new ReceiptException(
                Fault.OTHER_SUBJECT, "the logged digest, signature and key are not those of this checkpoint");
    }

    private static void requireSignature(AnchoredCheckpoint checkpoint, byte[] spki, byte[] sig)
            throws ReceiptException {
        try {
            Signatures.verify(KeyAlgorithm.ECDSA_P256, spki, checkpoint.text(), sig);
        } catch (InvalidSignatureException e) {
            throw new ReceiptException(Fault.INVALID, "the logged signature does not verify", e);
        }
    }
}
