// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.sequence;

import io.tallystick.avro.AdmittedEvent;
import io.tallystick.avro.AdmittedKind;
import io.tallystick.avro.Claim;
import io.tallystick.avro.Control;
import io.tallystick.entry.Body;
import io.tallystick.entry.ChainId;
import io.tallystick.entry.Genesis;
import io.tallystick.entry.SourceTopic;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.tree.Hash;
import java.time.Instant;

/**
 * Decides what a message does to its chain. DESIGN.md section 5, continuity protocol.
 *
 * <pre>
 * halted before          ignored
 * R1 another topicId     ignored, notice
 * R2 offset &lt; next       dropped; under a higher leader epoch: halt, unless it was declared lost
 * R3 from &gt; next         ignored, notice
 * R4 lower leader epoch  halt
 * R5 else                appended, covers [next, offset + 1)
 * R6 SOURCE              appended only if the chain has oldTopicId; then next = 0, leader epoch -1
 * </pre>
 *
 * A gap has no leader epoch: R2 and R4 do not look at it.
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

    /**
     * Offers what ingest admitted, rejected or found lost.
     *
     * @param recorded ledger clock; not before that of the chain's last entry
     * @throws LedgerIntegrityException if the message lacks what its kind must have
     */
    public static Outcome offer(ChainState state, AdmittedEvent message, String ledgerOrigin, Instant recorded) {
        if (state.halt().isPresent()) {
            return new Outcome.Ignored(state.halt().get());
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
            return !gap && contradicts(source, message)
                    ? halt(state, Halt.Reason.SOURCE_TRUNCATED, message, recorded)
                    : new Outcome.Replayed(message.getOffset());
        }
        if (message.getFrom() > source.next()) {
            return new Outcome.Discontinuous(state, source.next(), message.getFrom());
        }
        if (!gap && message.getLeaderEpoch() < source.leaderEpoch()) {
            return halt(state, Halt.Reason.LEADER_EPOCH_REGRESSED, message, recorded);
        }
        return append(state, message, recorded);
    }

    /**
     * Whether a replay shows that the source has another history. What a gap covers proves nothing: its leader epochs are not
     * known, and a late copy of a record read before retention took it is no contradiction.
     */
    private static boolean contradicts(SourcePosition source, AdmittedEvent replay) {
        return replay.getOffset() < source.recordsEnd() && replay.getLeaderEpoch() > source.leaderEpoch();
    }

    private static Outcome append(ChainState state, AdmittedEvent message, Instant recorded) {
        SourcePosition source = state.source();
        long next = message.getOffset() + 1;
        LinkedEntry entry = link(state, Bodies.of(message, source.next()), recorded);
        SourcePosition advanced = message.getKind() == AdmittedKind.GAP
                ? source.lostTo(next)
                : source.advancedTo(next, message.getLeaderEpoch());
        ChainState after = message.getKind() == AdmittedKind.EVENT
                ? state.appendedEvent(entry.leafHash(), advanced)
                : state.appended(entry.leafHash(), advanced);
        return new Outcome.Appended(after, entry);
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
        return new Outcome.Halted(state.halted(mark), mark);
    }

    /** Offers what ingest believes of the source. R1 and R3 apply. A claim that is behind is corrected by R2 later. */
    public static Outcome offer(ChainState state, Claim claim) {
        if (state.halt().isPresent()) {
            return new Outcome.Ignored(state.halt().get());
        }
        SourcePosition source = state.source();
        if (!claim.getTopicId().equals(source.topicId())) {
            return new Outcome.WrongTopic(source.topicId(), claim.getTopicId());
        }
        ChainState told = state.withStatus(new SourceStatus(claim.getSourceEnd(), claim.getAsOf()));
        return claim.getFrom() > source.next()
                ? new Outcome.Discontinuous(told, source.next(), claim.getFrom())
                : new Outcome.Claimed(told);
    }

    /**
     * Offers an event of the ledger's own. It stands outside the continuity protocol: the source position stays.
     *
     * @throws LedgerIntegrityException if it has no valid form
     */
    public static Outcome offer(ChainState state, Control control, Instant recorded) {
        if (state.halt().isPresent()) {
            return new Outcome.Ignored(state.halt().get());
        }
        LinkedEntry entry = link(state, Bodies.of(control), recorded);
        return new Outcome.Appended(state.appended(entry.leafHash(), state.source()), entry);
    }

    private static LinkedEntry link(ChainState state, Body body, Instant recorded) {
        return LinkedEntry.of(state.chain(), state.size(), state.last(), recorded, body);
    }
}
