// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.external;

import java.util.Collections;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * How far an anchor has come; all that need be known to go on. Its size depends on what is open, not on what was settled.
 *
 * @param next offset in {@code ledger.checkpoints} of the oldest checkpoint that is open, or after the last settled one
 * @param settled sizes of the checkpoints from {@code next} on that are settled all the same
 * @param confirmedSize size confirmed last; 0 if none was
 * @param stopped present if the anchor contradicted the ledger and has confirmed nothing since
 */
public record Position(long next, Set<Long> settled, long confirmedSize, Optional<Stop> stopped) {
    /**
     * An anchor's contradiction.
     *
     * @param size of the checkpoint that was submitted
     * @param reason the anchor's own words, without control characters
     */
    public record Stop(long size, String reason) {
        public Stop {
            Objects.requireNonNull(reason);
        }
    }

    public Position {
        settled = Collections.unmodifiableSet(new TreeSet<>(settled));
        Objects.requireNonNull(stopped);
        if (next < 0 || confirmedSize < 0) {
            throw new IllegalArgumentException("position " + next + ", confirmed " + confirmedSize);
        }
    }

    /** Of an anchor that is not stopped. */
    public Position(long next, Set<Long> settled, long confirmedSize) {
        this(next, settled, confirmedSize, Optional.empty());
    }

    /** Nothing settled, and what lies before the offset is none of the anchor's concern. */
    public static Position startingAt(long next) {
        return new Position(next, Set.of(), 0);
    }
}
