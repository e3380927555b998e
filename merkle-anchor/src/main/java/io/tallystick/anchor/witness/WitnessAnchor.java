// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.witness;

import io.tallystick.anchor.external.Anchor;
import io.tallystick.anchor.external.AnchorKind;
import io.tallystick.anchor.external.Answer;
import io.tallystick.anchor.external.Submission;
import io.tallystick.anchor.http.HttpAnswer;
import io.tallystick.anchor.http.HttpFailure;
import io.tallystick.anchor.http.HttpPost;
import io.tallystick.anchor.receipt.ReceiptClock;
import io.tallystick.entry.Bytes;
import io.tallystick.note.NoteException;
import io.tallystick.receipt.AnchoredCheckpoint;
import io.tallystick.receipt.Receipt;
import io.tallystick.receipt.ReceiptException;
import io.tallystick.receipt.Witness;
import io.tallystick.tree.Hash;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A C2SP witness, asked by {@code POST <prefix>/add-checkpoint}. Receipt: its cosignature line with LF.
 *
 * <p>The witness knows best at which size it stands: on 409 the proof is made again from the size it names. One that has not
 * been heard of for so long that no proof is at hand is asked as if it knew nothing, to have it name its size. What only another
 * history explains is {@link Answer.Contradicted}: 422, another root at the same size, and twice in a row a size beyond the
 * newest checkpoint (once, it may be that another process of the ledger has just been here).
 *
 * <p>One that stands below what it had cosigned has lost its state. It is shown that the registry extends what it knows, as
 * any other; but until then it would have cosigned another history, so somebody is {@linkplain SetBack told}.
 */
public final class WitnessAnchor implements Anchor {
    /** What a request is sent as. */
    public static final String SIZE_TYPE = "text/x.tlog.size";

    private static final int ROUNDS_MAX = 3;
    private static final int ANSWER_BYTES_MAX = 64 * 1024;

    private final String id;
    private final Witness witness;
    private final HttpPost http;
    private final ReceiptClock clock;
    private final SetBack setBack;
    private long aheadSize;
    private Found told = new Found(0, 0);

    /** Told of a witness that has forgotten what it cosigned; once of each size it is found at. */
    @FunctionalInterface
    public interface SetBack {
        /**
         * @param stands the size it stands at now
         * @param cosigned the size it had cosigned for us, which is larger
         */
        void found(long stands, long cosigned);
    }

    private record Found(long stands, long cosigned) {}

    /**
     * @param prefix submission prefix, to which {@code /add-checkpoint} is added
     * @param timeout of one request
     * @param clock which the times of its cosignatures are held against
     * @param setBack told on the thread that submits
     */
    public WitnessAnchor(
            String id, Witness witness, URI prefix, Duration timeout, ReceiptClock clock, SetBack setBack) {
        this.clock = clock;
        this.setBack = setBack;
        this.id = id;
        this.witness = witness;
        String base = prefix.toString();
        URI address =
                URI.create((base.endsWith("/") ? base.substring(0, base.length() - 1) : base) + "/add-checkpoint");
        this.http = new HttpPost(address, timeout, ANSWER_BYTES_MAX);
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public AnchorKind kind() {
        return AnchorKind.WITNESS;
    }

    @Override
    public String objectName() {
        return witness.objectName();
    }

    @Override
    public Answer submit(Submission submission) {
        long old = submission.confirmedSize();
        try {
            for (int round = 0; round < ROUNDS_MAX; round++) {
                Optional<List<Hash>> proof = submission.proofs().from(old);
                if (proof.isEmpty() && round == 0) {
                    old = 0;
                    proof = submission.proofs().from(old);
                }
                if (proof.isEmpty()) {
                    return unprovable(old, submission.checkpoint().size());
                }
                AddCheckpoint request = new AddCheckpoint(
                        old, proof.get(), submission.checkpoint().note());
                HttpAnswer answer = http.send("text/plain; charset=utf-8", request.encode());
                if (answer.status() != 409) {
                    Answer settled = settle(answer, submission);
                    if (settled instanceof Answer.Confirmed) {
                        compare(old, submission.confirmedSize());
                    }
                    return settled;
                }
                OptionalLong stands = size(answer);
                if (stands.isEmpty() || stands.getAsLong() == old) {
                    return old == submission.checkpoint().size()
                            ? new Answer.Contradicted("it holds another root for size " + old)
                            : new Answer.Failed("it refuses the size it stands at: " + answer.excerpt());
                }
                old = stands.getAsLong();
                compare(old, submission.confirmedSize());
            }
            return new Answer.Failed("its size changed with every request, last to " + old);
        } catch (HttpFailure e) {
            return new Answer.Failed(e.getMessage());
        }
    }

    /** A size it named, or accepted a proof from. */
    private void compare(long stands, long cosigned) {
        Found found = new Found(stands, cosigned);
        if (stands < cosigned && !found.equals(told)) {
            told = found;
            setBack.found(stands, cosigned);
        }
    }

    private Answer unprovable(long stands, long offered) {
        if (stands <= offered) {
            return new Answer.Behind(stands);
        }
        if (aheadSize > offered) {
            return new Answer.Contradicted("it stands at size " + stands + ", the newest checkpoint has " + offered
                    + ": the ledger was set back, or somebody else signs for it");
        }
        aheadSize = stands;
        return new Answer.Failed("it stands at size " + stands + " already, offered was " + offered);
    }

    private static OptionalLong size(HttpAnswer answer) {
        String text = answer.body().text().strip();
        boolean decimal = answer.contentType().equals(SIZE_TYPE) && text.matches("0|[1-9][0-9]{0,17}");
        return decimal ? OptionalLong.of(Long.parseLong(text)) : OptionalLong.empty();
    }

    private Answer settle(HttpAnswer answer, Submission submission) {
        if (answer.status() == 200) {
            return verify(answer, submission);
        }
        if (answer.status() == 422) {
            return new Answer.Contradicted("it finds the proof wrong: " + answer.excerpt());
        }
        if (answer.status() == 403) {
            return new Answer.Failed(
                    "it knows none of the keys that signed, does it have the verifier key of a new one? "
                            + answer.excerpt(),
                    answer.retryAfter());
        }
        return new Answer.Failed(answer.excerpt(), answer.retryAfter());
    }

    /** Of the lines it may answer with, the one by its known key. */
    private Answer verify(HttpAnswer answer, Submission submission) {
        String reason = "no signature line";
        try {
            AnchoredCheckpoint checkpoint =
                    AnchoredCheckpoint.parse(submission.checkpoint().note().toByteArray());
            for (String line : answer.body().text().split("(?<=\n)", 17)) {
                byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
                try {
                    Receipt receipt = witness.verify(bytes, checkpoint.checkpoint());
                    return clock.objection(receipt, submission.checkpoint())
                            .<Answer>map(wrong -> wrong)
                            .orElseGet(() -> new Answer.Confirmed(Bytes.wrap(bytes)));
                } catch (ReceiptException e) {
                    reason = e.getMessage();
                }
            }
            return new Answer.Failed("its answer is no cosignature: " + reason);
        } catch (NoteException e) {
            throw new IllegalArgumentException("what is submitted is no checkpoint: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        // Nothing stays open between requests.
    }
}
