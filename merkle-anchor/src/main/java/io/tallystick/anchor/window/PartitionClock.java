// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.window;

import io.tallystick.topic.LedgerIntegrityException;
import java.time.Instant;

/**
 * How far one partition of {@code ledger.entries} has been read. Immutable.
 *
 * @param last the last record
 * @param now the partition's ledger clock: the latest entry, boundary or, at the beginning, the ledger's creation
 * @param window start of the open window
 */
public record PartitionClock(RecordPosition last, Instant now, Instant window) {

    /** @throws LedgerIntegrityException if the record does not follow the last one without a gap */
    PartitionClock follow(RecordPosition next, Instant time) {
        if (next.pseq() != last.pseq() + 1 || next.offset() <= last.offset()) {
            throw new LedgerIntegrityException("offset " + next.offset() + ": record counter is " + next.pseq()
                    + " after " + last.pseq() + " at offset " + last.offset() + ", expected " + (last.pseq() + 1));
        }
        return new PartitionClock(next, time, window);
    }

    PartitionClock open(Instant nextWindow) {
        return new PartitionClock(last, now, nextWindow);
    }
}
