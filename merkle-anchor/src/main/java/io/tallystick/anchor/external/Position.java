// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.external;

import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;

/**
 * How far an anchor has come; all that need be known to go on. Its size depends on what is open, not on what was settled.
 *
 * @param next offset in {@code ledger.checkpoints} of the oldest checkpoint that is open, or after the last settled one
 * @param settled sizes of the checkpoints from {@code next} on that are settled all the same
 * @param confirmedSize size confirmed last; 0 if none was
 */
public record Position(long next, Set<Long> settled, long confirmedSize) {
    public Position {
        settled = Collections.unmodifiableSet(new TreeSet<>(settled));
        if (next < 0 || confirmedSize < 0) {
            throw new IllegalArgumentException("position " + next + ", confirmed " + confirmedSize);
        }
    }

    /** Nothing settled, and what lies before the offset is none of the anchor's concern. */
    public static Position startingAt(long next) {
        return new Position(next, Set.of(), 0);
    }
}
