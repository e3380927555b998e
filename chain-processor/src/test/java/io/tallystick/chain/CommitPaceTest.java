// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CommitPaceTest {
    private static final long SLOT_MS = CommitPace.SLOT.toMillis();

    private final CommitPace pace = new CommitPace();

    @BeforeEach
    void aSlotBegins() {
        assertThat(pace.isQuiet(1_000 - SLOT_MS)).isTrue();
    }

    private void records(int count) {
        for (int i = 0; i < count; i++) {
            pace.record();
        }
    }

    @Test
    void fewRecordsWaitForNoOthers() {
        records(CommitPace.FEW);
        assertThat(pace.isQuiet(1_000)).isTrue();
    }

    @Test
    void manyRecordsShareATransaction() {
        records(CommitPace.FEW + 1);
        assertThat(pace.isQuiet(1_000)).isFalse();
    }

    @Test
    void whatIsManyIsARateForASlotMayLast() {
        records(3 * CommitPace.FEW);
        assertThat(pace.isQuiet(1_000 + 2 * SLOT_MS)).isTrue();
    }

    @Test
    void aClockThatWasSetBackHoldsUpNothing() {
        // Given
        assertThat(pace.isQuiet(3_600_000)).isTrue();
        records(1);

        // When, Then
        assertThat(pace.isQuiet(1_000)).isTrue();
        records(1);
        assertThat(pace.isQuiet(1_000 + SLOT_MS)).isTrue();
    }

    @Test
    void whatManyRecordsLeftBehindIsCommittedWhenFewFollow() {
        // Given
        records(10 * CommitPace.FEW);
        assertThat(pace.isQuiet(1_000)).isFalse();

        // When, Then
        assertThat(pace.isQuiet(1_000 + SLOT_MS / 2)).isFalse();
        assertThat(pace.isQuiet(1_000 + SLOT_MS)).isTrue();
    }

    @Test
    void theTasksOfAThreadTogetherEndOneTransactionASlot() {
        // Given: as many tasks as ask within a slot
        records(1);
        assertThat(pace.isQuiet(1_000)).isTrue();

        // When, Then
        records(1);
        assertThat(pace.isQuiet(1_001)).isFalse();
        assertThat(pace.isQuiet(1_000 + SLOT_MS / 2)).isFalse();
        assertThat(pace.isQuiet(999 + SLOT_MS)).isTrue();
    }

    @Test
    void anotherThreadHasATransactionOfItsOwn() {
        // Given
        records(10 * CommitPace.FEW);

        // When
        boolean other = CompletableFuture.supplyAsync(() -> pace.isQuiet(1_000), task -> {
                    Thread thread = new Thread(task, "another");
                    thread.start();
                })
                .join();

        // Then
        assertThat(other).isTrue();
        assertThat(pace.isQuiet(1_000)).isFalse();
    }
}
