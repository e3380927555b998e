// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.sequence;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * The instants at which the ledger cuts: multiples, since 1970, of the checkpoint interval and of the window size.
 *
 * @param interval distance of chain checkpoints; positive, whole milliseconds
 * @param window size of a window; positive, whole milliseconds
 */
public record BoundaryGrid(Duration interval, Duration window) {
    /** @throws IllegalArgumentException if a distance is not positive */
    public BoundaryGrid {
        if (interval.toMillis() < 1 || window.toMillis() < 1) {
            throw new IllegalArgumentException(
                    "boundaries are at least 1 ms apart, got interval " + interval + ", window " + window);
        }
    }

    /**
     * An instant of the grid.
     *
     * @param time the instant
     * @param windowStart start of the window that ends there, if one does
     */
    public record Line(Instant time, Optional<Instant> windowStart) {}

    /** The lines in {@code (after, upTo]}, ascending: moving a clock to a line crosses it, standing on it does not. */
    public Stream<Line> crossed(Instant after, Instant upTo) {
        long end = upTo.toEpochMilli();
        return LongStream.iterate(nextAfter(after.toEpochMilli()), time -> time <= end, this::nextAfter)
                .mapToObj(this::line);
    }

    /** Whether any line is crossed. */
    boolean isCrossed(Instant after, Instant upTo) {
        return nextAfter(after.toEpochMilli()) <= upTo.toEpochMilli();
    }

    private long nextAfter(long time) {
        return Math.min(multipleAfter(time, interval), multipleAfter(time, window));
    }

    private static long multipleAfter(long time, Duration distance) {
        long ms = distance.toMillis();
        return (Math.floorDiv(time, ms) + 1) * ms;
    }

    private Line line(long time) {
        boolean ends = Math.floorMod(time, window.toMillis()) == 0;
        Instant instant = Instant.ofEpochMilli(time);
        return new Line(instant, ends ? Optional.of(instant.minus(window)) : Optional.empty());
    }
}
