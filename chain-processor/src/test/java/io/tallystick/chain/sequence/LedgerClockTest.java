// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.sequence;

import static io.tallystick.chain.sequence.Given.at;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.chain.sequence.LedgerClock.Advance;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class LedgerClockTest {
    private static final Instant FAR = at(1_000_000);
    private final LedgerClock clock = LedgerClock.startingAt(at(0));

    @Test
    void followsTheAppendTime() {
        assertThat(clock.advance(at(70), false, FAR)).isEqualTo(new Advance(new LedgerClock(at(70), at(0)), false));
    }

    @Test
    void followsATick() {
        assertThat(clock.advance(at(70), true, FAR)).isEqualTo(new Advance(new LedgerClock(at(70), at(70)), false));
    }

    @Test
    void neverGoesBack() {
        // Given
        LedgerClock later = clock.advance(at(70), false, FAR).clock();

        // When
        LedgerClock after = later.advance(at(50), false, FAR).clock();

        // Then
        assertThat(after.now()).isEqualTo(at(70));
    }

    @Test
    void anAppendTimeBehindTheLastTickCountsAsTheTick() {
        // Given: a tick of the future was clamped
        LedgerClock ticked = clock.advance(at(500), true, at(100)).clock();

        // When: the system clock has moved on
        LedgerClock after = ticked.advance(at(90), false, at(300)).clock();

        // Then
        assertThat(after.now()).isEqualTo(at(300));
    }

    @Test
    void aBrokerInTheFutureIsClampedAndTold() {
        assertThat(clock.advance(at(50_000), false, at(5_000)))
                .isEqualTo(new Advance(new LedgerClock(at(5_000), at(0)), true));
    }

    @Test
    void clampingDoesNotMoveTheClockBack() {
        // Given
        LedgerClock later = clock.advance(at(6_000), false, FAR).clock();

        // When: the system clock was set back
        Advance advance = later.advance(at(50_000), false, at(1_000));

        // Then
        assertThat(advance.clock().now()).isEqualTo(at(6_000));
        assertThat(advance.clamped()).isTrue();
    }

    @Test
    void exactlyTheLimitIsBelieved() {
        assertThat(clock.advance(at(5_000), false, at(5_000)).clamped()).isFalse();
    }

    @Test
    void aLaterTickOfAnEarlierTimeReplacesTheLastOne() {
        // Given
        LedgerClock ahead = clock.advance(at(50_000), true, at(100)).clock();

        // When
        LedgerClock mended = ahead.advance(at(200), true, at(5_000)).clock();

        // Then
        assertThat(mended).isEqualTo(new LedgerClock(at(200), at(200)));
    }

    @Test
    void clampedTimesAreWholeMilliseconds() {
        assertThat(clock.advance(at(900), false, at(100).plusNanos(999_999))
                        .clock()
                        .now())
                .isEqualTo(at(100));
    }
}
