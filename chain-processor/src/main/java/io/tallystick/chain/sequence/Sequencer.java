// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.sequence;

import io.tallystick.avro.AdmittedEvent;
import io.tallystick.avro.AdmittedKind;
import io.tallystick.avro.Claim;
import io.tallystick.avro.Control;
import io.tallystick.chain.sequence.Identities.Kept;
import io.tallystick.entry.Body;
import io.tallystick.entry.ChainId;
import io.tallystick.entry.Event;
import io.tallystick.entry.Genesis;
import io.tallystick.entry.SourceTopic;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.topic.PoliciesInForce;
import io.tallystick.tree.Hash;
import java.time.Instant;
import java.util.Optional;

/**
 * Decides what a message does to its chain. DESIGN.md section 5, continuity protocol.
 *
 * <pre>
 * halted before          ignored; only a control that clears the mark is taken
 * R1 another topicId     ignored, notice
 * R2 offset &lt; next       dropped; under a higher leader epoch: halt, unless it was declared lost
 * R3 from &gt; next         ignored, notice
 * R4 lower leader epoch  halt
 * R5 else                appended, covers [next, offset + 1)
 * R6 SOURCE              appended only if the chain has oldTopicId; then next = 0, leader epoch -1
 * </pre>
 *
 * A gap has no leader epoch: R2 and R4 do not look at it. R2 applies to the record before {@code from}, too, for messages that
 * would be accepted and for claims: a source that was truncated is noticed even if the messages of its new history below
 * {@code next} were lost. R3 applies, too, where the leader epoch rose and that of the record before {@code from} is not known.
 * To a claim R1 and R3 apply as well; R3 also where it stands at {@code next} or below and knows no leader epoch.
 */
public final class Sequencer {
    private Sequencer() {}

    /**
     * Begins a chain: its genesis, at source offset 0.
     *
     * @param ledgerOrigin origin of the ledger
     * @param source where the chain's records come from
     */
    static Outcome.Appended begin(ChainId chain, String ledgerOrigin, SourceTopic source, Instant recorded) {
        LinkedEntry genesis =
                LinkedEntry.of(chain, 0, Hash.ZERO, recorded, new Genesis(chain.origin(ledgerOrigin), source));
        SourcePosition start = SourcePosition.start(source.topicId());
        return new Outcome.Appended(ChainState.begun(chain, genesis.leafHash(), start), genesis);
    }

    /** As below, with no event remembered. */
    public static Outcome offer(ChainState state, AdmittedEvent message, String ledgerOrigin, Instant recorded) {
        return offer(state, message, ledgerOrigin, recorded, Identities.NONE);
    }

    /**
     * Offers what ingest admitted, rejected or found lost.
     *
     * @param recorded ledger clock; not before that of the chain's last entry
     * @param identities what is remembered of kept events
     * @throws LedgerIntegrityException if the message lacks what its kind must have
     */
    public static Outcome offer(
            ChainState state, AdmittedEvent message, String ledgerOrigin, Instant recorded, Identities identities) {
        if (state.halt().isPresent()) {
            return offerHalted(state, state.halt().get(), message);
        }
        if (message.getKind() == AdmittedKind.SOURCE) {
            return rebind(state, message, ledgerOrigin, recorded);
        }
        SourcePosition source = state.source();
        boolean gap = message.getKind() == AdmittedKind.GAP;
        if (!message.getTopicId().equals(source.topicId())) {
            return new Outcome.WrongTopic(source.topicId(), message.getTopicId());
        }
        if (message.getOffset() < source.next()) {
            return !gap && source.isContradictedBy(message.getOffset(), message.getLeaderEpoch())
                    ? halt(state, Halt.Reason.SOURCE_TRUNCATED, message, recorded)
                    : new Outcome.Replayed(message.getOffset());
        }
        if (message.getFrom() > source.next()) {
            return new Outcome.Discontinuous(state, source.next(), message.getFrom());
        }
        if (contradictsBefore(source, message.getFrom(), message.getFromLeaderEpoch())) {
            return haltBefore(state, message.getFrom(), message.getFromLeaderEpoch(), recorded);
        }
        if (!gap && isUncertainBefore(source, message)) {
            return new Outcome.Discontinuous(state, source.next(), message.getFrom());
        }
        if (!gap && message.getLeaderEpoch() < source.leaderEpoch()) {
            return halt(state, Halt.Reason.LEADER_EPOCH_REGRESSED, message, recorded);
        }
        return message.getKind() == AdmittedKind.EVENT
                ? appendEvent(state, message, recorded, identities)
                : append(state, message, recorded);
    }

    /**
     * What comes to a halted chain is ignored. If it contradicts the chain at a lower offset or under a still higher leader
     * epoch, the mark takes that in: cleared later, it would otherwise name too few offsets, or halt the chain again at once.
     */
    private static Outcome offerHalted(ChainState state, Halt mark, AdmittedEvent message) {
        SourcePosition source = state.source();
        boolean contradicts = (message.getKind() == AdmittedKind.EVENT || message.getKind() == AdmittedKind.REJECTED)
                && message.getTopicId().equals(source.topicId())
                && source.isContradictedBy(message.getOffset(), message.getLeaderEpoch())
                && (message.getOffset() < mark.offset() || message.getLeaderEpoch() > mark.leaderEpoch());
        if (!contradicts) {
            return new Outcome.Ignored(mark);
        }
        long lowest = Math.min(mark.offset(), message.getOffset());
        int highest = Math.max(mark.leaderEpoch(), message.getLeaderEpoch());
        Halt grown = new Halt(Halt.Reason.SOURCE_TRUNCATED, mark.at(), lowest, highest);
        return new Outcome.Halted(state.halted(grown), grown, false);
    }

    private static Outcome append(ChainState state, AdmittedEvent message, Instant recorded) {
        SourcePosition source = state.source();
        long next = message.getOffset() + 1;
        LinkedEntry entry = link(state, Bodies.of(message, source.next()), recorded);
        SourcePosition advanced = message.getKind() == AdmittedKind.GAP
                ? source.lostTo(next)
                : source.advancedTo(next, message.getLeaderEpoch());
        return new Outcome.Appended(
                state.appended(entry.leafHash(), advanced),
                entry,
                Optional.empty(),
                Optional.ofNullable(message.getDetail()));
    }

    private static Outcome appendEvent(
            ChainState state, AdmittedEvent message, Instant recorded, Identities identities) {
        EventRules.Verdict verdict = EventRules.judge(state, message, recorded, identities);
        SourcePosition source = state.source();
        LinkedEntry entry = link(state, Bodies.of(message, source.next(), verdict), recorded);
        SourcePosition advanced = source.advancedTo(message.getOffset() + 1, message.getLeaderEpoch());
        if (!(entry.entry().body() instanceof Event event)) {
            return new Outcome.Appended(
                    state.appended(entry.leafHash(), advanced), entry, Optional.empty(), Optional.of(verdict.detail()));
        }
        Optional<Kept> kept = verdict.identity()
                .map(identity -> EventRules.kept(
                        state, message, identity, entry, event.payload().commit()));
        return new Outcome.Appended(
                state.appendedEvent(entry.leafHash(), advanced), entry, kept, Optional.ofNullable(message.getDetail()));
    }

    private static Outcome rebind(ChainState state, AdmittedEvent message, String ledgerOrigin, Instant recorded) {
        String current = state.source().topicId();
        if (current.equals(message.getTopicId())) {
            return new Outcome.Replayed(message.getOffset());
        }
        if (!current.equals(message.getOldTopicId())) {
            return new Outcome.WrongTopic(current, String.valueOf(message.getOldTopicId()));
        }
        LinkedEntry entry = link(state, Bodies.source(message, state.chain().origin(ledgerOrigin)), recorded);
        return new Outcome.Appended(state.rebound(entry.leafHash(), message.getTopicId()), entry);
    }

    private static Outcome halt(ChainState state, Halt.Reason reason, AdmittedEvent message, Instant recorded) {
        Halt mark = new Halt(reason, recorded, message.getOffset(), message.getLeaderEpoch());
        return new Outcome.Halted(state.halted(mark), mark, false);
    }

    /**
     * Offers what ingest believes of the source. R1 and R3 apply. A claim that is behind is corrected by R2 later.
     *
     * <p>R2 applies to the record before {@code from}: the messages that carried the new history may all be lost.
     *
     * @param recorded ledger clock; a claim is not of later
     */
    public static Outcome offer(ChainState state, Claim claim, Instant recorded) {
        if (state.halt().isPresent()) {
            return new Outcome.Ignored(state.halt().get());
        }
        SourcePosition source = state.source();
        if (!claim.getTopicId().equals(source.topicId())) {
            return new Outcome.WrongTopic(source.topicId(), claim.getTopicId());
        }
        ChainState told = state.withStatus(SourceStatus.of(claim, recorded));
        if (claim.getFrom() > source.next() || isUnproven(source, claim)) {
            return new Outcome.Discontinuous(told, source.next(), claim.getFrom());
        }
        return contradictsBefore(source, claim.getFrom(), claim.getLeaderEpoch())
                ? haltBefore(told, claim.getFrom(), claim.getLeaderEpoch(), recorded)
                : new Outcome.Claimed(told);
    }

    /**
     * Whether the record before {@code from} is not the one the chain has there: its leader epoch is higher than that of the
     * record the chain has accepted there, or above. Certain only if both epochs are known. A lower one shows nothing: it is
     * what ingest, or a commit, remembers of a history that is over; ingest names it when it fetches, and the broker sends it
     * back (KIP-320).
     */
    private static boolean contradictsBefore(SourcePosition source, long from, int leaderEpoch) {
        return from > 0 && source.leaderEpoch() >= 0 && source.isContradictedBy(from - 1, leaderEpoch);
    }

    /**
     * Whether the source may have been cut below {@code from} and have grown again: the leader epoch rose, and that of the record
     * before {@code from} is not known, because ingest read on at a position somebody set. The notice names the chain's epoch, and
     * with it the broker can tell.
     */
    private static boolean isUncertainBefore(SourcePosition source, AdmittedEvent message) {
        return message.getFrom() > 0
                && message.getFromLeaderEpoch() < 0
                && source.epochBeforeNext() >= 0
                && message.getLeaderEpoch() > source.leaderEpoch();
    }

    /** The same where ingest stands at the chain's position or below and no record follows that could show it. */
    private static boolean isUnproven(SourcePosition source, Claim claim) {
        return claim.getFrom() > 0
                && claim.getFrom() <= source.next()
                && claim.getLeaderEpoch() < 0
                && source.epochBeforeNext() >= 0;
    }

    /** Only the last record that differs is known: a notice makes ingest send those before. */
    private static Outcome haltBefore(ChainState state, long from, int leaderEpoch, Instant recorded) {
        Halt mark = new Halt(Halt.Reason.SOURCE_TRUNCATED, recorded, from - 1, leaderEpoch);
        return new Outcome.Halted(state.halted(mark), mark, true);
    }

    /**
     * Offers an event of the ledger's own. It stands outside the continuity protocol: the source position stays. Policies are
     * taken over if their revision is above the chain's; else it is a replay. A halted chain takes only what clears its mark,
     * see {@link HaltClearing}; then it believes the source again, from {@code next} on, under the mark's leader epoch.
     *
     * @throws LedgerIntegrityException if it has no valid form
     */
    public static Outcome offer(ChainState state, Control control, Instant recorded) {
        if (HaltClearing.isMeantBy(control)) {
            return clear(state, control, recorded);
        }
        if (state.halt().isPresent()) {
            return new Outcome.Ignored(state.halt().get());
        }
        Optional<PoliciesInForce> config = Policies.of(control);
        if (config.isPresent() && !Policies.isNewer(config.get(), state)) {
            return new Outcome.Replayed(-1);
        }
        LinkedEntry entry = link(state, Bodies.of(control), recorded);
        ChainState after = state.appended(entry.leafHash(), state.source());
        return new Outcome.Appended(config.map(after::configured).orElse(after), entry);
    }

    private static Outcome clear(ChainState state, Control control, Instant recorded) {
        HaltClearing clearing;
        try {
            clearing = HaltClearing.of(control, state);
        } catch (IllegalArgumentException e) {
            return new Outcome.ClearingRefused(e.getMessage());
        }
        LinkedEntry entry = link(state, Bodies.of(control), recorded);
        return new Outcome.Cleared(
                state.cleared(entry.leafHash(), clearing.mark().leaderEpoch()), entry);
    }

    private static LinkedEntry link(ChainState state, Body body, Instant recorded) {
        return LinkedEntry.of(state.chain(), state.size(), state.last(), recorded, body);
    }
}
