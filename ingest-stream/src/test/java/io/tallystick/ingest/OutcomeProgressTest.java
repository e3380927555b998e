// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.ingest.OutcomeProgress.Sent;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
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
        assertThat(progress.committable()).hasValue(new OffsetAndMetadata(10));
        progress.written(first);
        assertThat(progress.committable()).hasValue(new OffsetAndMetadata(13));
    }

    @Test
    void stalledTenantHoldsNeitherTheCommitNorTheOthers() {
        // Given
        Sent failing = send("acme", 10);
        Sent other = send("globex", 11);

        // When
        progress.failed(failing);
        progress.written(other);
        progress.putOff("acme", 12);
        progress.read(12);

        // Then
        assertThat(progress.committable()).hasValue(new OffsetAndMetadata(13, "stalled acme:10"));
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
        assertThat(progress.committable()).hasValue(new OffsetAndMetadata(20, "stalled acme:15"));
        progress.caughtUpTo("acme", 20);
        assertThat(progress.stalledAt("acme")).isEmpty();
        assertThat(progress.committable()).hasValue(new OffsetAndMetadata(20));
    }

    @Test
    void stalledTenantIsRememberedAcrossARestart() {
        // Given
        OutcomeProgress resumed = new OutcomeProgress(new OffsetAndMetadata(20, "stalled acme:15 globex:3"));

        // Then
        assertThat(resumed.position()).isEqualTo(20);
        assertThat(resumed.stalledTenants()).containsExactlyInAnyOrder("acme", "globex");
        assertThat(resumed.stalledAt("globex")).hasValue(3);
        resumed.caughtUpTo("globex", 19);
        assertThat(resumed.stalledAt("globex")).hasValue(19);
        resumed.caughtUpTo("globex", 20);
        assertThat(resumed.committable()).hasValue(new OffsetAndMetadata(20, "stalled acme:15"));
    }

    @Test
    void recordSentAgainDoesNotHoldTheCommit() {
        // Given
        progress.putOff("acme", 10);
        progress.read(19);

        // When
        Sent again = progress.sendAgain("acme", 10);
        Sent other = send("globex", 20);
        progress.written(other);

        // Then
        assertThat(progress.committable()).hasValue(new OffsetAndMetadata(21, "stalled acme:10"));
        progress.failed(again);
        assertThat(progress.stalledAt("acme")).hasValue(10);
    }

    @Test
    void tenantThatStoppedBehindTheCommitIsNotNamed() {
        // Given
        send("globex", 10);

        // When
        progress.putOff("acme", 11);
        progress.read(11);

        // Then
        assertThat(progress.committable()).hasValue(new OffsetAndMetadata(10));
    }

    @Test
    void moreStalledTenantsThanMetadataTakeHoldTheCommit() {
        // Given
        IntStream.range(0, 1000).forEach(i -> progress.putOff("tenant-" + i, 5000 - i));

        // When
        progress.read(9999);

        // Then
        assertThat(progress.committable()).hasValue(new OffsetAndMetadata(4001));
    }
}
