// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.load;

import java.util.Optional;

/**
 * Looks for the highest rate at which p95 stays below a limit: upwards step by step from a first rate where it does; else first
 * downwards, half by half, until it does, and from there up again by quarters towards the rate that was too high.
 */
final class RateSearch {
    /** Below this nothing is looked for: too few events would be measured. */
    private static final double RATE_MIN = 10;

    /** One run. */
    interface Trial {
        /** Measures p95 at this rate: milliseconds; not a number counts as too long. */
        double p95(double rate) throws InterruptedException;
    }

    /** A rate, events a second, and its p95, milliseconds. */
    record Point(double rate, double p95) {}

    /**
     * What was found.
     *
     * @param held the highest rate below the limit, of those tried; empty if there was none
     * @param missed the next higher rate that was tried; empty if none was too high
     */
    record Found(Optional<Point> held, Optional<Point> missed) {}

    private final double limit;
    private final Trial trial;

    /** For a limit in milliseconds. */
    RateSearch(double limit, Trial trial) {
        this.limit = limit;
        this.trial = trial;
    }

    /**
     * Searches.
     *
     * @param first what was measured at the first rate
     * @param step between the rates above it
     * @param steps how many rates are tried at most on the way up
     */
    Found from(Point first, double step, int steps) throws InterruptedException {
        Optional<Point> missed = Optional.empty();
        Point held = first;
        while (!isBelow(held)) {
            missed = Optional.of(held);
            double half = held.rate() / 2;
            if (half < RATE_MIN) {
                return new Found(Optional.empty(), missed);
            }
            held = measure(half);
        }
        double tooHigh = missed.map(Point::rate).orElse(Double.POSITIVE_INFINITY);
        double up = missed.isPresent() ? held.rate() / 4 : step;
        for (int tried = 0; tried < steps && held.rate() + up < tooHigh; tried++) {
            Point next = measure(held.rate() + up);
            if (!isBelow(next)) {
                return new Found(Optional.of(held), Optional.of(next));
            }
            held = next;
        }
        return new Found(Optional.of(held), missed);
    }

    private boolean isBelow(Point point) {
        return point.p95() < limit;
    }

    private Point measure(double rate) throws InterruptedException {
        return new Point(rate, trial.p95(rate));
    }
}
