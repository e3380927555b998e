// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.recover;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.chain.recover.KnownSizes.Lost;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KnownSizesTest {
    private final KnownSizes known = new KnownSizes();

    @Test
    void whatTheTopicHasIsNotLost() {
        // Given
        known.seen("acme/0", 10, "a");
        known.seen("acme/1", 3, "a");

        // When, Then
        assertThat(known.beyond(Map.of("acme/0", 10L, "acme/1", 4L, "acme/2", 1L)))
                .isEmpty();
    }

    @Test
    void whoKnowsOfMostIsNamed() {
        // Given
        known.seen("acme/0", 10, "a");
        known.seen("acme/0", 12, "b");
        known.seen("acme/0", 12, "c");
        known.seen("acme/0", 11, "d");

        // When, Then
        assertThat(known.beyond(Map.of("acme/0", 11L))).containsExactly(new Lost("acme/0", 11, 12, "b"));
    }

    @Test
    void aChainThatIsGoneIsLostFromItsGenesisOn() {
        // Given
        known.seen("globex/1", 2, "a");
        known.seen("acme/0", 1, "a");

        // When, Then
        assertThat(known.beyond(Map.of()))
                .extracting(Lost::toString)
                .containsExactly("acme/0 seq 0 to 0 (known by a)", "globex/1 seq 0 to 1 (known by a)");
    }
}
