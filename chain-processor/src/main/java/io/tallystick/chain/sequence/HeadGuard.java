// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.sequence;

import io.tallystick.chain.sequence.PartitionState.LastRecord;
import io.tallystick.topic.LedgerIntegrityException;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import org.apache.avro.specific.SpecificRecord;

/**
 * Compares a task's state with the end of its entries partition before anything is written. DESIGN.md section 6.
 *
 * <p>State is lost without an error when its changelog is deleted, and comes back old from a careless restore. A sequencer
 * that went on would write a second entry n: a fork. State and entries commit in one transaction, so equality of the last
 * record covers every chain of the partition.
 */
public final class HeadGuard {
    /** How many records a topic may be ahead of the state to be replayed by itself. */
    public static final long REPLAY_RECORDS_MAX = 10_000;

    private static final String REMEDY = "; nothing was written. Run 'tally recover', which rebuilds the state from the"
            + " topic and the last signed registry";

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
    public static long firstNeeded(Optional<PartitionState> stored) {
        return stored.map(state -> state.last().pseq()).orElse(0L);
    }

    /**
     * Compares, and replays what is missing.
     *
     * @param stored the partition's state, if there is one
     * @param chains states of its chains by chain id
     * @param tail the last committed records of the partition, in order: from {@link #firstNeeded} on, or at least the very
     *     last if that lies further back than can be replayed; empty if there are none
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
        if (ahead > replayMax) {
            throw refused("the topic is " + ahead + " records ahead of the state ("
                    + stored.map(state -> state.last().toString()).orElse("empty") + "), at most " + replayMax
                    + " are replayed");
        }
        return replay(stored, chains, missing(stored, tail));
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
        return "head guard of " + topic + "-" + place.partition() + ": " + why + REMEDY;
    }
}
