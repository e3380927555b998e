// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.ingest.TopicRefusals.Access;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TopicRefusalsTest {
    private static final String TOPIC = "ledger.in.acme";

    private final TopicRefusals refusals = new TopicRefusals();
    private long now = 1_000_000;

    private void pass(Duration time) {
        now += time.toNanos();
    }

    /** Lets time pass until the topic is to be looked at. @return how long that was */
    private Duration awaitDue() {
        long before = now;
        while (refusals.due(now).isEmpty()) {
            pass(Duration.ofSeconds(1));
        }
        return Duration.ofNanos(now - before);
    }

    @Test
    void topicIsLeftOutUntilItMayBeRead() {
        // Given
        refusals.refused(TOPIC, now);
        assertThat(refusals.due(now)).isEmpty();

        // When
        for (int i = 0; i < 100; i++) {
            pass(TopicRefusals.PAUSE_MIN);
            assertThat(refusals.due(now)).containsExactly(TOPIC);
            refusals.looked(TOPIC, i % 2 == 0 ? Access.REFUSED : Access.UNKNOWN, now);
            assertThat(refusals.leftOut()).containsExactly(TOPIC);
        }
        refusals.looked(TOPIC, Access.GRANTED, now);

        // Then
        assertThat(refusals.leftOut()).isEmpty();
        assertThat(refusals.due(now)).isEmpty();
    }

    @Test
    void topicThatIsRefusedAlthoughItMayBeReadStaysAwayLongerEachTime() {
        // When
        List<Long> pauses = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            refusals.refused(TOPIC, now);
            pauses.add(awaitDue().toSeconds());
            refusals.looked(TOPIC, Access.GRANTED, now);
            pass(Duration.ofSeconds(1));
        }

        // Then
        assertThat(pauses).containsExactly(5L, 10L, 20L, 40L, 80L, 160L, 300L, 300L, 300L);
    }

    @Test
    void pauseIsShortAgainAfterPeace() {
        // Given
        for (int i = 0; i < 5; i++) {
            refusals.refused(TOPIC, now);
            awaitDue();
            refusals.looked(TOPIC, Access.GRANTED, now);
        }

        // When
        pass(TopicRefusals.PAUSE_MAX);
        refusals.refused(TOPIC, now);

        // Then
        assertThat(awaitDue()).isEqualTo(TopicRefusals.PAUSE_MIN);
    }

    @Test
    void pauseIsShortAgainOnceTheClusterSaysWhatItDoes() {
        // Given
        for (int i = 0; i < 5; i++) {
            refusals.refused(TOPIC, now);
            awaitDue();
            refusals.looked(TOPIC, Access.GRANTED, now);
        }
        refusals.refused(TOPIC, now);
        awaitDue();

        // When
        refusals.looked(TOPIC, Access.REFUSED, now);

        // Then
        refusals.looked(TOPIC, Access.GRANTED, now);
        refusals.refused(TOPIC, now);
        assertThat(awaitDue()).isEqualTo(TopicRefusals.PAUSE_MIN.multipliedBy(2));
    }

    @Test
    void topicIsToldOfUntilItHasHadTimeToBeRead() {
        // Given
        refusals.refused(TOPIC, now);
        pass(Duration.ofHours(1));
        assertThat(refusals.toldOf(now)).containsExactly(TOPIC);

        // When
        refusals.looked(TOPIC, Access.GRANTED, now);

        // Then
        assertThat(refusals.toldOf(now)).containsExactly(TOPIC);
        pass(Duration.ofSeconds(30));
        assertThat(refusals.toldOf(now)).isEmpty();
    }

    @Test
    void topicOfATenantThatIsGoneIsForgotten() {
        // Given
        refusals.refused(TOPIC, now);

        // When
        refusals.retain(Set.of("ledger.in.globex"));

        // Then
        assertThat(refusals.leftOut()).isEmpty();
        refusals.looked(TOPIC, Access.REFUSED, now);
        assertThat(refusals.toldOf(now)).isEmpty();
    }
}
