// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class LinearCostTest {
    private static final int PIECES = 64;
    private static final long LARGE = 1024 * 1024;

    /** What is computed, so that it has to be. */
    private long sink;

    private void work(long steps) {
        long value = sink;
        for (long i = 0; i < steps; i++) {
            value = value * 6364136223846793005L + i;
        }
        sink = value;
    }

    @Test
    void costThatGrowsWithTheSizeIsTaken() {
        LinearCost.require("linear", () -> work(10 * LARGE), () -> work(10 * LARGE / PIECES), PIECES);

        assertThat(sink).isNotZero();
    }

    /** A millisecond or so for an eighth of the large input. */
    @Test
    void costThatGrowsWithTheSquareOfTheSizeIsFound() {
        long piece = LARGE / PIECES;

        assertThatThrownBy(() -> LinearCost.require(
                        "quadratic",
                        () -> work(LARGE + LARGE * LARGE / piece),
                        () -> work(piece + piece * piece / piece),
                        PIECES))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("quadratic");
    }
}
