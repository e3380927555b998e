// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tallystick.anchor.external.Anchor;
import io.tallystick.anchor.external.AnchorTrack;
import io.tallystick.anchor.external.Answer;
import io.tallystick.anchor.external.Backoff;
import io.tallystick.anchor.external.Position;
import io.tallystick.anchor.external.RegistryCheckpoint;
import io.tallystick.anchor.external.Settled;
import io.tallystick.entry.Bytes;
import io.tallystick.receipt.ReceiptException;
import io.tallystick.receipt.ReceiptNames;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every anchor does. */
abstract class AnchorContract {
    private static final int WINDOWS = 5;

    final TestRegistry registry = new TestRegistry("leaf");

    /** The anchor, asked a working party. */
    abstract Anchor anchor();

    /** Throws unless the receipt counts for the checkpoint. */
    abstract void verify(Bytes receipt, RegistryCheckpoint checkpoint) throws Exception;

    @Test
    void aCheckpointIsConfirmedByAReceiptThatVerifies() throws Exception {
        try (Anchor anchor = anchor()) {
            Answer answer = anchor.submit(registry.submission(1, 0));

            assertThat(answer).isInstanceOf(Answer.Confirmed.class);
            verify(((Answer.Confirmed) answer).receipt(), registry.checkpoint(1));
            assertThat(ReceiptNames.parse(anchor.objectName())).isPresent();
        }
    }

    @Test
    void aLaterCheckpointIsConfirmedAfterOneThatWasLeftOut() throws Exception {
        try (Anchor anchor = anchor()) {
            anchor.submit(registry.submission(1, 0));

            Answer answer = anchor.submit(registry.submission(4, 1));

            assertThat(answer).isInstanceOf(Answer.Confirmed.class);
            verify(((Answer.Confirmed) answer).receipt(), registry.checkpoint(4));
        }
    }

    @Test
    void theSameCheckpointSubmittedTwiceIsConfirmedTwice() throws Exception {
        try (Anchor anchor = anchor()) {
            anchor.submit(registry.submission(2, 0));

            Answer again = anchor.submit(registry.submission(2, 0));

            assertThat(again).isInstanceOf(Answer.Confirmed.class);
            verify(((Answer.Confirmed) again).receipt(), registry.checkpoint(2));
        }
    }

    /** Makes the anchor's party unusable, and usable again. */
    abstract void goAway() throws Exception;

    abstract void comeBack() throws Exception;

    @Test
    void anOutageIsPendingAndEndsWithAllConfirmedOrCovered() throws Exception {
        AnchorTrack track = new AnchorTrack(Backoff.STANDARD, Position.startingAt(0));
        List<Settled> settled = new ArrayList<>();
        Instant now = TestRegistry.START;
        try (Anchor anchor = anchor()) {
            // Given
            track.offer(registry.checkpoint(1));
            settled.addAll(track.confirmed(receiptOf(submitDue(anchor, track, now))));
            goAway();
            for (int n = 2; n <= WINDOWS; n++) {
                track.offer(registry.checkpoint(n));
                Answer.Failed failed = (Answer.Failed) submitDue(anchor, track, now);
                track.failed(failed.reason(), now, 0.5, failed.retryAfter());
                assertThat(track.lastError()).isNotEmpty();
                assertThat(track.notBefore()).isAfter(now);
                now = track.notBefore();
            }
            assertThat(track.pendingCount()).isEqualTo(WINDOWS - 1);

            // When
            comeBack();
            settled.addAll(track.confirmed(receiptOf(submitDue(anchor, track, now))));
        }

        // Then
        assertThat(track.pendingCount()).isZero();
        assertThat(track.position().confirmedSize()).isEqualTo(TestRegistry.size(WINDOWS));
        assertThat(settled)
                .extracting(Settled::size)
                .containsExactlyElementsOf(IntStream.rangeClosed(1, WINDOWS)
                        .mapToObj(TestRegistry::size)
                        .toList());
        for (Settled one : settled) {
            if (one.end() instanceof Settled.Confirmed confirmed) {
                verify(confirmed.receipt(), registry.checkpoint(number(one.size())));
            } else {
                assertThat(one.end()).isEqualTo(new Settled.CoveredBy(TestRegistry.size(WINDOWS)));
            }
        }
        assertThat(settled)
                .filteredOn(one -> one.end() instanceof Settled.Confirmed)
                .hasSize(2);
    }

    private static int number(long size) {
        return (int) (size / TestRegistry.size(1));
    }

    private static Settled.Confirmed receiptOf(Answer answer) {
        assertThat(answer).isInstanceOf(Answer.Confirmed.class);
        return new Settled.Confirmed(((Answer.Confirmed) answer).receipt());
    }

    private Answer submitDue(Anchor anchor, AnchorTrack track, Instant now) {
        RegistryCheckpoint due = track.due(now).orElseThrow();
        return anchor.submit(
                registry.submission(number(due.size()), number(track.position().confirmedSize())));
    }

    @Test
    void aReceiptDoesNotCountForAnotherCheckpoint() throws Exception {
        try (Anchor anchor = anchor()) {
            Answer.Confirmed answer = (Answer.Confirmed) anchor.submit(registry.submission(1, 0));

            assertThatExceptionOfType(ReceiptException.class)
                    .isThrownBy(() -> verify(answer.receipt(), registry.checkpoint(2)));
        }
    }
}
