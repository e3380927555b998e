// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.sequence;

import io.tallystick.avro.ChainHalt;
import io.tallystick.topic.LedgerIntegrityException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * Halts outside the state: no entry says that a chain is halted, so state rebuilt from entries alone would let it go on. The
 * positions topic keeps the mark of each halted chain until it is cleared.
 *
 * <p>A halted chain gains no entry but the one that clears it. So a mark holds for as long as the chain has the size it was
 * halted at, whatever has become of the record that should have taken the mark away.
 */
public final class HaltMarks {
    private HaltMarks() {}

    /**
     * What becomes of marks whose chains have lost entries.
     *
     * @param renewed marks that take the place of those of the same chains
     * @param ended marks of chains of which nothing is left
     */
    public record Changed(List<ChainHalt> renewed, List<ChainHalt> ended) {
        public Changed {
            renewed = List.copyOf(renewed);
            ended = List.copyOf(ended);
        }
    }

    /** The mark of a halted chain as the positions topic keeps it. */
    public static ChainHalt of(ChainState state) {
        Halt halt = state.halt()
                .orElseThrow(() -> new IllegalArgumentException("chain " + state.chain() + " is not halted"));
        return new ChainHalt(
                state.chain().toString(),
                halt.reason().text(),
                halt.at(),
                halt.offset(),
                halt.leaderEpoch(),
                state.size(),
                state.source().next());
    }

    /**
     * The chains that a mark halts and whose state does not know it.
     *
     * @param chains states by chain id; not changed
     * @param marks the last mark of each chain, also of chains of other partitions
     * @return their new states
     * @throws LedgerIntegrityException if a mark has a form this version does not know
     */
    public static List<ChainState> missing(Map<String, ChainState> chains, Collection<ChainHalt> marks) {
        List<ChainState> halted = new ArrayList<>();
        for (ChainHalt mark : marks) {
            ChainState state = chains.get(mark.getChain());
            if (state != null && state.size() == mark.getSize()) {
                Halt halt = halt(mark);
                boolean known = state.halt()
                        .filter(own -> own.leaderEpoch() >= halt.leaderEpoch() && own.offset() <= halt.offset())
                        .isPresent();
                if (!known) {
                    halted.add(state.halted(halt));
                }
            }
        }
        return halted;
    }

    /**
     * The chains that have lost entries they had when a mark halted them. Nothing says that the source agrees with what is left
     * of them: they are halted again, and need new marks ({@link #of}), for the old ones name a size they have not.
     *
     * @param chains states by chain id; not changed
     * @param marks the last mark of each chain, also of chains of other partitions
     * @return their new states
     * @throws LedgerIntegrityException if a mark has a form this version does not know
     */
    public static List<ChainState> shortened(Map<String, ChainState> chains, Collection<ChainHalt> marks) {
        List<ChainState> halted = new ArrayList<>();
        for (ChainHalt mark : marks) {
            ChainState state = chains.get(mark.getChain());
            if (state != null && state.size() < mark.getSize()) {
                halted.add(state.halted(halt(mark)));
            }
        }
        return halted;
    }

    private static Halt halt(ChainHalt mark) {
        try {
            return new Halt(
                    Halt.Reason.ofText(mark.getReason()), mark.getRecorded(), mark.getOffset(), mark.getLeaderEpoch());
        } catch (IllegalArgumentException e) {
            throw new LedgerIntegrityException(
                    "the halt mark of chain " + mark.getChain() + " cannot be read: " + e.getMessage(), e);
        }
    }
}
