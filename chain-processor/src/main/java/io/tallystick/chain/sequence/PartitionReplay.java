// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.sequence;

import io.tallystick.avro.Boundary;
import io.tallystick.avro.ClaimStatus;
import io.tallystick.avro.Init;
import io.tallystick.avro.LedgerEntry;
import io.tallystick.chain.sequence.PartitionState.LastRecord;
import io.tallystick.entry.Body;
import io.tallystick.entry.ChainId;
import io.tallystick.entry.Control;
import io.tallystick.entry.Entry;
import io.tallystick.entry.Event;
import io.tallystick.entry.Gap;
import io.tallystick.entry.Genesis;
import io.tallystick.entry.Rejected;
import io.tallystick.entry.Source;
import io.tallystick.entry.SourceRange;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.topic.PoliciesInForce;
import io.tallystick.tree.Hash;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;

/**
 * Rebuilds state from the records of the entries topic, checking each against the one before it.
 *
 * <p>From an entry follow: size, hashes, source position (next, topic id; the envelope has the leader epoch) and the clock;
 * the payload of a {@code ledger.config} entry has the policies; from a {@code Boundary}: the clock and, at the end of a
 * window, the claims. What leaves no record comes back by itself: later claims within 10 s, the last notice's time and a
 * tick's append time matter for seconds. Halts are kept elsewhere and put back afterwards, see {@link HaltMarks}; a chain
 * that goes on was cleared, so an entry takes its halt away.
 *
 * <p>For one thread. After an exception the object is useless.
 */
public final class PartitionReplay {
    private final Place place;
    private final SortedMap<String, ChainState> chains;
    private final SortedMap<String, ChainState> changed = new TreeMap<>();
    private Optional<PartitionState> partition;

    /**
     * @param place the partition
     * @param partition its state, if the replay does not begin at the first record
     * @param chains states of its chains by chain id; not changed
     */
    public PartitionReplay(Place place, Optional<PartitionState> partition, SortedMap<String, ChainState> chains) {
        this.place = place;
        this.partition = partition;
        this.chains = new TreeMap<>(chains);
    }

    /** @throws LedgerIntegrityException if the record cannot follow what was applied before */
    public void apply(SpecificRecord record) {
        LastRecord identity = EntriesRecords.identity(record);
        if (record instanceof Init init) {
            begin(init, identity);
            return;
        }
        PartitionState before = partition.orElseThrow(
                () -> new LedgerIntegrityException("it begins with " + identity + ", expected an Init record"));
        if (identity.pseq() != before.nextPseq()) {
            throw unexpected(identity, "pseq " + before.nextPseq());
        }
        Instant now = before.clock().now();
        if (record instanceof Boundary boundary) {
            if (!identity.recorded().isAfter(now)) {
                throw unexpected(identity, "a boundary after " + now);
            }
            if (boundary.getPartition() != place.partition()) {
                throw unexpected(identity, "partition " + place.partition());
            }
            boundary.getClaims().forEach(this::claim);
        } else if (record instanceof LedgerEntry envelope) {
            if (identity.recorded().isBefore(now)) {
                throw unexpected(identity, "recorded at or after " + now);
            }
            place.requireHere(envelope.getChain());
            Entry entry = EntriesRecords.entry(envelope);
            append(entry, envelope.getLeaderEpoch(), identity);
            configure(entry, envelope);
        }
        LedgerClock clock = new LedgerClock(identity.recorded(), before.clock().lastTick());
        partition = Optional.of(before.at(clock).wrote(identity));
    }

    private void begin(Init init, LastRecord identity) {
        if (partition.isPresent() || init.getPseq() != 0) {
            throw unexpected(identity, "one Init record, pseq 0, at the beginning");
        }
        if (init.getPartitions() != place.partitions() || !init.getOrigin().equals(place.origin())) {
            throw unexpected(
                    identity,
                    "an Init record of " + place.origin() + " with " + place.partitions() + " partitions, not of "
                            + init.getOrigin() + " with " + init.getPartitions());
        }
        partition = Optional.of(new PartitionState(
                init.getOrigin(), LedgerClock.startingAt(init.getCreated()), identity, ChainsDigest.EMPTY));
    }

    private void claim(ClaimStatus claim) {
        ChainState state = chains.get(claim.getChain());
        if (state == null) {
            throw new LedgerIntegrityException(
                    "a boundary names a claim of " + claim.getChain() + ", which has no genesis before it");
        }
        put(state.withStatus(new SourceStatus(claim.getSourceEnd(), claim.getAsOf())));
    }

    private void append(Entry entry, int leaderEpoch, LastRecord identity) {
        ChainState state = chains.get(entry.chain().toString());
        Hash leaf = identity.entry().orElseThrow().leafHash();
        if (state == null) {
            if (!(entry.body() instanceof Genesis genesis)
                    || entry.seq() != 0
                    || !entry.prev().equals(Hash.ZERO)) {
                throw unexpected(identity, "the genesis of " + entry.chain());
            }
            put(begun(entry.chain(), genesis, leaf));
            return;
        }
        if (entry.seq() != state.size()) {
            throw unexpected(identity, "seq " + state.size());
        }
        if (!entry.prev().equals(state.last())) {
            throw unexpected(identity, "prev " + state.last() + ", not " + entry.prev());
        }
        if (state.halt().isPresent() && !(entry.body() instanceof Control)) {
            throw unexpected(identity, "nothing but what clears the halt of " + entry.chain());
        }
        put(next(state, entry.body(), leaderEpoch, leaf, identity));
    }

    /** Policies are in no state but the chain's, and their entry holds only a commitment: they are read from its payload. */
    private void configure(Entry entry, LedgerEntry envelope) {
        if (entry.body() instanceof Control control && control.type().equals(PoliciesInForce.TYPE)) {
            ChainState state = chains.get(envelope.getChain());
            put(state.configured(Policies.parse(envelope.getChain(), envelope.getPayload())));
        }
    }

    private static ChainState begun(ChainId chain, Genesis genesis, Hash leaf) {
        return ChainState.begun(
                chain, leaf, SourcePosition.start(genesis.source().topicId()));
    }

    private static ChainState next(ChainState state, Body body, int leaderEpoch, Hash leaf, LastRecord identity) {
        if (body instanceof Event event) {
            return state.appendedEvent(leaf, covered(state, event.source(), leaderEpoch, identity));
        }
        if (body instanceof Rejected rejected) {
            return state.appended(leaf, covered(state, rejected.source(), leaderEpoch, identity));
        }
        if (body instanceof Gap gap) {
            follows(state, gap.from(), identity);
            return state.appended(leaf, state.source().lostTo(gap.next()));
        }
        if (body instanceof Source source) {
            return state.rebound(leaf, source.source().topicId());
        }
        if (body instanceof Control) {
            boolean clears = leaderEpoch >= 0 || state.halt().isPresent();
            return clears ? state.cleared(leaf, leaderEpoch) : state.appended(leaf, state.source());
        }
        throw new LedgerIntegrityException(
                identity + " is of kind " + body.kind() + ", which this version never" + " writes there");
    }

    private static SourcePosition covered(ChainState state, SourceRange range, int leaderEpoch, LastRecord identity) {
        follows(state, range.from(), identity);
        return state.source().advancedTo(range.next(), leaderEpoch);
    }

    private static void follows(ChainState state, long from, LastRecord identity) {
        if (from != state.source().next()) {
            throw unexpected(identity, "source offsets from " + state.source().next() + ", not " + from);
        }
    }

    private void put(ChainState state) {
        chains.put(state.chain().toString(), state);
        changed.put(state.chain().toString(), state);
    }

    private static LedgerIntegrityException unexpected(LastRecord found, String expected) {
        return new LedgerIntegrityException("expected " + expected + ", found " + found);
    }

    /** The partition's state, with the digest of all its chains. */
    public Optional<PartitionState> partition() {
        return partition.map(state -> state.holding(ChainsDigest.of(chains.values())));
    }

    /** Chains whose state differs from what the replay began with. */
    public Map<String, ChainState> changed() {
        return changed;
    }
}
