// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.admit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.fixtures.TestSeed;
import io.tallystick.ingest.admit.ChainPosition.Flight;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ChainPositionTest {
    private final ChainPosition position = new ChainPosition(100);

    @Test
    void messagesCoverOffsetsWithoutHoles() {
        // When
        Flight first = position.cover(100);
        Flight second = position.cover(105);

        // Then
        assertThat(List.of(first.from(), first.next(), second.from(), second.next()))
                .containsExactly(100L, 101L, 101L, 106L);
        assertThat(position.from()).isEqualTo(106);
        assertThat(position.acked()).isEqualTo(100);
        assertThat(position.isIdle()).isFalse();
    }

    @Test
    void acknowledgementsOutOfOrderCountOnlyWhenContiguous() {
        // Given
        Flight first = position.cover(100);
        Flight second = position.cover(101);
        Flight third = position.cover(102);

        // When
        position.acknowledge(third);
        position.acknowledge(second);

        // Then
        assertThat(position.acked()).isEqualTo(100);
        position.acknowledge(first);
        assertThat(position.acked()).isEqualTo(103);
        assertThat(position.isIdle()).isTrue();
    }

    @Test
    void failureGoesBackToTheLastContiguousAcknowledgement() {
        // Given
        Flight first = position.cover(100);
        Flight second = position.cover(101);
        Flight third = position.cover(102);
        position.acknowledge(first);
        position.acknowledge(third);

        // When
        boolean back = position.fail(second);

        // Then
        assertThat(back).isTrue();
        assertThat(position.from()).isEqualTo(101);
        assertThat(position.acked()).isEqualTo(101);
        assertThat(position.isIdle()).isTrue();
    }

    @Test
    void flightsOfAnEarlierEraChangeNothing() {
        // Given
        Flight lost = position.cover(100);
        Flight late = position.cover(101);
        position.fail(lost);
        Flight again = position.cover(100);

        // When
        position.acknowledge(late);
        boolean back = position.fail(late);

        // Then
        assertThat(back).isFalse();
        assertThat(position.acked()).isEqualTo(100);
        position.acknowledge(again);
        assertThat(position.acked()).isEqualTo(101);
    }

    @Test
    void batchThatFailsWholeGoesBackOnce() {
        // Given
        Flight first = position.cover(100);
        Flight second = position.cover(101);

        // Then
        assertThat(position.fail(first)).isTrue();
        assertThat(position.fail(second)).isFalse();
        assertThat(position.from()).isEqualTo(100);
    }

    @Test
    void noticeMovesBackAndForth() {
        // Given
        Flight before = position.cover(110);

        // When
        position.resetTo(40);
        position.acknowledge(before);

        // Then
        assertThat(position.from()).isEqualTo(40);
        assertThat(position.acked()).isEqualTo(40);
        position.resetTo(500);
        assertThat(position.cover(500).from()).isEqualTo(500);
    }

    @Test
    void offsetIsNotCoveredTwice() {
        // Given
        position.cover(100);

        // Then
        assertThatThrownBy(() -> position.cover(100)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> position.resetTo(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ChainPosition(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    /** A sequencer that keeps rules R2, R3 and R5 gets every offset once, whatever lands, fails or fails but lands. */
    @Test
    void nothingIsLostWhateverLandsOrFails() {
        Random random = TestSeed.random("chain-position");
        for (int run = 0; run < 300; run++) {
            // Given
            ChainPosition chain = new ChainPosition(0);
            List<Flight> flights = new ArrayList<>();
            long sequenced = 0;
            int end = 1 + random.nextInt(60);

            // When
            while (sequenced < end) {
                int turn = random.nextInt(10);
                if (turn < 4 && chain.from() < end) {
                    flights.add(chain.cover(Math.min(end - 1, chain.from() + random.nextInt(3))));
                } else if (turn < 8 && !flights.isEmpty()) {
                    // Messages of one producer land in the order they were sent, or not at all.
                    Flight flight = flights.remove(0);
                    boolean landed = random.nextInt(4) > 0;
                    if (landed && flight.next() > sequenced && flight.from() <= sequenced) {
                        sequenced = flight.next();
                    }
                    if (landed && random.nextInt(5) > 0) {
                        chain.acknowledge(flight);
                    } else {
                        chain.fail(flight);
                    }
                } else if (turn == 8) {
                    chain.resetTo(sequenced);
                }
                assertThat(chain.acked()).isLessThanOrEqualTo(sequenced);
            }

            // Then
            assertThat(sequenced).isEqualTo(end);
        }
    }
}
