// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.decode;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/**
 * Compares what a large input costs with what as much costs in small pieces: the same if cost grows with the size, and if it grows
 * with the square of it, as many times more as there are pieces. Costs are CPU time of this thread, of each the least of some
 * rounds, the one after the other in each: who else uses the machine, and when code is compiled, is neither's cost for long.
 */
final class LinearCost {
    /** A large input misses the caches more often, and what is sorted takes a little more. */
    private static final int FACTOR_MAX = 4;

    /**
     * Less than this for all is not measured: some ways are faster and are taken for short inputs only. With 64 pieces a cost that is
     * quadratic is found if it is more than a sixth of a millisecond for an eighth of the large input.
     */
    private static final long NANOS_FREE = 10_000_000;

    /** So many at least, as the first ones run interpreted. */
    private static final int ROUNDS_MIN = 4;

    private static final int ROUNDS_MAX = 25;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private LinearCost() {}

    /**
     * Fails if the large input costs more than its size.
     *
     * @param what named in the failure
     * @param large does what is measured with an input as large as those of all pieces together
     * @param piece does it with an input of one piece's size
     * @param pieces how many
     */
    static void require(String what, Runnable large, Runnable piece, int pieces) {
        long inOne = Long.MAX_VALUE;
        long inPieces = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS_MAX; round++) {
            inPieces = Math.min(inPieces, nanosOf(piece, pieces));
            inOne = Math.min(inOne, nanosOf(large, 1));
            if (round + 1 >= ROUNDS_MIN && inOne <= max(inPieces)) {
                return;
            }
        }
        assertThat(inOne)
                .as("ns of CPU for %s; in %d pieces %d", what, pieces, inPieces)
                .isLessThanOrEqualTo(max(inPieces));
    }

    private static long max(long inPieces) {
        return NANOS_FREE + FACTOR_MAX * inPieces;
    }

    private static long nanosOf(Runnable work, int times) {
        long start = THREADS.getCurrentThreadCpuTime();
        for (int i = 0; i < times; i++) {
            work.run();
        }
        return THREADS.getCurrentThreadCpuTime() - start;
    }
}
