// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.tallystick.anchor.window.WindowGrid;
import io.tallystick.topic.LedgerIntegrityException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class WindowTrackerTest {
    private static final WindowGrid GRID = new WindowGrid(Duration.ofMinutes(15));
    private static final Instant FIRST = Instant.parse("2026-11-21T12:00:00Z");
    private static final Instant SECOND = GRID.endOf(FIRST);
    private static final Instant THIRD = GRID.endOf(SECOND);

    private final WindowTracker start = WindowTracker.startingAt(3, FIRST);

    private static WindowTracker.Advance close(WindowTracker tracker, int partition, Instant window, int heads) {
        return tracker.close(partition, window, GRID.endOf(window), heads, GRID);
    }

    @Test
    void aWindowIsCompleteOnceTheLastPartitionHasClosedIt() {
        WindowTracker.Advance first = close(start, 2, FIRST, 0);
        WindowTracker.Advance second = close(first.tracker(), 0, FIRST, 0);

        WindowTracker.Advance third = close(second.tracker(), 1, FIRST, 0);

        assertThat(first.complete()).isEmpty();
        assertThat(second.complete()).isEmpty();
        assertThat(second.tracker().awaited()).containsExactly(1);
        assertThat(third.complete()).containsExactly(FIRST);
        assertThat(third.tracker().sealedUntil()).isEqualTo(SECOND);
        assertThat(third.tracker().awaited()).containsExactly(0, 1, 2);
    }

    @Test
    void aLatePartitionCompletesSeveralWindowsInOrder() {
        WindowTracker tracker = start;
        for (int partition : List.of(0, 2)) {
            for (Instant window : List.of(FIRST, SECOND, THIRD)) {
                tracker = close(tracker, partition, window, 0).tracker();
            }
        }

        WindowTracker.Advance late = close(tracker, 1, FIRST, 0);
        WindowTracker.Advance later = close(late.tracker(), 1, SECOND, 0);

        assertThat(late.complete()).containsExactly(FIRST);
        assertThat(later.complete()).containsExactly(SECOND);
    }

    @Test
    void headsAreCountedPerPartition() {
        WindowTracker counted = start.count(1, FIRST).count(1, FIRST).count(0, FIRST);

        assertThat(close(counted, 1, FIRST, 2).tracker().partitions().get(1))
                .isEqualTo(new WindowTracker.Progress(SECOND, 0));
    }

    @Test
    void aMissingOrSurplusHeadIsAViolation() {
        WindowTracker counted = start.count(1, FIRST);

        violates(() -> close(counted, 1, FIRST, 2), "with 2 heads, found are 1");
        violates(() -> close(counted, 1, FIRST, 0), "with 0 heads, found are 1");
        violates(() -> close(counted, 0, FIRST, 1), "with 1 heads, found are 0");
    }

    @Test
    void aWindowIsNotClosedTwice() {
        WindowTracker closed = close(start, 1, FIRST, 0).tracker();

        violates(() -> close(closed, 1, FIRST, 0), "partition 1 closes a window from " + FIRST);
    }

    @Test
    void noWindowIsSkipped() {
        violates(() -> close(start, 1, SECOND, 0), "it has open begins at " + FIRST);
    }

    @Test
    void aHeadOfAClosedOrALaterWindowIsAViolation() {
        WindowTracker closed = close(start, 1, FIRST, 0).tracker();

        violates(() -> closed.count(1, FIRST), "begins at " + SECOND);
        violates(() -> closed.count(1, THIRD), "begins at " + SECOND);
        violates(() -> start.count(0, SECOND), "begins at " + FIRST);
    }

    @Test
    void aWindowOfAnotherLengthIsAViolation() {
        violates(() -> start.close(0, FIRST, FIRST.plusSeconds(60), 0, GRID), "lasts PT15M");
        violates(() -> start.close(0, FIRST, THIRD, 0, GRID), "lasts PT15M");
        Instant crooked = FIRST.plusSeconds(1);
        violates(
                () -> WindowTracker.startingAt(3, crooked).close(0, crooked, GRID.endOf(crooked), 0, GRID),
                "closes a window from " + crooked);
    }

    @Test
    void aPartitionTheLedgerDoesNotHaveIsAViolation() {
        violates(() -> close(start, 3, FIRST, 0), "partition 3 of a ledger with 3 partitions");
        violates(() -> close(start, -1, FIRST, 0), "partition -1");
        violates(() -> start.count(3, FIRST), "partition 3");
    }

    @Test
    void aLedgerHasPartitions() {
        assertThatIllegalArgumentException().isThrownBy(() -> WindowTracker.startingAt(0, FIRST));
    }

    private static void violates(ThrowingCallable call, String words) {
        assertThatExceptionOfType(LedgerIntegrityException.class)
                .isThrownBy(call)
                .withMessageContaining(words);
    }
}
