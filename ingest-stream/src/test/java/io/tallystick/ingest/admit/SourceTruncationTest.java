// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.admit;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.ingest.admit.ChainPosition.Flight;
import io.tallystick.ingest.admit.Command.Alert.Kind;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** A source that lost records, and the leader epochs that tell. */
class SourceTruncationTest extends FollowedSource {
    // ---- truncated sources

    @Test
    void truncatedSourceIsReadAgainFromWhereHistoriesPart() {
        // Given
        readFrom(40);
        follower.acknowledged(follower.cover(50, EPOCH), now);
        long reading = follower.reading();

        // When
        ResumePoint parting = new ResumePoint(45, OptionalInt.of(2));
        List<Command> commands = follower.truncated(Optional.of(parting), now);

        // Then
        assertThat(alerts(commands)).containsExactly(Kind.SOURCE_TRUNCATED);
        // With the leader epoch, so that the broker finds a second truncation below.
        assertThat(only(Command.Seek.class, commands).to()).isEqualTo(parting);
        assertThat(follower.isHeld(Hold.LOCATING)).isTrue();
        assertThat(follower.isCurrent(reading)).isFalse();
        assertThat(follower.from()).isEqualTo(45);
    }

    @Test
    void truncatedSourceOfWhichNothingIsKnownIsReadFromItsStart() {
        // Given
        readFrom(40);

        // When
        List<Command> commands = follower.truncated(Optional.empty(), now);

        // Then
        assertThat(only(Command.Seek.class, commands).to()).isEqualTo(ResumePoint.at(0));
    }

    @Test
    void truncationNeverMovesPastWhatIsAcknowledged() {
        // Given
        readFrom(40);
        follower.cover(50, EPOCH);

        // When
        List<Command> commands = follower.truncated(Optional.of(ResumePoint.at(48)), now);

        // Then
        assertThat(only(Command.Seek.class, commands).to().offset()).isEqualTo(40);
    }

    @Test
    void sourceThatEndsBeforeThePositionIsReadFromItsEnd() {
        // When
        List<Command> commands = follower.located(1, at(ID, commit(ID, 100), 0, 70), now);

        // Then
        assertThat(alerts(commands)).containsExactly(Kind.SOURCE_TRUNCATED);
        assertThat(only(Command.SendClaim.class, commands).message().getFrom()).isEqualTo(70);
        // Under the epoch that is known: histories may part below the end, where the log has grown again.
        assertThat(only(Command.Seek.class, commands).to()).isEqualTo(new ResumePoint(70, EPOCH));
    }

    @Test
    void epochThatIsOnlyABoundIsNeitherClaimedNorCommitted() {
        // When: record 99 was under the epoch; record 69 may be older
        List<Command> commands = follower.located(1, at(ID, commit(ID, 100), 0, 70), now);

        // Then
        assertThat(only(Command.SendClaim.class, commands).message().getLeaderEpoch())
                .isEqualTo(-1);
        assertThat(follower.commitDue()).isEmpty();
        follower.failed(follower.cover(70, OptionalInt.of(6)), "gone", now);
        assertThat(claimed().getLeaderEpoch()).isEqualTo(-1);
        follower.acknowledged(follower.cover(70, OptionalInt.of(6)), now);
        assertThat(claimed().getLeaderEpoch()).isEqualTo(6);
        assertThat(follower.commitDue()).contains(new Commit(ID, new ResumePoint(71, OptionalInt.of(6))));
    }

    @Test
    void sourceThatEndsBetweenWhatIsAcknowledgedAndWhatIsSentIsReadFromTheAcknowledged() {
        // Given
        readFrom(40);
        follower.acknowledged(follower.cover(44, OptionalInt.of(5)), now);
        follower.cover(60, OptionalInt.of(6));

        // When
        List<Command> found = follower.located(lookup(follower.outOfRange(now)), at(ID, null, 0, 50), now);

        // Then: of the record before it the epoch is known
        assertThat(alerts(found)).containsExactly(Kind.SOURCE_TRUNCATED);
        assertThat(only(Command.Seek.class, found).to()).isEqualTo(new ResumePoint(45, OptionalInt.of(5)));
        assertThat(only(Command.SendClaim.class, found).message().getLeaderEpoch())
                .isEqualTo(5);
        assertThat(follower.commitDue()).contains(new Commit(ID, new ResumePoint(45, OptionalInt.of(5))));
    }

    @Test
    void sourceWhoseEndsAreLowerAndLowerIsReadUnderTheEpochThatIsKnown() {
        // Given
        List<Command> first = follower.located(1, at(ID, commit(ID, 100), 0, 70), now);
        assertThat(only(Command.Seek.class, first).to().offset()).isEqualTo(70);

        // When
        List<Command> found = follower.located(lookup(follower.outOfRange(now)), at(ID, null, 0, 60), now);

        // Then
        assertThat(only(Command.Seek.class, found).to()).isEqualTo(new ResumePoint(60, EPOCH));
        assertThat(only(Command.SendClaim.class, found).message().getLeaderEpoch())
                .isEqualTo(-1);
    }

    @Test
    void sourceThatEndsBeforeAPositionWithoutAnEpochIsReadFromItsBeginning() {
        // When: somebody set the position; where histories part nobody can tell
        Commit set = new Commit(ID, ResumePoint.at(100));
        List<Command> commands = follower.located(1, at(ID, set, 20, 70), now);

        // Then
        assertThat(alerts(commands)).containsExactly(Kind.SOURCE_TRUNCATED);
        assertThat(only(Command.Seek.class, commands).to()).isEqualTo(ResumePoint.at(20));
    }

    // ---- leader epochs

    @Test
    void commitCarriesTheEpochOfTheLastContiguouslyAcknowledgedRecord() {
        // Given
        readFrom(40);
        Flight first = follower.cover(40, OptionalInt.of(4));
        Flight second = follower.cover(43, OptionalInt.of(5));
        follower.cover(44, OptionalInt.of(6));

        // When
        follower.acknowledged(second, now);

        // Then
        assertThat(follower.commitDue()).isEmpty();
        follower.acknowledged(first, now);
        assertThat(follower.commitDue()).contains(new Commit(ID, new ResumePoint(44, OptionalInt.of(5))));
        follower.committed(follower.commitDue().orElseThrow());
        assertThat(follower.commitDue()).isEmpty();
    }

    @Test
    void everySeekBackNamesTheEpochBeforeIt() {
        // Given
        readFrom(40);
        follower.acknowledged(follower.cover(40, OptionalInt.of(5)), now);
        follower.acknowledged(follower.cover(41, OptionalInt.of(6)), now);
        Flight lost = follower.cover(42, OptionalInt.of(7));

        // When
        List<Command> failed = follower.failed(lost, "gone", now);
        List<Command> noticed = follower.noticed(ID, ResumePoint.at(41), now);
        List<Command> found = follower.located(lookup(noticed), at(ID, null, 0, 100), now);

        // Then
        assertThat(only(Command.Seek.class, failed).to()).isEqualTo(new ResumePoint(42, OptionalInt.of(6)));
        assertThat(only(Command.Seek.class, found).to()).isEqualTo(new ResumePoint(41, OptionalInt.of(5)));
    }

    @Test
    void epochThatWasNeverSeenIsNotGuessed() {
        // Given
        readFrom(40);
        follower.acknowledged(follower.cover(40, EPOCH), now);

        // When
        List<Command> noticed = follower.noticed(ID, ResumePoint.at(10), now);
        List<Command> found = follower.located(lookup(noticed), at(ID, null, 0, 100), now);

        // Then
        assertThat(only(Command.Seek.class, found).to()).isEqualTo(ResumePoint.at(10));
    }
}
