// SPDX-License-Identifier: Apache-2.0
package io.tallystick.receipt;

import io.tallystick.receipt.ReceiptException.Fault;
import io.tallystick.tree.TreeHead;
import io.tallystick.trust.TrustAnchors;
import java.time.Instant;
import java.util.Optional;

/** A local log whose receipts count. Form: {@link LocalLogReceipt}. Immutable. */
public final class LocalLog {
    /** The kind of such a log in a trust root. */
    public static final String KIND = "local-log";

    private final LoggedCheckpoint logged;

    private LocalLog(LoggedCheckpoint logged) {
        this.logged = logged;
    }

    /**
     * Reads what a trust root says of a log.
     *
     * @throws ReceiptException {@link Fault#MALFORMED} if it is of another kind or its key cannot be used
     */
    public static LocalLog of(TrustAnchors.Log log) throws ReceiptException {
        return new LocalLog(new LoggedCheckpoint(log, KIND));
    }

    /** The id that the trust root gives it. */
    public String id() {
        return logged.log().id();
    }

    /** Name of its receipt among those of a checkpoint. */
    public String objectName() {
        return ReceiptNames.localLog(id());
    }

    /**
     * Verifies a receipt for a checkpoint.
     *
     * @param earliest when the checkpoint was there to be logged, at the earliest: the window's end; the log must have
     *     counted then or later
     * @return without a time
     * @throws ReceiptException if anything is wrong
     */
    public Receipt verify(byte[] json, AnchoredCheckpoint checkpoint, Instant earliest) throws ReceiptException {
        LocalLogReceipt receipt = LocalLogReceipt.parse(json);
        if (!receipt.log().equals(id())) {
            throw new ReceiptException(Fault.OTHER_SUBJECT, "a receipt of another log than " + id());
        }
        if (!receipt.leaf().equals(checkpoint.digest())) {
            throw new ReceiptException(Fault.OTHER_SUBJECT, "the logged leaf is not this checkpoint");
        }
        TreeHead head = logged.verify(receipt.checkpoint(), earliest);
        LoggedCheckpoint.requireIncluded(
                head, receipt.leafIndex(), LocalLogReceipt.leafData(receipt.leaf()), receipt.proof());
        return new Receipt(TrustAnchors.Kind.LOGS, id(), Optional.empty());
    }
}
