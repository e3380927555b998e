// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.ingest.OutcomeProgress.Sent;
import org.junit.jupiter.api.Test;

class OutcomeProgressTest {
    private final OutcomeProgress progress = new OutcomeProgress();

    private Sent send(String tenant, long offset) {
        Sent sent = progress.send(tenant, offset);
        progress.read(offset);
        return sent;
    }

    @Test
    void nothingIsCommittedBeforeTheFirstRecord() {
        assertThat(progress.committable()).isEmpty();
    }

    @Test
    void commitNeverPassesARecordOnItsWay() {
        // Given
        Sent first = send("acme", 10);
        Sent second = send("acme", 12);

        // When
        progress.written(second);

        // Then
        assertThat(progress.committable()).hasValue(10);
        progress.written(first);
        assertThat(progress.committable()).hasValue(13);
    }

    @Test
    void stalledTenantHoldsTheCommitButNotTheOthers() {
        // Given
        Sent failing = send("acme", 10);
        Sent other = send("globex", 11);

        // When
        progress.failed(failing);
        progress.written(other);
        progress.putOff("acme", 12);
        progress.read(12);

        // Then
        assertThat(progress.committable()).hasValue(10);
        assertThat(progress.stalledAt("acme")).hasValue(10);
        assertThat(progress.stalledAt("globex")).isEmpty();
    }

    @Test
    void earlierFailureThatIsHeardOfLaterMovesTheStopBack() {
        // Given
        Sent early = send("acme", 10);
        Sent late = send("acme", 11);

        // When
        progress.failed(late);
        progress.failed(early);

        // Then
        assertThat(progress.stalledAt("acme")).hasValue(10);
    }

    @Test
    void catchingUpEndsAtThePositionOnly() {
        // Given
        progress.putOff("acme", 10);
        progress.read(19);

        // When
        progress.caughtUpTo("acme", 15);

        // Then
        assertThat(progress.committable()).hasValue(15);
        progress.caughtUpTo("acme", 20);
        assertThat(progress.stalledAt("acme")).isEmpty();
        assertThat(progress.committable()).hasValue(20);
    }
}
