// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.window;

import java.time.Duration;
import java.time.Instant;

/**
 * The windows {@code [start, end)} of the ledger clock: equally long, aligned to midnight UTC.
 *
 * @param size whole milliseconds; divides 24 hours
 */
public record WindowGrid(Duration size) {
    private static final long DAY_MS = Duration.ofDays(1).toMillis();

    /** @throws IllegalArgumentException unless the size divides 24 hours */
    public WindowGrid {
        if (size.compareTo(Duration.ofMillis(1)) < 0
                || !size.equals(Duration.ofMillis(size.toMillis()))
                || DAY_MS % size.toMillis() != 0) {
            throw new IllegalArgumentException("a window must divide 24 hours, got " + size);
        }
    }

    /** Start of the window that holds the instant. */
    public Instant startOf(Instant instant) {
        return Instant.ofEpochMilli(Math.floorDiv(instant.toEpochMilli(), size.toMillis()) * size.toMillis());
    }

    /** End, exclusive, of the window that begins at {@code start}. */
    public Instant endOf(Instant start) {
        return start.plus(size);
    }

    /** Whether a window begins at the instant. */
    public boolean isStart(Instant instant) {
        return startOf(instant).equals(instant);
    }

    /** Whether the window is the first of its UTC day. */
    public boolean beginsDay(Instant start) {
        return Math.floorMod(start.toEpochMilli(), DAY_MS) == 0;
    }
}
