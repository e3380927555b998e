// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.verify.RecentEvents.Answer;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RecentEventsTest {
    @Test
    void whatIsFurtherBackThanTheMemoryIsUnknownAndNotForgottenForOther() {
        // Given
        RecentEvents recent = new RecentEvents(7);
        for (int i = 0; i <= RecentEvents.KEPT_MAX; i++) {
            recent.add(Optional.empty());
        }

        // When, Then
        assertThat(recent.ask(6, "a", Optional.empty())).isEqualTo(Answer.UNKNOWN);
        assertThat(recent.ask(7, "a", Optional.empty())).isEqualTo(Answer.UNKNOWN);
        assertThat(recent.ask(8, "a", Optional.empty())).isEqualTo(Answer.OTHER);
        assertThat(recent.ask(8L + RecentEvents.KEPT_MAX, "a", Optional.empty()))
                .isEqualTo(Answer.OTHER);
    }
}
