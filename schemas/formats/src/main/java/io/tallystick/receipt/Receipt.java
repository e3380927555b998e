// SPDX-License-Identifier: Apache-2.0
package io.tallystick.receipt;

import io.tallystick.receipt.ReceiptException.Fault;
import io.tallystick.trust.TrustAnchors;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * What a verified statement of an outside party proves about a checkpoint.
 *
 * @param kind of which kind the party is
 * @param party the trust root's id of an authority or log; the key name of a witness
 * @param existedBy the checkpoint existed no later than this, by the party's clock; empty if it says nothing of time, as
 *     logs do
 */
public record Receipt(TrustAnchors.Kind kind, String party, Optional<Instant> existedBy) {
    /** How far a party's clock may be behind the ledger's. */
    public static final Duration CLOCKS_APART_MAX = Duration.ofHours(1);

    public Receipt {
        Objects.requireNonNull(kind);
        Objects.requireNonNull(party);
        Objects.requireNonNull(existedBy);
    }

    /**
     * Requires a time at which the checkpoint can have been there. One that says nothing of time is always possible.
     *
     * @param windowEnd end of the window that the checkpoint closes: it cannot be older, but for clocks that differ by at most
     *     {@link #CLOCKS_APART_MAX}
     * @throws ReceiptException {@link Fault#TOO_EARLY} if the party's clock says an earlier time
     */
    public void requirePossible(Instant windowEnd) throws ReceiptException {
        if (existedBy.isPresent() && existedBy.get().isBefore(windowEnd.minus(CLOCKS_APART_MAX))) {
            throw new ReceiptException(
                    Fault.TOO_EARLY,
                    party + " says that the checkpoint existed no later than " + existedBy.get()
                            + ", more than an hour before its window ended, " + windowEnd
                            + ": its clock was behind, or the ledger's was ahead");
        }
    }
}
