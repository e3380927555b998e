// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.admit;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.ingest.admit.ChainPosition.Flight;
import io.tallystick.ingest.admit.Command.Alert.Kind;
import io.tallystick.ingest.admit.Location.End;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** For how long a chain makes no progress that it should make, as a metric shows it. */
class SourceWaitingTest extends FollowedSource {
    // ---- how long it waits

    @Test
    void heldChainWaits() {
        // Given
        now += 90 * SECOND;

        // Then
        assertThat(follower.waiting(now)).isEqualTo(Duration.ofSeconds(90));
    }

    @Test
    void chainThatGoesBackAgainAndAgainWaits() {
        // Given
        readFrom(40);

        // When
        for (int i = 0; i < 12; i++) {
            now += 10 * SECOND;
            List<Command> noticed = follower.noticed(ID, ResumePoint.at(40 - i - 1), now);
            follower.located(lookup(noticed), at(ID, null, 0, 70), now);
        }

        // Then
        assertThat(follower.waiting(now)).isGreaterThan(Duration.ofSeconds(100));
        follower.acknowledged(follower.cover(40, EPOCH), now);
        now += 36 * SECOND;
        assertThat(follower.waiting(now)).isZero();
    }

    @Test
    void whatTheSequencerHasNotGotIsWaitedForUntilItLands() {
        // Given
        readFrom(40);
        now += 100 * SECOND;
        List<Command> noticed = follower.noticed(ID, ResumePoint.at(30), now);
        follower.located(lookup(noticed), at(ID, null, 0, 70), now);
        assertThat(follower.isHeld()).isFalse();

        // When
        Flight again = follower.cover(30, EPOCH);
        now += 29 * SECOND;

        // Then
        assertThat(follower.waiting(now)).isEqualTo(Duration.ofSeconds(29));
        follower.acknowledged(again, now);
        now += 36 * SECOND;
        assertThat(follower.waiting(now)).isZero();
    }

    @Test
    void singleSetbackIsNoWait() {
        // Given
        readFrom(40);
        now += 100 * SECOND;

        // When
        follower.failed(follower.cover(40, EPOCH), "timeout", now);
        now += SECOND;
        follower.backedOff(now);
        follower.acknowledged(follower.cover(40, EPOCH), now);
        now += 10 * SECOND;

        // Then
        assertThat(follower.waiting(now)).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void whatFailedIsWaitedForUntilItLands() {
        // Given
        readFrom(40);
        now += 100 * SECOND;
        follower.failed(follower.cover(40, EPOCH), "timeout", now);
        now += SECOND;
        follower.backedOff(now);

        // When: it is on its way again, and nobody knows yet what becomes of it
        Flight again = follower.cover(40, EPOCH);
        now += 28 * SECOND;

        // Then
        assertThat(follower.waiting(now)).isEqualTo(Duration.ofSeconds(29));
        follower.acknowledged(again, now);
        now += 36 * SECOND;
        assertThat(follower.waiting(now)).isZero();
    }

    @Test
    void whatDoesNotLandFromOneLookToTheNextIsWaitedFor() {
        // Given
        readFrom(40);
        now += 100 * SECOND;
        Flight slow = follower.cover(40, EPOCH);

        // When
        for (int i = 0; i < 4; i++) {
            follower.landingDue(now);
            now += 10 * SECOND;
        }

        // Then: since the second look, as far as the last one knows
        assertThat(follower.waiting(now)).isEqualTo(Duration.ofSeconds(20));
        follower.acknowledged(slow, now);
        follower.landingDue(now);
        follower.landingDue(now);
        now += 36 * SECOND;
        assertThat(follower.waiting(now)).isZero();
    }

    @Test
    void busyChainWhoseMessagesLandWaitsForNothing() {
        // Given
        readFrom(40);
        now += 100 * SECOND;

        // When: something is on its way at each look
        Flight last = follower.cover(40, EPOCH);
        for (int offset = 41; offset < 50; offset++) {
            follower.landingDue(now);
            now += 10 * SECOND;
            Flight next = follower.cover(offset, EPOCH);
            follower.acknowledged(last, now);
            last = next;
        }

        // Then
        assertThat(follower.waiting(now)).isZero();
    }

    @Test
    void chainWhoseClaimsAreLostWaits() {
        // Given: what the sequencer has not got, only a claim brings to light
        readFrom(40);
        now += 100 * SECOND;

        // When
        for (int i = 0; i < 4; i++) {
            assertThat(alerts(follower.claimFailed("no leader", now))).containsExactly(Kind.CLAIM_FAILED);
            now += 10 * SECOND;
        }

        // Then
        assertThat(follower.waiting(now)).isEqualTo(Duration.ofSeconds(30));
        now += 26 * SECOND;
        assertThat(follower.waiting(now)).isZero();
    }

    @Test
    void claimOfASuspendedTenantIsNotMissed() {
        // Given
        readFrom(40);
        now += 100 * SECOND;
        follower.described(rules(ID, true, 1), now);

        // When
        assertThat(follower.claimFailed("no leader", now)).isEmpty();
        now += 20 * SECOND;
        assertThat(follower.claimFailed("no leader", now)).isEmpty();

        // Then
        assertThat(follower.waiting(now)).isZero();
    }

    @Test
    void messageBehindOneThatFailedEndsNothing() {
        // Given
        readFrom(40);
        now += 100 * SECOND;
        Flight behind = follower.cover(41, EPOCH);
        follower.failed(behind, "timeout", now);

        // When: of the era that is over
        follower.acknowledged(behind, now);
        now += 40 * SECOND;

        // Then
        assertThat(follower.waiting(now)).isEqualTo(Duration.ofSeconds(40));
    }

    @Test
    void whatFailedAndIsNoMoreIsNotWaitedFor() {
        // Given: the record is of a transaction that was aborted since, or its log was cut
        readFrom(40);
        now += 100 * SECOND;
        follower.failed(follower.cover(40, EPOCH), "timeout", now);
        now += SECOND;
        follower.backedOff(now);

        // When
        follower.claimDue(ID, new End(70, asOf), OptionalLong.of(70), now);
        now += 10 * SECOND;

        // Then
        assertThat(follower.waiting(now)).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void whatFailedIsNotMissedWhileItsTenantIsSuspended() {
        // Given
        readFrom(40);
        now += 100 * SECOND;
        follower.described(rules(ID, true, 1), now);
        follower.failed(follower.cover(40, EPOCH), "timeout", now);
        now += SECOND;
        follower.backedOff(now);

        // When
        now += 60 * SECOND;

        // Then
        assertThat(follower.waiting(now)).isZero();
        follower.described(rules(ID, false, 1), now);
        now += 30 * SECOND;
        assertThat(follower.waiting(now)).isEqualTo(Duration.ofSeconds(30));
    }

    // ---- a source that hands out nothing

    @Test
    void sourceThatHasRecordsAndHandsOutNoneIsWaitingAfterAWhile() {
        // Given
        readFrom(40);
        now += 60 * SECOND;

        // When: the first claim may have come just before the consumer
        List<Command> first = follower.claimDue(ID, new End(70, asOf), OptionalLong.of(40), now);
        for (int i = 0; i < 7; i++) {
            now += 10 * SECOND;
            assertThat(alerts(follower.claimDue(ID, new End(70, asOf), OptionalLong.of(40), now)))
                    .containsExactly(Kind.NOT_READ);
        }

        // Then
        assertThat(alerts(first)).isEmpty();
        assertThat(follower.waiting(now)).isEqualTo(Duration.ofSeconds(60));
    }

    @Test
    void readingGoesOnUpToMarkersAndAfterEachClaim() {
        // Given
        readFrom(40);

        // When
        for (int i = 0; i < 7; i++) {
            now += 10 * SECOND;
            assertThat(alerts(follower.claimDue(ID, new End(70, asOf), OptionalLong.of(70), now)))
                    .isEmpty();
            assertThat(alerts(follower.claimDue(ID, new End(100, asOf), OptionalLong.of(71 + i), now)))
                    .isEmpty();
        }

        // Then
        assertThat(follower.waiting(now)).isZero();
    }

    @Test
    void suspendedSourceIsNotMissedByAnybody() {
        // Given
        readFrom(40);
        follower.described(rules(ID, true, 1), now);

        // When
        for (int i = 0; i < 7; i++) {
            now += 10 * SECOND;
            assertThat(alerts(follower.claimDue(ID, new End(70, asOf), OptionalLong.of(40), now)))
                    .isEmpty();
        }

        // Then
        assertThat(follower.waiting(now)).isZero();
    }

    @Test
    void claimThatCannotBeMadeAgainAndAgainIsWaiting() {
        // Given
        readFrom(40);
        now += 60 * SECOND;

        // When
        for (int i = 0; i < 7; i++) {
            now += 10 * SECOND;
            assertThat(alerts(follower.notClaimed("no leader", now))).containsExactly(Kind.NOT_LOCATED);
        }

        // Then
        assertThat(follower.waiting(now)).isEqualTo(Duration.ofSeconds(60));
    }

    // ---- room in ledger.ingest

    private List<Command> claimAt(long readTo) {
        return follower.claimDue(ID, new End(70, asOf), OptionalLong.of(readTo), now);
    }

    @Test
    void chainWithoutRoomWaitsAndItsSourceIsNotBlamed() {
        // Given
        readFrom(40);
        now += 60 * SECOND;
        follower.noRoom(now);

        // When
        List<Kind> told = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            told.addAll(alerts(claimAt(40)));
            now += 10 * SECOND;
        }

        // Then
        assertThat(told).containsExactly(Kind.NO_ROOM, Kind.NO_ROOM);
        assertThat(follower.isHeld(Hold.NO_ROOM)).isTrue();
        assertThat(follower.waiting(now)).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void roomThatIsLackedForAMomentNowAndThenIsNoTrouble() {
        // Given
        readFrom(40);
        now += 60 * SECOND;

        // When
        for (int i = 0; i < 60; i++) {
            follower.noRoom(now);
            assertThat(alerts(claimAt(70))).isEmpty();
            now += SECOND;
            follower.room(true, now);
            now += SECOND;
        }

        // Then
        assertThat(follower.waiting(now)).isZero();
        assertThat(follower.isHeld()).isFalse();
    }

    @Test
    void roomThatFailedMessagesLeaveDoesNotEndTheWait() {
        // Given
        readFrom(40);
        now += 100 * SECOND;
        follower.noRoom(now);
        now += 30 * SECOND;

        // When: room for its own message, which then fails, too
        follower.room(false, now);
        Flight flight = follower.cover(40, EPOCH);
        now += 30 * SECOND;
        follower.failed(flight, "timeout", now);

        // Then
        assertThat(follower.waiting(now)).isEqualTo(Duration.ofSeconds(60));
        now += SECOND;
        follower.noRoom(now);
        follower.backedOff(now);
        now += 29 * SECOND;
        follower.room(false, now);
        assertThat(follower.waiting(now)).isEqualTo(Duration.ofSeconds(90));
    }

    @Test
    void roomAfterAllIsTheEndOfTheWait() {
        // Given
        readFrom(40);
        now += 100 * SECOND;
        follower.noRoom(now);
        now += 100 * SECOND;

        // When
        follower.room(true, now);

        // Then
        assertThat(follower.waiting(now)).isZero();
    }

    @Test
    void suspendedChainNeedsNoRoom() {
        // Given
        readFrom(40);
        follower.described(rules(ID, true, 1), now);
        now += 100 * SECOND;

        // When
        follower.noRoom(now);
        now += 100 * SECOND;

        // Then
        assertThat(follower.waiting(now)).isZero();
        assertThat(alerts(claimAt(40))).isEmpty();
        follower.room(false, now);
        assertThat(follower.waiting(now)).isZero();
    }
}
