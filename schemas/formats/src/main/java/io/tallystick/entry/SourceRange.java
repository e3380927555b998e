// SPDX-License-Identifier: Apache-2.0
package io.tallystick.entry;

import java.time.Instant;
import java.util.Optional;

/**
 * The source offsets an entry covers, {@code [from, next)}; the record itself stands at {@code next - 1}, the rest are
 * transaction markers and aborted records.
 *
 * @param from first offset covered
 * @param next first offset not covered, above {@code from}
 * @param time the input record's own time stamp, a claim; absent outside the years 1970 to 9999
 */
public record SourceRange(long from, long next, Optional<Instant> time) {
    public SourceRange {
        requireRange(from, next);
        if (time.isPresent() && !LedgerTime.isValid(time.get())) {
            throw new IllegalArgumentException(
                    "source time " + time.get() + " has a fraction of a millisecond or a year outside 1970 to 9999");
        }
    }

    static void requireRange(long from, long next) {
        Integers.require("source from", from);
        Integers.require("source next", next);
        if (next <= from) {
            throw new IllegalArgumentException("source covers nothing: from " + from + ", next " + next);
        }
    }
}
