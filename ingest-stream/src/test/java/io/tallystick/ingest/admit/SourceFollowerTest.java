// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.admit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.avro.AdmittedEvent;
import io.tallystick.avro.Claim;
import io.tallystick.entry.ChainId;
import io.tallystick.ingest.admit.ChainPosition.Flight;
import io.tallystick.ingest.admit.Command.Alert;
import io.tallystick.ingest.admit.Command.Alert.Kind;
import io.tallystick.ingest.admit.Location.End;
import io.tallystick.topic.PoliciesInForce;
import io.tallystick.topic.TenantPolicies;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SourceFollowerTest {
    private static final String ID = "topic-id-1";
    private static final String OTHER = "topic-id-2";
    private static final OptionalInt EPOCH = OptionalInt.of(4);
    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final FollowerTiming TIMING =
            new FollowerTiming(Duration.ofSeconds(30), Duration.ofSeconds(1), Duration.ofSeconds(10));

    private final Instant asOf = Instant.ofEpochSecond(1_700_000_000);
    private long now = 5 * SECOND;
    private SourceFollower follower = follower(rules(ID, false, 1));

    private SourceFollower follower(TenantRules rules) {
        return new SourceFollower("cluster", "ledger.in.acme", new ChainId("acme", 3), rules, TIMING, now);
    }

    private static TenantRules rules(String topicId, boolean suspended, long revision) {
        return new TenantRules(topicId, suspended, new PoliciesInForce(revision, TenantPolicies.DEFAULT));
    }

    @BeforeEach
    void assign() {
        assertThat(follower.assigned()).containsExactly(new Command.Locate(1, Duration.ZERO));
    }

    private Location at(String topicId, Commit committed, long logStart, long end) {
        return new Location(topicId, Optional.ofNullable(committed), logStart, new End(end, asOf));
    }

    private static Commit commit(String topicId, long offset) {
        return new Commit(topicId, new ResumePoint(offset, EPOCH));
    }

    private static long lookup(List<Command> commands) {
        return only(Command.Locate.class, commands).lookup();
    }

    private static <C extends Command> C only(Class<C> type, List<Command> commands) {
        return commands.stream()
                .filter(type::isInstance)
                .map(type::cast)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + type.getSimpleName() + " in " + commands));
    }

    private static List<Kind> alerts(List<Command> commands) {
        return commands.stream()
                .filter(Alert.class::isInstance)
                .map(command -> ((Alert) command).kind())
                .toList();
    }

    private static boolean has(Class<? extends Command> type, List<Command> commands) {
        return commands.stream().anyMatch(type::isInstance);
    }

    /** Located at this offset, with nothing lost. */
    private void readFrom(long offset) {
        follower.located(1, at(ID, commit(ID, offset), 0, 1000), now);
        assertThat(follower.isHeld()).isFalse();
    }

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

    private Claim claimed() {
        return only(Command.SendClaim.class, follower.claimDue(ID, new End(100, asOf), OptionalLong.of(100), now))
                .message();
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
        now += SECOND;

        // Then
        assertThat(follower.waiting(now)).isEqualTo(Duration.ofSeconds(1));
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
