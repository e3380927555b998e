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
    void whatIsGivenUpIsWhereItsTenantsStopped() {
        // Given
        Sent first = send("acme", 10);
        Sent other = send("globex", 11);
        send("acme", 12);
        progress.written(other);
        progress.putOff("late", 9);
        progress.sendAgain("late", 9);
        assertThat(progress.hasLanded()).isFalse();

        // When
        progress.giveUp();

        // Then
        assertThat(progress.hasLanded()).isTrue();
        assertThat(progress.committable()).hasValue(new OffsetAndMetadata(13, "stalled acme:10 late:9"));
        progress.written(first);
        assertThat(progress.committable()).hasValue(new OffsetAndMetadata(13, "stalled acme:10 late:9"));
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
        assertThat(progress.behindAt("acme")).hasValue(10L);
        assertThat(progress.behindAt("globex")).isEmpty();
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
        assertThat(progress.behindAt("acme")).hasValue(10L);
    }

    @Test
    void catchingUpEndsAtThePositionOnly() {
        // Given
        progress.putOff("acme", 10);
        progress.read(19);

        // When
        progress.passed("acme", 15);

        // Then
        assertThat(progress.committable()).hasValue(new OffsetAndMetadata(20, "stalled acme:15"));
        progress.passed("acme", 20);
        assertThat(progress.behindAt("acme")).isEmpty();
        assertThat(progress.committable()).hasValue(new OffsetAndMetadata(20));
    }

    @Test
    void stalledTenantIsRememberedAcrossARestart() {
        // Given
        OutcomeProgress resumed = new OutcomeProgress(new OffsetAndMetadata(20, "stalled acme:15 globex:3"));

        // Then
        assertThat(resumed.position()).isEqualTo(20);
        assertThat(resumed.behind()).containsOnlyKeys("acme", "globex");
        assertThat(resumed.behindAt("globex")).hasValue(3L);
        resumed.passed("globex", 19);
        assertThat(resumed.behindAt("globex")).hasValue(19L);
        resumed.passed("globex", 20);
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
        assertThat(progress.behindAt("acme")).hasValue(10L);
    }

    @Test
    void tenantThatWasSentAllIsNotBehindButNamedUntilAllIsWritten() {
        // Given
        progress.putOff("acme", 10);
        progress.read(19);
        Sent first = progress.sendAgain("acme", 10);
        Sent second = progress.sendAgain("acme", 15);

        // When
        progress.passed("acme", 20);

        // Then
        assertThat(progress.behindAt("acme")).isEmpty();
        assertThat(progress.committable()).hasValue(new OffsetAndMetadata(20, "stalled acme:10"));
        progress.written(second);
        assertThat(progress.committable()).hasValue(new OffsetAndMetadata(20, "stalled acme:10"));
        progress.written(first);
        assertThat(progress.committable()).hasValue(new OffsetAndMetadata(20));
    }

    @Test
    void failureOfWhatWasSentAgainIsBehindAgainThereAndBelowNothingElseIsForgotten() {
        // Given
        progress.putOff("acme", 10);
        progress.read(19);
        Sent first = progress.sendAgain("acme", 10);
        Sent second = progress.sendAgain("acme", 15);
        progress.passed("acme", 20);

        // When
        progress.failed(second);

        // Then
        assertThat(progress.behindAt("acme")).hasValue(15L);
        assertThat(progress.committable()).hasValue(new OffsetAndMetadata(20, "stalled acme:10"));
        progress.written(first);
        assertThat(progress.committable()).hasValue(new OffsetAndMetadata(20, "stalled acme:15"));
    }

    @Test
    void catchingUpDoesNotPassALaterRecordThatWasPutOff() {
        // Given
        progress.putOff("acme", 10);
        progress.read(10);
        progress.passed("acme", 11);

        // When
        progress.putOff("acme", 12);
        progress.read(12);
        progress.passed("acme", 11);

        // Then
        assertThat(progress.behindAt("acme")).hasValue(12L);
    }

    @Test
    void tenantIsBehindFromItsFirstStopUntilItHasBeenSentAll() {
        // Given
        long minute = 60_000_000_000L;
        assertThat(progress.behindNanos(System.nanoTime())).isZero();

        // When
        progress.putOff("acme", 10);
        progress.read(10);

        // Then
        assertThat(progress.behindNanos(System.nanoTime() + minute)).isGreaterThanOrEqualTo(minute);
        progress.passed("acme", 11);
        assertThat(progress.behindNanos(System.nanoTime() + minute)).isZero();
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
