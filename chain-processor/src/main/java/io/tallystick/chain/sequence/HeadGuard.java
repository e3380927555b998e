// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.sequence;

import io.tallystick.chain.sequence.PartitionState.LastRecord;
import io.tallystick.topic.LedgerIntegrityException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.avro.specific.SpecificRecord;

/**
 * Compares a task's state with the end of its entries partition before anything is written. DESIGN.md section 6.
 *
 * <p>State is lost without an error when its changelog is deleted, and comes back old from a careless restore. A sequencer
 * that went on would write a second entry n: a fork. State and entries commit in one transaction, so equality of the last
 * record covers every chain of the partition, as long as the store holds every chain. That is not certain: a changelog that
 * was deleted and made anew under a running stage restores only the chains written since, and the partition's state with
 * them. So that state names its chains by a {@link ChainsDigest}; a store with others is taken for lost.
 */
public final class HeadGuard {
    /** How many records a topic may be ahead of the state to be replayed by itself. */
    public static final long REPLAY_RECORDS_MAX = 10_000;

    private static final String REMEDY = "; nothing was written. Stop the chain stage and run 'tally recover chain': it"
            + " compares the topic with the last signed registry checkpoint, rebuilds the state from it, or says what of"
            + " the ledger is missing";

    private final Place place;
    private final String topic;
    private final long replayMax;

    /**
     * @param place the partition
     * @param topic name of the entries topic, for messages
     * @param replayMax how many records the topic may be ahead
     */
    public HeadGuard(Place place, String topic, long replayMax) {
        this.place = place;
        this.topic = topic;
        this.replayMax = replayMax;
    }

    /**
     * State a task may go on with.
     *
     * @param partition the partition's state
     * @param chains states of the chains that differ from what was stored
     * @param replayed number of records replayed; 0 if the state was equal to the topic
     */
    public record Verdict(PartitionState partition, List<ChainState> chains, long replayed) {
        public Verdict {
            chains = List.copyOf(chains);
        }
    }

    /** The counter of the first record {@link #check} needs to see, given the state. */
    public static long firstNeeded(Optional<PartitionState> stored, SortedMap<String, ChainState> chains) {
        return stored.filter(state -> isWhole(state, chains))
                .map(state -> state.last().pseq())
                .orElse(0L);
    }

    private static boolean isWhole(PartitionState state, SortedMap<String, ChainState> chains) {
        return state.chains().equals(ChainsDigest.of(chains.values()));
    }

    /**
     * Compares, and replays what is missing.
     *
     * @param stored the partition's state, if there is one
     * @param chains states of its chains by chain id
     * @param tail the last committed records of the partition, in order: from {@link #firstNeeded} on, or at least the very
     *     last if that lies further back than can be replayed; empty if there are none
     * @return the state to go on with; rebuilt from the first record if the stored one is not whole
     * @throws LedgerIntegrityException if state and topic do not fit and the difference may not be replayed
     */
    public Verdict check(
            Optional<PartitionState> stored, SortedMap<String, ChainState> chains, List<SpecificRecord> tail) {
        if (stored.isEmpty() && !chains.isEmpty()) {
            throw refused("the state has " + chains.size() + " chains but no last record");
        }
        if (tail.isEmpty()) {
            throw refused(stored.map(state -> "the topic is empty, the state ends with " + state.last())
                    .orElse("expected an Init record at its beginning, found no record at all"));
        }
        stored.filter(state -> !state.origin().equals(place.origin())).ifPresent(state -> {
            throw refused("the state is of ledger " + state.origin() + ", this is " + place.origin());
        });
        long end = EntriesRecords.pseq(tail.get(tail.size() - 1));
        long ahead = end - stored.map(state -> state.last().pseq()).orElse(0L);
        if (ahead < 0) {
            throw refused("the state is ahead: it ends with "
                    + stored.orElseThrow().last() + ", the topic's last record has pseq " + end);
        }
        if (stored.isPresent() && !isWhole(stored.get(), chains)) {
            return rebuild(stored.get(), chains, tail, end);
        }
        if (ahead > replayMax) {
            throw refused("the topic is " + ahead + " records ahead of the state ("
                    + stored.map(state -> state.last().toString()).orElse("empty") + "), at most " + replayMax
                    + " are replayed");
        }
        return replay(stored, chains, missing(stored, tail));
    }

    /** Everything anew from the topic. What is left of the state must not contradict it. */
    private Verdict rebuild(
            PartitionState stored, SortedMap<String, ChainState> chains, List<SpecificRecord> tail, long end) {
        String why = "the state is not whole: it holds " + ChainsDigest.of(chains.values()) + ", but belongs to "
                + stored.chains();
        if (end > replayMax) {
            throw refused(why + "; the topic is " + end + " records long, at most " + replayMax + " are replayed");
        }
        missing(Optional.of(stored), tail);
        Verdict rebuilt = replay(Optional.empty(), new TreeMap<>(), tail);
        Set<String> unknown = new TreeSet<>(chains.keySet());
        rebuilt.chains().forEach(state -> unknown.remove(state.chain().toString()));
        if (!unknown.isEmpty()) {
            throw refused(why + "; the topic does not hold " + unknown);
        }
        return rebuilt;
    }

    /** The records after the state's last one, which must be in the topic as the state has it. */
    private List<SpecificRecord> missing(Optional<PartitionState> stored, List<SpecificRecord> tail) {
        if (stored.isEmpty()) {
            return tail;
        }
        LastRecord expected = stored.get().last();
        for (int i = 0; i < tail.size(); i++) {
            if (EntriesRecords.pseq(tail.get(i)) == expected.pseq()) {
                LastRecord found = EntriesRecords.identity(tail.get(i));
                if (!found.equals(expected)) {
                    throw refused("the state ends with " + expected + " but the topic holds " + found);
                }
                return tail.subList(i + 1, tail.size());
            }
        }
        throw refused("the state ends with " + expected + ", which the topic does not hold");
    }

    private Verdict replay(
            Optional<PartitionState> stored, SortedMap<String, ChainState> chains, List<SpecificRecord> records) {
        PartitionReplay replay = new PartitionReplay(place, stored, chains);
        try {
            records.forEach(replay::apply);
        } catch (LedgerIntegrityException e) {
            throw new LedgerIntegrityException(refusal(e.getMessage()), e);
        }
        return new Verdict(
                replay.partition().orElseThrow(), List.copyOf(replay.changed().values()), records.size());
    }

    private LedgerIntegrityException refused(String why) {
        return new LedgerIntegrityException(refusal(why));
    }

    private String refusal(String why) {
        return refusal(topic + "-" + place.partition(), why);
    }

    /**
     * The words of a refusal.
     *
     * @param partition name of the partition
     * @param why what was found, and where
     */
    public static String refusal(String partition, String why) {
        return "head guard of " + partition + ": " + why + REMEDY;
    }
}
