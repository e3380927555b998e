// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.sequence;

import io.tallystick.avro.AdmittedEvent;
import io.tallystick.avro.Claim;
import io.tallystick.avro.ClaimStatus;
import io.tallystick.avro.Control;
import io.tallystick.avro.LedgerEntry;
import io.tallystick.avro.Notice;
import io.tallystick.avro.Tick;
import io.tallystick.chain.sequence.Identities.Kept;
import io.tallystick.chain.sequence.LedgerClock.Advance;
import io.tallystick.chain.sequence.PartitionState.EntryRef;
import io.tallystick.chain.sequence.PartitionState.LastRecord;
import io.tallystick.entry.ChainId;
import io.tallystick.entry.SourceTopic;
import io.tallystick.topic.LedgerIntegrityException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecord;

/**
 * Sequences one partition: moves its clock, cuts at boundaries, offers messages to chains, counts records.
 *
 * <p>Immutable. State goes in and comes out; the caller stores it.
 */
public final class PartitionSequencer {
    private final Place place;
    private final BoundaryGrid grid;
    private final Identities identities;

    /**
     * A sequencer that remembers no events.
     *
     * @param place the partition
     * @param grid where its clock is cut
     */
    public PartitionSequencer(Place place, BoundaryGrid grid) {
        this(place, grid, Identities.NONE);
    }

    /**
     * @param place the partition
     * @param grid where its clock is cut
     * @param identities what is remembered of kept events; the caller adds each step's {@link Step#kept}
     */
    public PartitionSequencer(Place place, BoundaryGrid grid, Identities identities) {
        this.place = place;
        this.grid = grid;
        this.identities = identities;
    }

    /**
     * One record of the ingest topic.
     *
     * @param key its key; null for a tick
     * @param message an {@code AdmittedEvent}, {@code Claim}, {@code Control} or {@code Tick}
     * @param appended its append time
     * @param limit the latest instant its append time may move the clock to
     */
    public record Input(String key, SpecificRecord message, Instant appended, Instant limit) {}

    /**
     * Decides what a record does.
     *
     * @param before the partition's state
     * @param chains states of its chains by chain id; not changed
     * @throws LedgerIntegrityException if the record does not belong here, or breaks its contract
     */
    public Step step(PartitionState before, Map<String, ChainState> chains, Input input) {
        Advance advance = before.clock().advance(input.appended(), input.message() instanceof Tick, input.limit());
        Draft draft = new Draft(before);
        draft.cut(before.clock().now(), advance.clock().now(), chains);
        draft.partition = draft.partition.at(advance.clock());
        offer(draft, chains, input);
        return draft.step(advance.clamped());
    }

    private void offer(Draft draft, Map<String, ChainState> chains, Input input) {
        SpecificRecord message = input.message();
        Instant now = draft.partition.clock().now();
        if (message instanceof Tick tick) {
            requireHere(tick);
        } else if (message instanceof AdmittedEvent event) {
            ChainState state = known(draft, chains, input, event.getChain(), () -> Bodies.topic(event));
            Outcome outcome = Sequencer.offer(state, event, place.origin(), now, identities);
            if (outcome instanceof Outcome.Appended appended) {
                draft.write(
                        Envelopes.of(event, appended.entry(), appended.detail().orElse(null)), appended.entry());
                draft.kept = appended.kept();
            }
            draft.settle(state, outcome);
        } else if (message instanceof Claim claim) {
            ChainState state = known(draft, chains, input, claim.getChain(), () -> Bodies.topic(claim));
            draft.settle(state, Sequencer.offer(state, claim, now));
        } else if (message instanceof Control control) {
            offer(draft, chains.get(requireKey(input, control.getChain())), control, now);
        } else {
            throw new LedgerIntegrityException(place.partition() + ": the ingest topic holds no "
                    + (message == null ? "null values" : message.getSchema().getFullName()));
        }
    }

    private static void offer(Draft draft, ChainState state, Control control, Instant now) {
        if (state == null) {
            draft.outcome = Optional.of(new Outcome.UnknownChain(control.getChain()));
            return;
        }
        Outcome outcome = Sequencer.offer(state, control, now);
        if (outcome instanceof Outcome.Appended appended) {
            draft.write(Envelopes.of(control, appended.entry()), appended.entry());
        } else if (outcome instanceof Outcome.Cleared cleared) {
            int believed = cleared.state().source().leaderEpoch();
            draft.write(Envelopes.of(control, cleared.entry(), believed), cleared.entry());
        }
        draft.settle(state, outcome);
    }

    /** The chain's state; a chain seen for the first time begins here, with its genesis. */
    private ChainState known(
            Draft draft, Map<String, ChainState> chains, Input input, String chain, Supplier<SourceTopic> source) {
        requireKey(input, chain);
        ChainState state = chains.get(chain);
        if (state != null) {
            return state;
        }
        Outcome.Appended genesis = begin(chain, source, draft.partition.clock().now());
        draft.write(Envelopes.genesis(genesis.entry()), genesis.entry());
        draft.chain = Optional.of(genesis.state());
        return genesis.state();
    }

    private String requireKey(Input input, String chain) {
        if (!chain.equals(input.key())) {
            throw new LedgerIntegrityException(
                    "partition " + place.partition() + ": message for chain " + chain + " has key " + input.key());
        }
        place.requireHere(chain);
        return chain;
    }

    private Outcome.Appended begin(String chain, Supplier<SourceTopic> source, Instant now) {
        try {
            return Sequencer.begin(ChainId.parse(chain), place.origin(), source.get(), now);
        } catch (IllegalArgumentException e) {
            throw new LedgerIntegrityException("no chain can begin as " + chain + ": " + e.getMessage(), e);
        }
    }

    private void requireHere(Tick tick) {
        if (tick.getPartition() != place.partition()) {
            throw new LedgerIntegrityException("a tick for partition " + tick.getPartition() + " came in partition "
                    + place.partition() + "; its writer does not set the partition");
        }
    }

    /** A step in the making. */
    private final class Draft {
        private final List<LedgerEntry> entries = new ArrayList<>();
        private PartitionState partition;
        private Optional<Cuts> cuts = Optional.empty();
        private Optional<ChainState> chain = Optional.empty();
        private Optional<Notice> notice = Optional.empty();
        private Optional<Outcome> outcome = Optional.empty();
        private Optional<Kept> kept = Optional.empty();

        private Draft(PartitionState before) {
            this.partition = before;
        }

        private void cut(Instant after, Instant upTo, Map<String, ChainState> chains) {
            if (!grid.isCrossed(after, upTo)) {
                return;
            }
            long first = partition.nextPseq();
            cuts = Optional.of(new Cuts(place.partition(), grid, after, upTo, first, claims(chains)));
            grid.crossed(after, upTo)
                    .forEach(line -> partition =
                            partition.wrote(new LastRecord(partition.nextPseq(), Optional.empty(), line.time())));
        }

        private void write(Envelopes.Envelope envelope, LinkedEntry entry) {
            long pseq = partition.nextPseq();
            LedgerEntry record = envelope.numbered(pseq);
            entries.add(record);
            EntryRef ref = new EntryRef(record.getChain(), record.getSeq(), entry.leafHash());
            partition = partition.wrote(
                    new LastRecord(pseq, Optional.of(ref), entry.entry().recorded()));
        }

        /** @param before the state the message was offered to */
        private void settle(ChainState before, Outcome result) {
            Instant now = partition.clock().now();
            ChainState after = result.changed().orElse(before);
            if (result.asksForNotice() && after.mayNotify(now)) {
                notice = Optional.of(new Notice(
                        after.chain().toString(),
                        after.source().topicId(),
                        after.source().next(),
                        after.source().epochBeforeNext()));
                after = after.withNotice(now);
            }
            if (!after.equals(before)) {
                chain = Optional.of(after);
            }
            outcome = Optional.of(result);
        }

        private Step step(boolean clamped) {
            return new Step(partition, chain, cuts, entries, notice, outcome, kept, clamped);
        }
    }

    /** Of each chain that has one, by chain id. */
    private static List<ClaimStatus> claims(Map<String, ChainState> chains) {
        List<ClaimStatus> claims = new ArrayList<>();
        new TreeMap<>(chains).forEach((chain, state) -> state.status()
                .ifPresent(status -> claims.add(new ClaimStatus(chain, status.end(), status.asOf()))));
        return claims;
    }
}
