// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.admit;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.ingest.admit.Confirmations.Waiting;
import org.junit.jupiter.api.Test;

class ConfirmationsTest {
    private final Confirmations<String> confirmations = new Confirmations<>();

    @Test
    void oneLookIsAboutAllThatArrivedBeforeItBegan() {
        // Given
        confirmations.add("a", "a1");
        confirmations.add("b", "b1");
        confirmations.add("a", "a2");

        // Then
        assertThat(confirmations.ask()).containsExactly("a", "b");
        assertThat(confirmations.answered())
                .containsExactly(new Waiting<>("a", "a1"), new Waiting<>("b", "b1"), new Waiting<>("a", "a2"));
        assertThat(confirmations.isEmpty()).isTrue();
    }

    @Test
    void batchPolledDuringALookWaitsForTheNext() {
        // Given
        confirmations.add("a", "a1");
        confirmations.ask();
        confirmations.add("a", "a2");

        // Then
        assertThat(confirmations.ask()).isEmpty();
        assertThat(confirmations.answered()).containsExactly(new Waiting<>("a", "a1"));
        assertThat(confirmations.isEmpty()).isFalse();
        assertThat(confirmations.ask()).containsExactly("a");
        assertThat(confirmations.answered()).containsExactly(new Waiting<>("a", "a2"));
    }

    @Test
    void nothingIsAskedForNothing() {
        assertThat(confirmations.ask()).isEmpty();
        assertThat(confirmations.answered()).isEmpty();
        assertThat(confirmations.isEmpty()).isTrue();
    }
}
