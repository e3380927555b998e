// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.receipt;

import io.tallystick.anchor.external.Answer;
import io.tallystick.anchor.external.RegistryCheckpoint;
import io.tallystick.receipt.Receipt;
import io.tallystick.receipt.ReceiptException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * Holds the times of receipts against the windows they speak of: nobody can have seen a checkpoint before its window ended. A
 * receipt that says so is not stored, as no verifier would count it. The party is asked again: clocks get set.
 *
 * @param window length of a window
 * @param clock of this process, which tells whose clock is wrong: the party's, or the one that the windows go by
 */
public record ReceiptClock(Duration window, InstantSource clock) {
    /** What speaks against the time of a receipt that is otherwise in order; empty if it can be right. */
    public Optional<Answer.Failed> objection(Receipt receipt, RegistryCheckpoint checkpoint) {
        Instant end = checkpoint.windowStart().plus(window);
        try {
            receipt.requirePossible(end);
            return Optional.empty();
        } catch (ReceiptException e) {
            return Optional.of(new Answer.Failed(objection(receipt.existedBy().orElseThrow(), end)));
        }
    }

    private String objection(Instant stated, Instant end) {
        Instant now = clock.instant();
        String found = " (it says " + stated + ", the window's end is " + end + ", here it is "
                + now.truncatedTo(ChronoUnit.SECONDS) + "): ";
        boolean windowIsAhead = now.isBefore(end.minus(Receipt.CLOCKS_APART_MAX));
        return windowIsAhead
                ? "the ledger's clock is ahead" + found + "set the clocks of the brokers and of all stages"
                : "its clock is behind" + found + "its operator has to set it";
    }
}
