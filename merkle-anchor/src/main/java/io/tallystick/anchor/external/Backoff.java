// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.external;

import java.time.Duration;

/**
 * How long to wait after a failure: doubling from the first delay to the longest, each taken from the upper half of its
 * range, so that anchors that failed together do not come back together.
 *
 * @param first wait after the first failure at most; positive
 * @param longest wait at most, whatever the party asks for; not less than {@code first}
 */
public record Backoff(Duration first, Duration longest) {
    /** From one minute to one hour. */
    public static final Backoff STANDARD = new Backoff(Duration.ofMinutes(1), Duration.ofHours(1));

    private static final int DOUBLINGS_MAX = 30;

    public Backoff {
        if (first.isNegative() || first.isZero() || longest.compareTo(first) < 0) {
            throw new IllegalArgumentException("a back-off from " + first + " to " + longest);
        }
    }

    /**
     * The wait after a failure.
     *
     * @param failures in a row, at least 1
     * @param random in {@code [0, 1)}
     */
    public Duration delay(int failures, double random) {
        Duration doubled = first.multipliedBy(1L << Math.min(failures - 1, DOUBLINGS_MAX));
        long most = (doubled.compareTo(longest) > 0 ? longest : doubled).toMillis();
        return Duration.ofMillis((long) (most * (1 + random) / 2));
    }

    /** As {@link #delay(int, double)}, but not less than the party asked for, up to the longest. */
    public Duration delay(int failures, double random, Duration asked) {
        Duration own = delay(failures, random);
        Duration wanted = asked.compareTo(longest) > 0 ? longest : asked;
        return wanted.compareTo(own) > 0 ? wanted : own;
    }
}
