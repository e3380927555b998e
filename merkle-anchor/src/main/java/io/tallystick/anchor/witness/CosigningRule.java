// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.witness;

import io.tallystick.note.Checkpoint;
import io.tallystick.note.NoteException;
import io.tallystick.note.NoteVerifier;
import io.tallystick.note.SignedNote;
import io.tallystick.tree.ProofException;
import io.tallystick.tree.Proofs;
import io.tallystick.tree.Rfc6962;
import io.tallystick.tree.TreeHead;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Whether a witness cosigns: only what a log it knows has signed, and what extends the tree it cosigned before.
 * c2sp.org/tlog-witness, add-checkpoint. Immutable.
 */
public final class CosigningRule {
    private final Map<String, List<NoteVerifier>> logs = new HashMap<>();

    /** @param logs keys of the logs; each key's name is its log's origin */
    public CosigningRule(List<NoteVerifier> logs) {
        logs.forEach(key ->
                this.logs.computeIfAbsent(key.name(), name -> new ArrayList<>()).add(key));
    }

    /** Origins of the logs it knows. */
    public Set<String> origins() {
        return Set.copyOf(logs.keySet());
    }

    /** What becomes of a request. */
    public sealed interface Verdict {}

    /**
     * To be cosigned, after its head has been stored.
     *
     * @param checkpoint signed by its log, extends what was cosigned before
     */
    public record Cosign(Checkpoint checkpoint) implements Verdict {}

    /**
     * Not cosigned.
     *
     * @param status of the answer
     * @param reason one line
     */
    public record Refuse(int status, String reason) implements Verdict {}

    /**
     * The sender does not know where the witness stands: 409 with the size.
     *
     * @param size where the witness stands
     */
    public record Conflict(long size) implements Verdict {}

    /** A checkpoint that its log has signed, or the refusal. */
    public sealed interface Opened {}

    /** A signed checkpoint of a known log. */
    public record Genuine(Checkpoint checkpoint) implements Opened {}

    /** The request ends here. */
    public record Ended(Refuse refusal) implements Opened {}

    /** Checks what does not depend on where the witness stands. */
    public Opened open(AddCheckpoint request) {
        try {
            SignedNote note = SignedNote.parse(request.note().toByteArray());
            Checkpoint checkpoint = Checkpoint.parse(note.text());
            List<NoteVerifier> keys = logs.get(checkpoint.origin());
            if (keys == null) {
                return new Ended(new Refuse(404, "unknown log"));
            }
            note.verify(keys);
            if (request.oldSize() > checkpoint.head().size()) {
                return new Ended(new Refuse(400, "the old size is larger than the checkpoint's"));
            }
            return new Genuine(checkpoint);
        } catch (NoteException e) {
            boolean malformed = e.fault() == NoteException.Fault.MALFORMED;
            return new Ended(
                    malformed
                            ? new Refuse(400, "not a signed checkpoint without extension lines")
                            : new Refuse(403, "not signed by the log's key"));
        }
    }

    /**
     * Whether a log has signed two roots for one size, which no mistake of a sender explains. A proof that does not hold is none of a
     * fork: whoever sends may have made it wrong.
     *
     * @param genuine signed by its log
     * @param stands head of this log cosigned last
     */
    public static boolean isFork(Checkpoint genuine, TreeHead stands) {
        TreeHead head = genuine.head();
        return stands.size() > 0 && head.size() == stands.size() && !head.root().equals(stands.root());
    }

    /**
     * Compares with what was cosigned before.
     *
     * @param stands head of this log cosigned last
     */
    public Verdict decide(AddCheckpoint request, Checkpoint checkpoint, TreeHead stands) {
        TreeHead head = checkpoint.head();
        if (request.oldSize() != stands.size()) {
            return new Conflict(stands.size());
        }
        if (isFork(checkpoint, stands)) {
            return new Refuse(409, "another root was cosigned for this size");
        }
        try {
            requireExtension(request, stands, head);
            return new Cosign(checkpoint);
        } catch (ProofException e) {
            return new Refuse(422, e.getMessage());
        }
    }

    private static void requireExtension(AddCheckpoint request, TreeHead stands, TreeHead head) throws ProofException {
        if (stands.size() > 0) {
            Proofs.verifyConsistency(stands, head, request.proof());
        } else if (!request.proof().isEmpty()) {
            throw new ProofException("from an empty tree there is nothing to prove");
        } else if (head.size() == 0 && !head.root().equals(Rfc6962.EMPTY_ROOT)) {
            throw new ProofException("the root is not that of an empty tree");
        }
    }
}
