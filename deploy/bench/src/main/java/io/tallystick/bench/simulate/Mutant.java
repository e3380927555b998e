// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.simulate;

import io.tallystick.avro.AdmittedEvent;
import io.tallystick.avro.AdmittedKind;
import io.tallystick.avro.ChainHalt;
import io.tallystick.avro.Claim;
import io.tallystick.avro.Notice;
import io.tallystick.chain.sequence.ChainState;
import io.tallystick.chain.sequence.Outcome;
import io.tallystick.chain.sequence.Step;
import io.tallystick.ingest.admit.Commit;
import io.tallystick.ingest.admit.FollowerTiming;
import io.tallystick.ingest.admit.ResumePoint;
import io.tallystick.ingest.admit.SourceFollower;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;

/**
 * The protocol with one of its rules taken out, to show that the simulation would notice. Production code is never changed:
 * what goes in and comes out is rewritten so that the rule has nothing to do.
 */
enum Mutant {
    /** The protocol as it is. */
    NONE,
    /** R1: messages of another topic pass for the chain's own. */
    WITHOUT_R1,
    /** R2, first half: a replay is appended again. */
    WITHOUT_R2_REPLAY,
    /** R2, second half: a higher leader epoch halts nothing, neither a replay's nor that of the record before a message or claim. */
    WITHOUT_R2_HALT,
    /** R3: a message beyond a hole is accepted. */
    WITHOUT_R3,
    /** R4: a lower leader epoch halts nothing. */
    WITHOUT_R4,
    /** R5: an entry covers what its message said, not what the chain needs. */
    WITHOUT_R5_COVER,
    /** R6: any source record is accepted. */
    WITHOUT_R6_COMPARE,
    /** R6: leader epochs go on in the new topic. */
    WITHOUT_R6_RESET,
    WITHOUT_NOTICES,
    /** Notices do not say under which leader epoch the chain's last record was. */
    WITHOUT_NOTICE_EPOCH,
    /** Claims make the genesis and nothing else. */
    WITHOUT_CLAIMS,
    /** Messages do not say under which leader epoch the record before their first offset was. */
    WITHOUT_FROM_EPOCH,
    /** Claims do not say under which leader epoch the record before their position was. */
    WITHOUT_CLAIM_EPOCH,
    /** Polled batches are taken for the topic's that was assigned. */
    WITHOUT_TOPIC_CHECK,
    /** After a notice the next message begins with its own record. */
    WITHOUT_FROM_NEXT,
    WITHOUT_BEFORE_GAP,
    /** What was read is committed, whether or not it was acknowledged. */
    WITHOUT_ACKED_COMMIT,
    /** Committed positions do not know leader epochs, and the sequencer believes those that do not (R3). */
    WITHOUT_COMMITTED_EPOCH,
    /** A sequencer that has lost its store does not look for the marks of halted chains. */
    WITHOUT_HALT_MARKS,
    /** A mark that is cleared leaves the chain the leader epoch it had. */
    WITHOUT_CLEARED_EPOCH,
    /** Metrics begin to count three quarters of a minute late. */
    WITHOUT_TIMELY_ALERT;

    private static final Duration LATE = Duration.ofSeconds(45);

    private static final FollowerTiming DESIGNED =
            new FollowerTiming(Duration.ofSeconds(30), Duration.ofSeconds(1), Duration.ofSeconds(10));

    // ---- ingest

    FollowerTiming timing() {
        return this == WITHOUT_BEFORE_GAP
                ? new FollowerTiming(Duration.ZERO, DESIGNED.retry(), DESIGNED.lookAgain())
                : DESIGNED;
    }

    /** Whether a look has found the topic of a batch, as ingest hears it. */
    boolean isThere(String topicId, Set<String> found) {
        return this == WITHOUT_TOPIC_CHECK || found.contains(topicId);
    }

    /** The topic id read for a claim, as the follower hears it. */
    String seen(String topicId, SourceFollower follower) {
        return this == WITHOUT_TOPIC_CHECK && follower.isLocated()
                ? follower.source().topicId()
                : topicId;
    }

    /** Where the message of a record begins. */
    ResumePoint from(ResumePoint from, long offset, boolean afterNotice) {
        return this == WITHOUT_FROM_NEXT && afterNotice ? ResumePoint.at(offset) : from;
    }

    Commit commit(Commit due, SourceFollower follower) {
        return switch (this) {
            case WITHOUT_ACKED_COMMIT -> new Commit(due.topicId(), ResumePoint.at(follower.from()));
            case WITHOUT_COMMITTED_EPOCH ->
                new Commit(due.topicId(), ResumePoint.at(due.point().offset()));
            default -> due;
        };
    }

    // ---- sequencer

    /** The marks of halted chains as a sequencer finds them when it starts. */
    Collection<ChainHalt> marks(Collection<ChainHalt> written) {
        return this == WITHOUT_HALT_MARKS ? List.of() : written;
    }

    /** The notice as ingest reads it. */
    Notice notice(Notice notice) {
        return this == WITHOUT_NOTICE_EPOCH
                ? Notice.newBuilder(notice).setLeaderEpoch(-1).build()
                : notice;
    }

    boolean delivers(Notice notice) {
        return this != WITHOUT_NOTICES || notice.getNext() < 0;
    }

    /** The message as the sequencer gets it; null if it gets none. */
    SpecificRecord message(SpecificRecord message, Optional<ChainState> chain) {
        if (chain.isEmpty()) {
            return message;
        }
        ChainState state = chain.get();
        if (message instanceof Claim claim) {
            return this == WITHOUT_CLAIMS ? null : claim(claim, state);
        }
        return message instanceof AdmittedEvent event ? event(event, state) : message;
    }

    private Claim claim(Claim claim, ChainState state) {
        return switch (this) {
            case WITHOUT_R1 ->
                Claim.newBuilder(claim).setTopicId(state.source().topicId()).build();
            case WITHOUT_CLAIM_EPOCH, WITHOUT_R2_HALT ->
                Claim.newBuilder(claim).setLeaderEpoch(-1).build();
            case WITHOUT_COMMITTED_EPOCH ->
                claim.getLeaderEpoch() < 0
                        ? Claim.newBuilder(claim)
                                .setLeaderEpoch(state.source().epochBeforeNext())
                                .build()
                        : claim;
            case WITHOUT_R3 ->
                Claim.newBuilder(claim)
                        .setFrom(Math.min(claim.getFrom(), state.source().next()))
                        .build();
            default -> claim;
        };
    }

    private AdmittedEvent event(AdmittedEvent event, ChainState state) {
        if (event.getKind() == AdmittedKind.SOURCE) {
            return this == WITHOUT_R6_COMPARE
                    ? AdmittedEvent.newBuilder(event)
                            .setOldTopicId(state.source().topicId())
                            .build()
                    : event;
        }
        AdmittedEvent.Builder changed = AdmittedEvent.newBuilder(event);
        long next = state.source().next();
        boolean replay = event.getOffset() < next
                && event.getTopicId().equals(state.source().topicId());
        switch (this) {
            case WITHOUT_R1 -> changed.setTopicId(state.source().topicId());
            case WITHOUT_R2_REPLAY -> {
                if (replay && event.getLeaderEpoch() <= state.source().leaderEpoch()) {
                    changed.setFrom(next)
                            .setFromLeaderEpoch(-1)
                            .setOffset(next)
                            .setLeaderEpoch(state.source().leaderEpoch());
                }
            }
            case WITHOUT_R2_HALT -> {
                changed.setFromLeaderEpoch(-1);
                if (replay) {
                    changed.setLeaderEpoch(state.source().leaderEpoch());
                }
            }
            case WITHOUT_R3 -> {
                if (event.getFrom() > next) {
                    changed.setFrom(next).setFromLeaderEpoch(-1);
                }
            }
            case WITHOUT_FROM_EPOCH -> changed.setFromLeaderEpoch(-1);
            case WITHOUT_COMMITTED_EPOCH -> {
                if (event.getFromLeaderEpoch() < 0) {
                    changed.setFromLeaderEpoch(state.source().epochBeforeNext());
                }
            }
            case WITHOUT_R4 ->
                changed.setLeaderEpoch(
                        replay
                                ? event.getLeaderEpoch()
                                : Math.max(
                                        event.getLeaderEpoch(), state.source().leaderEpoch()));
            default -> {
                return event;
            }
        }
        return changed.build();
    }

    /** The step as the sequencer's host gets it. */
    Step step(Step step, SpecificRecord message, Optional<ChainState> before) {
        if (before.isEmpty() || step.chain().isEmpty()) {
            return step;
        }
        if (step.outcome().filter(Outcome.Cleared.class::isInstance).isPresent()) {
            return this == WITHOUT_CLEARED_EPOCH ? Sabotage.keepingEpoch(step, before.get()) : step;
        }
        if (!(message instanceof AdmittedEvent event)) {
            return step;
        }
        if (this == WITHOUT_R6_RESET && event.getKind() == AdmittedKind.SOURCE) {
            return Sabotage.keepingEpoch(step, before.get());
        }
        boolean covers =
                event.getKind() != AdmittedKind.SOURCE && !step.entries().isEmpty();
        return this == WITHOUT_R5_COVER && covers ? Sabotage.covering(step, event.getFrom()) : step;
    }

    // ---- metrics

    /** For how long a chain has been waiting, as a metric shows it. */
    Duration shown(Duration waiting) {
        return this == WITHOUT_TIMELY_ALERT ? waiting.minus(LATE) : waiting;
    }

    static List<Mutant> all() {
        return List.of(values()).stream().filter(mutant -> mutant != NONE).toList();
    }
}
