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

/** What a tenant's descriptor says: which topic is its own, whether it is suspended, which policies are in force. */
class SourceDescriptorTest extends FollowedSource {
    // ---- re-created topics

    @Test
    void topicThatIsNotTheDescriptorsIsNotRead() {
        // When
        List<Command> commands = follower.located(1, at(OTHER, commit(OTHER, 40), 0, 70), now);

        // Then
        assertThat(alerts(commands)).containsExactly(Kind.TOPIC_RECREATED);
        assertThat(only(Command.Locate.class, commands).after()).isEqualTo(TIMING.lookAgain());
        assertThat(commands).hasSize(2);
        assertThat(follower.isHeld(Hold.RECREATED)).isTrue();
        assertThat(alerts(follower.located(lookup(commands), at(OTHER, null, 0, 70), now)))
                .isEmpty();
    }

    @Test
    void batchOfAnotherTopicIsWorthless() {
        // Given
        readFrom(40);
        long reading = follower.reading();

        // When
        List<Command> commands = follower.topicIs(OTHER, now);

        // Then
        assertThat(alerts(commands)).containsExactly(Kind.TOPIC_RECREATED);
        assertThat(follower.isCurrent(reading)).isFalse();
        assertThat(follower.isHeld()).isTrue();
        assertThat(follower.wantsClaim()).isFalse();
        assertThat(follower.topicIs(OTHER, now)).isEmpty();
    }

    @Test
    void batchOfTheSameTopicIsGood() {
        // Given
        readFrom(40);
        long reading = follower.reading();

        // When
        List<Command> commands = follower.topicIs(ID, now);

        // Then
        assertThat(commands).isEmpty();
        assertThat(follower.isCurrent(reading)).isTrue();
    }

    @Test
    void batchWhoseTopicCannotBeLookedAtIsReadAgain() {
        // Given
        readFrom(40);
        long reading = follower.reading();

        // When
        List<Command> commands = follower.topicUnknown("timeout", now);
        List<Command> found = follower.located(lookup(commands), at(ID, null, 0, 70), now);

        // Then
        assertThat(follower.isCurrent(reading)).isFalse();
        assertThat(only(Command.Seek.class, found).to()).isEqualTo(new ResumePoint(40, EPOCH));
    }

    @Test
    void lookupsThatFailWaitTwiceAsLongEachTimeUpToTenSeconds() {
        // When
        List<Long> waits = new ArrayList<>();
        long lookup = 1;
        for (int i = 0; i < 6; i++) {
            Command.Locate again = only(Command.Locate.class, follower.notLocated(lookup, "timeout", now));
            waits.add(again.after().toSeconds());
            lookup = again.lookup();
        }
        follower.located(lookup, at(ID, null, 0, 70), now);

        // Then
        assertThat(waits).containsExactly(1L, 2L, 4L, 8L, 10L, 10L);
        assertThat(only(Command.Locate.class, follower.topicUnknown("timeout", now))
                        .after())
                .isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void idleTopicThatWasCreatedAgainIsFoundByTheClaim() {
        // Given
        readFrom(40);

        // When
        List<Command> commands = follower.claimDue(OTHER, new End(3, asOf), OptionalLong.of(3), now);

        // Then
        assertThat(alerts(commands)).containsExactly(Kind.TOPIC_RECREATED);
        assertThat(has(Command.SendClaim.class, commands)).isFalse();
    }

    @Test
    void reboundTopicStartsAtZeroAndForgetsWhatIsOnItsWay() {
        // Given
        readFrom(40);
        Flight old = follower.cover(40, EPOCH);
        List<Command> waits = follower.topicIs(OTHER, now);

        // When
        List<Command> rebound = follower.described(rules(OTHER, false, 1), now);
        List<Command> late = follower.located(lookup(waits), at(OTHER, commit(ID, 40), 0, 9), now);
        List<Command> found = follower.located(lookup(rebound), at(OTHER, commit(ID, 40), 0, 9), now);
        follower.acknowledged(old, now);

        // Then
        assertThat(late).isEmpty();
        assertThat(only(Command.Seek.class, found).to()).isEqualTo(ResumePoint.at(0));
        assertThat(only(Command.SendClaim.class, found).message().getTopicId()).isEqualTo(OTHER);
        assertThat(follower.isHeld()).isFalse();
        assertThat(follower.from()).isZero();
        assertThat(follower.commitDue()).contains(new Commit(OTHER, ResumePoint.at(0)));
    }

    @Test
    void descriptorOfAnotherTopicStopsAPartitionThatReads() {
        // Given
        readFrom(40);
        long reading = follower.reading();

        // When
        List<Command> rebound = follower.described(rules(OTHER, false, 1), now);
        List<Command> found = follower.located(lookup(rebound), at(ID, commit(ID, 40), 0, 70), now);

        // Then
        assertThat(follower.isCurrent(reading)).isFalse();
        assertThat(alerts(found)).containsExactly(Kind.TOPIC_RECREATED);
        assertThat(follower.isHeld()).isTrue();
    }

    // ---- suspended tenants

    @Test
    void suspendedTenantIsPausedAndClaimedButNotInTrouble() {
        // Given
        follower = follower(rules(ID, true, 1));
        follower.assigned();

        // When
        List<Command> commands = follower.located(1, at(ID, commit(ID, 40), 0, 70), now);
        now += 100 * SECOND;

        // Then
        assertThat(has(Command.SendClaim.class, commands)).isTrue();
        assertThat(follower.isHeld()).isTrue();
        assertThat(follower.wantsClaim()).isTrue();
        assertThat(follower.waiting(now)).isZero();
    }

    @Test
    void resumedTenantGoesOnWhereItWas() {
        // Given
        readFrom(40);
        follower.described(rules(ID, true, 1), now);
        assertThat(follower.isHeld()).isTrue();

        // When
        List<Command> commands = follower.described(rules(ID, false, 1), now);

        // Then
        assertThat(commands).isEmpty();
        assertThat(follower.isHeld()).isFalse();
        assertThat(follower.from()).isEqualTo(40);
    }

    // ---- policies

    @Test
    void newPoliciesAreToldOnceAndNotBeforeTheGenesis() {
        // Given
        assertThat(follower.described(rules(ID, false, 2), now)).isEmpty();

        // When
        List<Command> first = follower.located(1, at(ID, null, 0, 0), now);
        List<Command> claim = follower.claimDue(ID, new End(0, asOf), OptionalLong.of(0), now);
        List<Command> newer = follower.described(rules(ID, false, 3), now);
        List<Command> same = follower.described(rules(ID, false, 3), now);

        // Then
        assertThat(only(Command.SendConfig.class, first).policies().revision()).isEqualTo(2);
        assertThat(has(Command.SendConfig.class, claim)).isFalse();
        assertThat(only(Command.SendConfig.class, newer).policies().revision()).isEqualTo(3);
        assertThat(same).isEmpty();
    }

    @Test
    void policiesThatMayBeLostFollowTheNextClaim() {
        // Given
        readFrom(40);

        // When
        follower.configFailed();

        // Then
        assertThat(follower.described(rules(ID, false, 1), now)).isEmpty();
        assertThat(has(Command.SendConfig.class, follower.claimDue(ID, new End(70, asOf), OptionalLong.of(70), now)))
                .isTrue();
    }

    @Test
    void policiesThatMayBeLostAreToldAgainAlsoToAChainThatIsNeverIdle() {
        // Given
        readFrom(40);
        follower.cover(40, EPOCH);
        assertThat(follower.wantsClaim()).isFalse();
        assertThat(follower.configDue(now)).isEmpty();

        // When
        follower.configFailed();

        // Then
        assertThat(has(Command.SendConfig.class, follower.configDue(now))).isTrue();
        assertThat(follower.configDue(now)).isEmpty();
    }

    @Test
    void policiesAreToldAgainEveryFiveMinutes() {
        // Given
        readFrom(40);
        follower.cover(40, EPOCH);

        // When
        List<Long> told = new ArrayList<>();
        for (long second = 0; second <= 900; second += 10) {
            if (has(Command.SendConfig.class, follower.configDue(now + second * SECOND))) {
                told.add(second);
            }
        }

        // Then
        assertThat(told).containsExactly(300L, 610L);
    }

    @Test
    void policiesAreNotToldBeforeTheFirstClaimNorToAnotherTopic() {
        // Given
        assertThat(follower.configDue(now)).isEmpty();
        readFrom(40);

        // When
        follower.configFailed();
        follower.topicIs(OTHER, now);

        // Then
        assertThat(follower.configDue(now + 1000 * SECOND)).isEmpty();
    }

    @Test
    void policiesOfAChainThatWentBackWaitForItsClaim() {
        // Given
        readFrom(40);

        // When
        List<Command> back = follower.noticed(ID, ResumePoint.at(10), now);

        // Then
        assertThat(follower.configDue(now + 1000 * SECOND)).isEmpty();
        assertThat(has(Command.SendConfig.class, follower.located(lookup(back), at(ID, null, 0, 70), now)))
                .isTrue();
    }
}
