// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.admit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.avro.AdmittedEvent;
import io.tallystick.avro.Claim;
import io.tallystick.ingest.admit.ChainPosition.Flight;
import io.tallystick.ingest.admit.Command.Alert.Kind;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Where a source partition is read, what is lost of it, and what becomes of its messages. */
class SourceFollowerTest extends FollowedSource {
    // ---- where it begins

    @Test
    void nothingIsFetchedBeforeItIsLocated() {
        assertThat(follower.isHeld()).isTrue();
        assertThat(follower.isLocated()).isFalse();
        assertThat(follower.wantsClaim()).isFalse();
        assertThat(follower.commitDue()).isEmpty();
        assertThat(follower.noticed(ID, ResumePoint.at(5), now)).isEmpty();
        assertThat(follower.outOfRange(now)).isEmpty();
        assertThat(follower.truncated(Optional.empty(), now)).isEmpty();
        assertThat(follower.topicIs(OTHER, now)).isEmpty();
    }

    @Test
    void assignmentClaimsTellsPoliciesAndSeeksInThisOrder() {
        // When
        List<Command> commands = follower.located(1, at(ID, commit(ID, 40), 0, 70), now);

        // Then
        assertThat(commands).hasSize(3);
        Claim claim = ((Command.SendClaim) commands.get(0)).message();
        assertThat(claim.getFrom()).isEqualTo(40);
        assertThat(claim.getSourceEnd()).isEqualTo(70);
        assertThat(claim.getTopicId()).isEqualTo(ID);
        assertThat(commands.get(1))
                .isEqualTo(new Command.SendConfig(rules(ID, false, 1).policies()));
        assertThat(commands.get(2)).isEqualTo(new Command.Seek(new ResumePoint(40, EPOCH)));
        assertThat(follower.commitDue()).isEmpty();
    }

    @Test
    void partitionWithoutCommitBeginsAtZero() {
        // When
        List<Command> commands = follower.located(1, at(ID, null, 0, 70), now);

        // Then
        assertThat(only(Command.Seek.class, commands).to()).isEqualTo(ResumePoint.at(0));
        assertThat(follower.commitDue()).contains(new Commit(ID, ResumePoint.at(0)));
    }

    @Test
    void commitOfAnotherTopicOfThatNameIsNotUsed() {
        // When
        List<Command> commands = follower.located(1, at(ID, commit(OTHER, 40), 0, 70), now);

        // Then
        assertThat(only(Command.Seek.class, commands).to()).isEqualTo(ResumePoint.at(0));
    }

    @Test
    void answerToAnEarlierLookupChangesNothing() {
        // Given
        List<Command> again = follower.notLocated(1, "timeout", now);

        // When
        List<Command> late = follower.located(1, at(ID, commit(ID, 40), 0, 70), now);

        // Then
        assertThat(alerts(again)).containsExactly(Kind.NOT_LOCATED);
        assertThat(only(Command.Locate.class, again).after()).isEqualTo(TIMING.retry());
        assertThat(late).isEmpty();
        assertThat(follower.isLocated()).isFalse();
        assertThat(follower.notLocated(1, "late", now)).isEmpty();
        assertThat(follower.awaits(1)).isFalse();
        assertThat(follower.awaits(2)).isTrue();
    }

    // ---- lost records

    @Test
    void gapWaitsForAPredecessorsCopies() {
        // Given
        now += 12 * SECOND;

        // When
        List<Command> early = follower.located(1, at(ID, commit(ID, 40), 60, 70), now);
        now += 18 * SECOND;
        List<Command> due = follower.located(lookup(early), at(ID, commit(ID, 40), 65, 70), now);

        // Then
        assertThat(has(Command.SendGap.class, early)).isFalse();
        assertThat(has(Command.Seek.class, early)).isFalse();
        assertThat(only(Command.Locate.class, early).after()).isEqualTo(Duration.ofSeconds(18));
        AdmittedEvent gap = only(Command.SendGap.class, due).message();
        assertThat(gap.getFrom()).isEqualTo(40);
        assertThat(gap.getOffset()).isEqualTo(64);
        assertThat(only(Command.Seek.class, due).to()).isEqualTo(ResumePoint.at(65));
        assertThat(follower.isHeld()).isFalse();
    }

    @Test
    void offsetOutOfRangeIsLocatedAgain() {
        // Given
        readFrom(40);
        now += 60 * SECOND;

        // When
        List<Command> commands = follower.outOfRange(now);
        List<Command> found = follower.located(lookup(commands), at(ID, null, 50, 70), now);

        // Then
        assertThat(only(Command.SendGap.class, found).message().getFrom()).isEqualTo(40);
        assertThat(follower.from()).isEqualTo(50);
    }

    @Test
    void gapHasNoLeaderEpochToValidateWith() {
        // Given
        readFrom(40);
        follower.acknowledged(follower.cover(44, EPOCH), now);
        now += 60 * SECOND;

        // When
        List<Command> found = follower.located(lookup(follower.outOfRange(now)), at(ID, null, 50, 70), now);

        // Then
        follower.acknowledged(only(Command.SendGap.class, found).flight(), now);
        assertThat(follower.commitDue()).contains(new Commit(ID, ResumePoint.at(50)));
    }

    // ---- messages

    @Test
    void failedMessageIsReadAgainAfterAWait() {
        // Given
        readFrom(40);
        Flight first = follower.cover(40, EPOCH);
        Flight second = follower.cover(41, EPOCH);
        follower.acknowledged(first, now);
        long reading = follower.reading();

        // When
        List<Command> commands = follower.failed(second, "timeout", now);

        // Then
        assertThat(only(Command.Seek.class, commands).to().offset()).isEqualTo(41);
        assertThat(only(Command.BackOff.class, commands).pause()).isEqualTo(TIMING.retry());
        assertThat(follower.isHeld(Hold.BACKING_OFF)).isTrue();
        assertThat(follower.isCurrent(reading)).isFalse();
        follower.backedOff(now);
        assertThat(follower.isHeld()).isFalse();
    }

    @Test
    void secondFailureOfABatchChangesNothing() {
        // Given
        readFrom(40);
        Flight first = follower.cover(40, EPOCH);
        Flight second = follower.cover(41, EPOCH);
        follower.failed(first, "timeout", now);

        // When
        List<Command> commands = follower.failed(second, "timeout", now);

        // Then
        assertThat(commands).isEmpty();
        assertThat(follower.from()).isEqualTo(40);
    }

    @Test
    void recordThatNeedsASchemaIsFetchedAgain() {
        // Given
        readFrom(40);
        follower.cover(40, EPOCH);
        long reading = follower.reading();

        // When
        List<Command> commands = follower.needsSchema(now);

        // Then
        assertThat(commands).containsExactly(new Command.Seek(new ResumePoint(41, EPOCH)));
        assertThat(follower.isHeld(Hold.SCHEMA)).isTrue();
        assertThat(follower.isCurrent(reading)).isFalse();
        follower.schemaKnown(now);
        assertThat(follower.isHeld()).isFalse();
    }

    @Test
    void recordFetchedBeforeASeekIsAccountedFor() {
        // Given
        readFrom(40);

        // Then
        assertThat(follower.isAccountedFor(39)).isTrue();
        assertThat(follower.isAccountedFor(40)).isFalse();
        assertThatThrownBy(() -> follower.cover(39, EPOCH)).isInstanceOf(IllegalArgumentException.class);
    }

    // ---- a source that cannot be read

    @Test
    void damagedSourceIsHeldAndLookedUpAgainAfterAWaitThatDoubles() {
        // Given
        readFrom(10);

        // When
        List<Command> first = follower.damaged("checksum", now);
        follower.located(lookup(first), at(ID, commit(ID, 10), 0, 1000), now);
        boolean tried = !follower.isHeld();
        List<Command> second = follower.damaged("checksum", now);

        // Then
        assertThat(alerts(first)).containsExactly(Kind.SOURCE_DAMAGED);
        assertThat(only(Command.Locate.class, first).after()).isEqualTo(Duration.ofSeconds(1));
        assertThat(tried).isTrue();
        assertThat(only(Command.Locate.class, second).after()).isEqualTo(Duration.ofSeconds(2));
        assertThat(follower.isHeld()).isTrue();
        assertThat(follower.isDamaged()).isTrue();
    }

    @Test
    void waitForADamagedSourceIsBounded() {
        // Given
        readFrom(10);

        // When
        List<Command> last = List.of();
        for (int i = 0; i < 20; i++) {
            last = follower.damaged("checksum", now);
        }

        // Then
        assertThat(only(Command.Locate.class, last).after()).isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void batchPolledBeforeTheDamageStillCounts() {
        // Given
        readFrom(10);
        long reading = follower.reading();

        // When
        follower.damaged("checksum", now);

        // Then
        assertThat(follower.isCurrent(reading)).isTrue();
    }

    @Test
    void recordBehindTheDamageEndsIt() {
        // Given
        readFrom(10);
        follower.damaged("checksum", now);
        follower.damaged("checksum", now);

        // When
        follower.cover(10, EPOCH);

        // Then
        assertThat(follower.isDamaged()).isFalse();
        assertThat(only(Command.Locate.class, follower.damaged("checksum", now)).after())
                .isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void damageThatWasDeletedBecomesAGap() {
        // Given
        readFrom(10);
        List<Command> damaged = follower.damaged("checksum", now);
        now += 60 * SECOND;

        // When
        List<Command> commands = follower.located(lookup(damaged), at(ID, commit(ID, 10), 12, 1000), now);

        // Then
        assertThat(only(Command.SendGap.class, commands).message().getFrom()).isEqualTo(10);
        assertThat(follower.from()).isEqualTo(12);
        assertThat(follower.isDamaged()).isFalse();
    }
}
