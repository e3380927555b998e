// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PatienceTest {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private long nanos = -5_000_000_000L;

    private Patience within(Duration all) {
        return new Patience(Optional.of(all), () -> nanos);
    }

    private void passes(Duration time) {
        nanos += time.toNanos();
    }

    @Test
    void whereThereIsTimeEverythingHasItsOwn() {
        // Given
        Patience patience = within(Duration.ofMinutes(6));

        // When
        passes(Duration.ofMinutes(4));

        // Then
        assertThat(patience.elapsed()).isEqualTo(Duration.ofMinutes(4));
        assertThat(patience.atMost(LIMIT)).isEqualTo(LIMIT);
        assertThat(patience.isOver()).isFalse();
    }

    @Test
    void towardsTheEndOnlyWhatIsLeft() {
        // Given
        Patience patience = within(Duration.ofMinutes(6));

        // When
        passes(Duration.ofSeconds(350));

        // Then
        assertThat(patience.atMost(LIMIT)).isEqualTo(Duration.ofSeconds(10));
        assertThat(patience.isOver()).isFalse();
    }

    @Test
    void whenTheTimeIsUpNothingIsLeft() {
        // Given
        Patience patience = within(Duration.ofMinutes(6));

        // When
        passes(Duration.ofSeconds(361));

        // Then
        assertThat(patience.atMost(LIMIT)).isZero();
        assertThat(patience.isOver()).isTrue();
    }

    @Test
    void withoutALimitItTakesAsLongAsItTakes() {
        // Given
        Patience patience = new Patience(Optional.empty(), () -> nanos);

        // When
        passes(Duration.ofDays(3));

        // Then
        assertThat(patience.atMost(LIMIT)).isEqualTo(LIMIT);
        assertThat(patience.isOver()).isFalse();
    }
}
