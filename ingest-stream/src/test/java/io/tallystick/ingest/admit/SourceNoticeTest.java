// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.admit;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.ingest.admit.ChainPosition.Flight;
import io.tallystick.ingest.admit.Command.Alert.Kind;
import io.tallystick.ingest.admit.Location.End;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What the sequencer says, and what it is told. */
class SourceNoticeTest extends FollowedSource {
    // ---- notices and claims

    @Test
    void noticeWaitsForWhatIsOnItsWay() {
        // Given
        readFrom(40);
        Flight first = follower.cover(40, EPOCH);
        long reading = follower.reading();

        // When
        List<Command> early = follower.noticed(ID, ResumePoint.at(30), now);

        // Then
        assertThat(early).isEmpty();
        assertThat(follower.isHeld(Hold.NOTICE)).isTrue();
        List<Command> landed = follower.acknowledged(first, now);
        assertThat(alerts(landed)).containsExactly(Kind.WENT_BACK);
        assertThat(follower.from()).isEqualTo(30);
        assertThat(follower.isCurrent(reading)).isFalse();
        assertThat(follower.isHeld(Hold.NOTICE)).isFalse();
        assertThat(has(Command.SendConfig.class, follower.located(lookup(landed), at(ID, null, 0, 70), now)))
                .isTrue();
    }

    @Test
    void noticeNamesTheEpochToGoOnUnder() {
        // Given
        readFrom(40);
        follower.acknowledged(follower.cover(40, OptionalInt.of(7)), now);

        // When
        ResumePoint next = new ResumePoint(30, OptionalInt.of(2));
        List<Command> noticed = follower.noticed(ID, next, now);
        List<Command> found = follower.located(lookup(noticed), at(ID, null, 0, 70), now);

        // Then
        assertThat(only(Command.Seek.class, found).to()).isEqualTo(next);
        assertThat(only(Command.SendClaim.class, found).message().getLeaderEpoch())
                .isEqualTo(2);
    }

    @Test
    void noticeOfAnotherHistoryIsFollowedWhereItStands() {
        // Given
        readFrom(40);

        // When
        ResumePoint next = new ResumePoint(40, OptionalInt.of(2));
        List<Command> noticed = follower.noticed(ID, next, now);
        List<Command> found = follower.located(lookup(noticed), at(ID, null, 0, 70), now);
        List<Command> again = follower.noticed(ID, next, now);

        // Then
        assertThat(alerts(noticed)).containsExactly(Kind.WENT_BACK);
        assertThat(only(Command.Seek.class, found).to()).isEqualTo(next);
        assertThat(again).isEmpty();
    }

    @Test
    void noticeTellsTheEpochOfAPositionThatKnowsNone() {
        // Given
        follower.located(1, at(ID, new Commit(ID, ResumePoint.at(40)), 0, 70), now);

        // When
        List<Command> noticed = follower.noticed(ID, new ResumePoint(40, EPOCH), now);

        // Then
        assertThat(alerts(noticed)).containsExactly(Kind.WENT_BACK);
    }

    @Test
    void noticeAlsoMovesForwardAPositionThatKnowsNoEpoch() {
        // Given: somebody set it to the end of a source that was cut below and has grown again
        follower.located(1, at(ID, new Commit(ID, ResumePoint.at(40)), 0, 40), now);

        // When
        ResumePoint next = new ResumePoint(60, EPOCH);
        List<Command> noticed = follower.noticed(ID, next, now);
        List<Command> found = follower.located(lookup(noticed), at(ID, null, 0, 40), now);

        // Then: the broker is asked under the chain's epoch where the source ends
        assertThat(alerts(noticed)).containsExactly(Kind.WENT_BACK);
        assertThat(alerts(found)).containsExactly(Kind.SOURCE_TRUNCATED);
        assertThat(only(Command.Seek.class, found).to()).isEqualTo(new ResumePoint(40, EPOCH));
        assertThat(follower.noticed(ID, next, now)).isEmpty();
    }

    @Test
    void noticeMovesForwardNoPositionThatKnowsNoEpochIfItNamesNone() {
        // Given
        follower.located(1, at(ID, new Commit(ID, ResumePoint.at(40)), 0, 40), now);

        // When
        List<Command> noticed = follower.noticed(ID, ResumePoint.at(60), now);

        // Then
        assertThat(noticed).isEmpty();
    }

    @Test
    void noticeThatPointsForwardMovesNothingUnderAnyEpoch() {
        // Given
        readFrom(40);

        // When
        List<Command> commands = follower.noticed(ID, new ResumePoint(41, OptionalInt.of(2)), now);

        // Then
        assertThat(commands).isEmpty();
        assertThat(follower.isHeld()).isFalse();
    }

    @Test
    void claimNamesTheEpochOfTheRecordBeforeIt() {
        // Given
        readFrom(40);
        assertThat(claimed().getLeaderEpoch()).isEqualTo(4);

        // When
        follower.acknowledged(follower.cover(43, OptionalInt.of(9)), now);

        // Then
        assertThat(claimed().getLeaderEpoch()).isEqualTo(9);
    }

    @Test
    void claimBehindAGapOrAtTheBeginningNamesNoEpoch() {
        // Given
        List<Command> begun = follower.located(1, at(ID, null, 0, 70), now);
        assertThat(only(Command.SendClaim.class, begun).message().getLeaderEpoch())
                .isEqualTo(-1);
        follower.acknowledged(follower.cover(44, EPOCH), now);
        now += 60 * SECOND;

        // When
        List<Command> found = follower.located(lookup(follower.outOfRange(now)), at(ID, null, 50, 70), now);
        follower.acknowledged(only(Command.SendGap.class, found).flight(), now);

        // Then
        assertThat(only(Command.SendGap.class, found).message().getFromLeaderEpoch())
                .isEqualTo(4);
        assertThat(follower.fromPoint()).isEqualTo(ResumePoint.at(50));
        assertThat(claimed().getFrom()).isEqualTo(50);
        assertThat(claimed().getLeaderEpoch()).isEqualTo(-1);
    }

    @Test
    void noticeNeverMovesForward() {
        // Given
        readFrom(40);
        long reading = follower.reading();

        // When
        List<Command> same = follower.noticed(ID, ResumePoint.at(40), now);
        List<Command> later = follower.noticed(ID, ResumePoint.at(90), now);

        // Then
        assertThat(same).isEmpty();
        assertThat(later).isEmpty();
        assertThat(follower.isHeld()).isFalse();
        assertThat(follower.isCurrent(reading)).isTrue();
    }

    @Test
    void noticeOfAnotherTopicIsOnlyTold() {
        // Given
        readFrom(40);

        // When
        List<Command> commands = follower.noticed(OTHER, ResumePoint.at(0), now);

        // Then
        assertThat(alerts(commands)).containsExactly(Kind.OTHER_TOPIC_SEQUENCED);
        assertThat(follower.from()).isEqualTo(40);
        assertThat(follower.isHeld()).isFalse();
    }

    @Test
    void nothingIsClaimedWhileAMessageIsOnItsWay() {
        // Given
        readFrom(40);
        Flight flight = follower.cover(40, EPOCH);

        // Then
        assertThat(follower.wantsClaim()).isFalse();
        assertThat(follower.claimDue(ID, new End(70, asOf), OptionalLong.of(70), now))
                .isEmpty();
        follower.acknowledged(flight, now);
        assertThat(only(Command.SendClaim.class, follower.claimDue(ID, new End(70, asOf), OptionalLong.of(70), now))
                        .message()
                        .getFrom())
                .isEqualTo(41);
    }
}
