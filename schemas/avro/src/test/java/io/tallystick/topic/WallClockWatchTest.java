// SPDX-License-Identifier: Apache-2.0
package io.tallystick.topic;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WallClockWatchTest {
    private Instant wall = Instant.parse("2026-11-21T03:00:00Z");
    private long nanos = -5;

    private final WallClockWatch.Steps steps = new WallClockWatch.Steps(() -> wall, () -> nanos);

    /** Some time goes by on both clocks, and the wall clock is set. */
    private void passes(Duration time, Duration set) {
        nanos += TimeUnit.NANOSECONDS.convert(time);
        wall = wall.plus(time).plus(set);
    }

    @Test
    void clockThatIsPutRightAfterItWasAheadIsSeenOnce() {
        passes(Duration.ofSeconds(1), Duration.ofHours(1));
        assertThat(steps.look()).isEmpty();
        passes(Duration.ofSeconds(20), Duration.ZERO);
        assertThat(steps.look()).isEmpty();

        passes(Duration.ofSeconds(1), Duration.ofHours(-1));

        assertThat(steps.look()).contains(Duration.ofHours(1));
        passes(Duration.ofSeconds(1), Duration.ZERO);
        assertThat(steps.look()).isEmpty();
    }

    @Test
    void processThatStoodStillHasNoClockSetBack() {
        passes(Duration.ofHours(3), Duration.ZERO);

        assertThat(steps.look()).isEmpty();
    }

    @Test
    void clockThatIsSlowedDownIsNoStep() {
        for (int second = 0; second < 7200; second++) {
            passes(Duration.ofSeconds(1), Duration.ofMillis(-50));
            assertThat(steps.look()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {30_000, 30_002})
    void stepCountsFromMoreThanHalfAMinute(long millis) {
        passes(Duration.ofSeconds(1), Duration.ofMillis(-millis));

        assertThat(steps.look().isPresent()).isEqualTo(millis > WallClockWatch.STEP_MAX.toMillis());
    }
}
