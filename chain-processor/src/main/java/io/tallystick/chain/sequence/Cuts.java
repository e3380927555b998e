// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.sequence;

import io.tallystick.avro.Boundary;
import io.tallystick.avro.ClaimStatus;
import java.time.Instant;
import java.util.List;
import java.util.PrimitiveIterator;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * The boundaries one record crosses. They are made one at a time: after a month without input there are 43,200 of them, all
 * in one transaction.
 *
 * <p>Only a boundary that ends a window carries claims, for only bundles name them, and all of one step share one list.
 */
public final class Cuts {
    private final int partition;
    private final BoundaryGrid grid;
    private final Instant after;
    private final Instant upTo;
    private final long firstPseq;
    private final List<ClaimStatus> claims;

    /**
     * @param partition partition of the entries topic
     * @param grid where the clock is cut
     * @param after the clock before the record
     * @param upTo the clock after it
     * @param firstPseq counter of the first boundary
     * @param claims for the boundaries that end a window
     */
    Cuts(int partition, BoundaryGrid grid, Instant after, Instant upTo, long firstPseq, List<ClaimStatus> claims) {
        this.partition = partition;
        this.grid = grid;
        this.after = after;
        this.upTo = upTo;
        this.firstPseq = firstPseq;
        this.claims = List.copyOf(claims);
    }

    /** The boundaries in order, each made when it is its turn. */
    public void forEach(Consumer<Boundary> taker) {
        stream().forEach(taker);
    }

    /** The boundaries in order, each made when it is asked for. */
    Stream<Boundary> stream() {
        PrimitiveIterator.OfLong pseq =
                LongStream.iterate(firstPseq, last -> last + 1).iterator();
        return grid.crossed(after, upTo).map(line -> boundary(pseq.nextLong(), line));
    }

    private Boundary boundary(long pseq, BoundaryGrid.Line line) {
        return line.windowStart()
                .map(start -> new Boundary(pseq, partition, line.time(), start, claims))
                .orElseGet(() -> new Boundary(pseq, partition, line.time(), null, List.of()));
    }
}
