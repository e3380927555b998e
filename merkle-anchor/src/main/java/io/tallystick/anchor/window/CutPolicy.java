// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.window;

import java.time.Duration;
import java.time.Instant;

/**
 * When a chain's tree is cut between the ends of windows.
 *
 * @param interval a cut at each multiple of it, in ledger time
 * @param entries a cut after so many entries
 * @param gap the least ledger time between such a cut and the chain's cut before it
 */
public record CutPolicy(Duration interval, long entries, Duration gap) {
    private static final long DEFAULT_ENTRIES = 1000;
    private static final Duration DEFAULT_GAP = Duration.ofSeconds(5);

    /** @throws IllegalArgumentException if a value is not positive */
    public CutPolicy {
        if (interval.isNegative() || interval.isZero() || entries < 1 || gap.isNegative()) {
            throw new IllegalArgumentException("no cut policy: " + interval + ", " + entries + " entries, " + gap);
        }
    }

    /** The ledger's policy: at each multiple of the interval or after 1,000 entries, at most one in 5 s. */
    public static CutPolicy every(Duration interval) {
        return new CutPolicy(interval, DEFAULT_ENTRIES, DEFAULT_GAP);
    }

    boolean isDue(ChainTree tree, Instant now) {
        return tree.size() - tree.lastCut().size() >= entries && isApart(tree, now);
    }

    boolean isDueAtBoundary(ChainTree tree, Instant boundary) {
        return Math.floorMod(boundary.toEpochMilli(), interval.toMillis()) == 0
                && tree.size() > tree.lastCut().size()
                && isApart(tree, boundary);
    }

    private boolean isApart(ChainTree tree, Instant now) {
        return !now.isBefore(tree.lastCut().time().plus(gap));
    }
}
