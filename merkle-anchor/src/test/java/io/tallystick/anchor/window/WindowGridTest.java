// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.window;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WindowGridTest {
    private static final WindowGrid QUARTERS = new WindowGrid(Duration.ofMinutes(15));

    @Test
    void anInstantBelongsToTheWindowThatBeganLast() {
        assertThat(QUARTERS.startOf(Instant.parse("2026-11-21T03:14:59.999Z")))
                .isEqualTo(Instant.parse("2026-11-21T03:00:00Z"));
        assertThat(QUARTERS.startOf(Instant.parse("2026-11-21T03:15:00Z")))
                .isEqualTo(Instant.parse("2026-11-21T03:15:00Z"));
    }

    @Test
    void windowsAreHalfOpen() {
        Instant start = Instant.parse("2026-11-21T03:15:00Z");

        assertThat(QUARTERS.endOf(start)).isEqualTo(Instant.parse("2026-11-21T03:30:00Z"));
        assertThat(QUARTERS.isStart(start)).isTrue();
        assertThat(QUARTERS.isStart(start.plusMillis(1))).isFalse();
    }

    @Test
    void onlyTheWindowFromMidnightBeginsADay() {
        assertThat(QUARTERS.beginsDay(Instant.parse("2026-11-21T00:00:00Z"))).isTrue();
        assertThat(QUARTERS.beginsDay(Instant.parse("2026-11-21T00:15:00Z"))).isFalse();
        assertThat(QUARTERS.beginsDay(Instant.parse("2026-11-20T23:45:00Z"))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, 7_000, 86_400_001, 172_800_000})
    void aSizeThatDoesNotDivideTheDayIsRefused(long ms) {
        assertThatIllegalArgumentException().isThrownBy(() -> new WindowGrid(Duration.ofMillis(ms)));
    }

    @Test
    void aFractionOfAMillisecondIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new WindowGrid(Duration.ofNanos(1_500_000)));
    }
}
