// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.bench.load.RateSearch.Found;
import io.tallystick.bench.load.RateSearch.Point;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

class RateSearchTest {
    private static final double LIMIT = 50;

    private final List<Double> tried = new ArrayList<>();

    private Found search(DoubleUnaryOperator p95, int steps) throws InterruptedException {
        RateSearch search = new RateSearch(LIMIT, rate -> {
            tried.add(rate);
            return p95.applyAsDouble(rate);
        });
        return search.from(new Point(2_000, p95.applyAsDouble(2_000)), 1_000, steps);
    }

    /** Below the limit up to this rate, above it from there on. */
    private static DoubleUnaryOperator holdingTo(double rate) {
        return at -> at <= rate ? 20 : 80;
    }

    private static Optional<Point> holds(double rate) {
        return Optional.of(new Point(rate, 20));
    }

    private static Optional<Point> missed(double rate) {
        return Optional.of(new Point(rate, 80));
    }

    @Test
    void goesUpUntilARateIsTooHigh() throws InterruptedException {
        // When
        Found found = search(holdingTo(4_500), 20);

        // Then
        assertThat(tried).containsExactly(3_000.0, 4_000.0, 5_000.0);
        assertThat(found).isEqualTo(new Found(holds(4_000), missed(5_000)));
    }

    @Test
    void goesUpNoFurtherThanAsked() throws InterruptedException {
        // When
        Found found = search(holdingTo(1e9), 2);

        // Then
        assertThat(tried).containsExactly(3_000.0, 4_000.0);
        assertThat(found).isEqualTo(new Found(holds(4_000), Optional.empty()));
    }

    @Test
    void goesDownUntilARateHoldsAndThenUpAgain() throws InterruptedException {
        // When
        Found found = search(holdingTo(700), 20);

        // Then
        assertThat(tried).containsExactly(1_000.0, 500.0, 625.0, 750.0);
        assertThat(found).isEqualTo(new Found(holds(625), missed(750)));
    }

    @Test
    void triesNoRateAgainThatWasTooHigh() throws InterruptedException {
        // When
        Found found = search(holdingTo(1_999), 20);

        // Then
        assertThat(tried).containsExactly(1_000.0, 1_250.0, 1_500.0, 1_750.0);
        assertThat(found).isEqualTo(new Found(holds(1_750), missed(2_000)));
    }

    @Test
    void givesUpWhereNoRateHolds() throws InterruptedException {
        // When
        Found found = search(holdingTo(0), 20);

        // Then
        assertThat(found.held()).isEmpty();
        assertThat(tried).hasSizeLessThan(10).isSortedAccordingTo((a, b) -> Double.compare(b, a));
        assertThat(found.missed().orElseThrow().rate()).isEqualTo(tried.get(tried.size() - 1));
    }

    @Test
    void theLimitItselfAndWhatWasNotMeasuredAreTooHigh() throws InterruptedException {
        // When, Then
        assertThat(search(rate -> LIMIT, 20).held()).isEmpty();
        assertThat(search(rate -> Double.NaN, 20).held()).isEmpty();
    }
}
