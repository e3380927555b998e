// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.sequence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.chain.sequence.BoundaryGrid.Line;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BoundaryGridTest {
    private final BoundaryGrid grid = new BoundaryGrid(Duration.ofMinutes(1), Duration.ofMinutes(3));

    private static Instant time(String clock) {
        return Instant.parse("2026-11-21T" + clock + "Z");
    }

    @Test
    void betweenTwoLinesNothingIsCrossed() {
        assertThat(grid.crossed(time("03:00:00.001"), time("03:00:59.999"))).isEmpty();
    }

    @Test
    void reachingALineCrossesIt() {
        assertThat(grid.crossed(time("03:00:59.999"), time("03:01:00.000")))
                .containsExactly(new Line(time("03:01:00.000"), Optional.empty()));
    }

    @Test
    void standingOnALineDoesNotCrossItAgain() {
        assertThat(grid.crossed(time("03:01:00.000"), time("03:01:00.000"))).isEmpty();
        assertThat(grid.crossed(time("03:01:00.000"), time("03:01:30.000"))).isEmpty();
    }

    @Test
    void aLineWhereBothDistancesMeetIsOneLineThatEndsAWindow() {
        assertThat(grid.crossed(time("03:02:59.000"), time("03:03:00.000")))
                .containsExactly(new Line(time("03:03:00.000"), Optional.of(time("03:00:00.000"))));
    }

    @Test
    void severalWindowsAreCrossedInOrder() {
        assertThat(grid.crossed(time("03:01:30.000"), time("03:07:00.000")))
                .containsExactly(
                        new Line(time("03:02:00.000"), Optional.empty()),
                        new Line(time("03:03:00.000"), Optional.of(time("03:00:00.000"))),
                        new Line(time("03:04:00.000"), Optional.empty()),
                        new Line(time("03:05:00.000"), Optional.empty()),
                        new Line(time("03:06:00.000"), Optional.of(time("03:03:00.000"))),
                        new Line(time("03:07:00.000"), Optional.empty()));
    }

    @Test
    void aWindowThatIsNoMultipleOfTheIntervalHasLinesOfItsOwn() {
        // Given
        BoundaryGrid odd = new BoundaryGrid(Duration.ofSeconds(40), Duration.ofSeconds(60));

        // When, Then
        assertThat(odd.crossed(time("00:00:00.000"), time("00:02:00.000"))
                        .map(line -> line.time().getEpochSecond()
                                - time("00:00:00.000").getEpochSecond()))
                .containsExactly(40L, 60L, 80L, 120L);
    }

    @Test
    void whetherAnyLineIsCrossedIsKnownWithoutMakingIt() {
        assertThat(grid.isCrossed(time("03:00:00.001"), time("03:00:59.999"))).isFalse();
        assertThat(grid.isCrossed(time("03:00:59.999"), time("03:01:00.000"))).isTrue();
        assertThat(grid.isCrossed(time("03:01:00.000"), time("03:01:00.000"))).isFalse();
        assertThat(grid.isCrossed(time("03:05:00.000"), time("03:01:00.000"))).isFalse();
    }

    @Test
    void goingBackCrossesNothing() {
        assertThat(grid.crossed(time("03:05:00.000"), time("03:01:00.000"))).isEmpty();
    }

    @Test
    void linesNeedADistance() {
        assertThatThrownBy(() -> new BoundaryGrid(Duration.ZERO, Duration.ofMinutes(1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new BoundaryGrid(Duration.ofMinutes(1), Duration.ofNanos(10)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
