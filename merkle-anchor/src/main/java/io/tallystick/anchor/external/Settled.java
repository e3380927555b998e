// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.external;

import io.tallystick.entry.Bytes;
import java.time.Instant;
import java.util.Objects;

/**
 * How it ended for one registry checkpoint and one anchor; it does not change again.
 *
 * @param size of the checkpoint
 * @param windowStart start of its window
 * @param attempts number of submissions of it
 * @param end what came of it
 */
public record Settled(long size, Instant windowStart, int attempts, End end) {
    public Settled {
        Objects.requireNonNull(windowStart);
        Objects.requireNonNull(end);
    }

    /** What came of a checkpoint. */
    public sealed interface End {}

    /**
     * The anchor vouches for it.
     *
     * @param receipt its verified answer, verbatim
     */
    public record Confirmed(Bytes receipt) implements End {}

    /**
     * The anchor will never vouch for it.
     *
     * @param reason its own words, without control characters
     */
    public record Rejected(String reason) implements End {}

    /**
     * A newer one was confirmed, which commits to this one.
     *
     * @param size of the newer one
     */
    public record CoveredBy(long size) implements End {}
}
