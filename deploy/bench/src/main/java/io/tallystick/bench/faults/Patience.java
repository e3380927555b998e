// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.faults;

import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/** How long a campaign has been running, and how long it may still wait for something. */
final class Patience {
    private final Optional<Duration> within;
    private final LongSupplier nanos;
    private final long begin;

    /**
     * Begins now.
     *
     * @param within after so long all of it must be over; empty if it may take as long as it takes
     * @param nanos a monotonic clock
     */
    Patience(Optional<Duration> within, LongSupplier nanos) {
        this.within = within;
        this.nanos = nanos;
        this.begin = nanos.getAsLong();
    }

    Duration elapsed() {
        return Duration.ofNanos(nanos.getAsLong() - begin);
    }

    /** What may be waited for something that has this long by itself; never negative. */
    Duration atMost(Duration itself) {
        Duration left = within.map(all -> all.minus(elapsed())).orElse(itself);
        Duration shorter = left.compareTo(itself) < 0 ? left : itself;
        return shorter.isNegative() ? Duration.ZERO : shorter;
    }

    /** Whether all of it should have been over by now. */
    boolean isOver() {
        return within.filter(all -> elapsed().compareTo(all) > 0).isPresent();
    }
}
