// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.recover;

import io.tallystick.avro.LedgerEntry;
import io.tallystick.chain.recover.RegisteredHeads.Registered;
import io.tallystick.chain.sequence.ChainState;
import io.tallystick.chain.sequence.ChainStates;
import io.tallystick.chain.sequence.PartitionReplay;
import io.tallystick.chain.sequence.PartitionState;
import io.tallystick.chain.sequence.Place;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.tree.CompactRange;
import io.tallystick.tree.TreeHead;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;

/**
 * Rebuilds one partition from its first record on and recomputes the trees of its chains, comparing them with what was
 * registered and signed. Memory follows from the number of chains. For one thread; useless after an exception.
 */
public final class PartitionRebuild {
    private final Map<String, Registered> registered;
    private final Map<String, TreeHead> signed;
    private final Map<String, CompactRange> trees = new HashMap<>();
    private final PartitionReplay replay;
    private long records;

    /**
     * @param place the partition
     * @param registered last registered heads of its chains, by chain id
     * @param signed newest signed checkpoints of its chains, by chain id
     */
    public PartitionRebuild(Place place, Map<String, Registered> registered, Map<String, TreeHead> signed) {
        this.registered = Map.copyOf(registered);
        this.signed = Map.copyOf(signed);
        this.replay = new PartitionReplay(place, Optional.empty(), new TreeMap<>());
    }

    /**
     * The next committed record, with its payload.
     *
     * @throws LedgerIntegrityException if it cannot follow the one before it
     * @throws RecoveryRefusedException if with it a chain's tree is not the one that was registered or signed
     */
    public void apply(SpecificRecord record) {
        replay.apply(record);
        records++;
        if (record instanceof LedgerEntry entry) {
            grow(entry.getChain());
        }
    }

    private void grow(String chain) {
        ChainState state = replay.changed().get(chain);
        CompactRange tree = trees.merge(
                chain, CompactRange.EMPTY.append(state.last()), (before, first) -> before.append(state.last()));
        Registered expected = registered.get(chain);
        if (expected != null && expected.head().size() == tree.size()) {
            requireRoot(chain, expected, tree.head());
        }
        TreeHead checkpoint = signed.get(chain);
        if (checkpoint != null && checkpoint.size() == tree.size() && !checkpoint.equals(tree.head())) {
            throw RecoveryRefusedException.disagrees("chain " + chain + ": its entries 0 to " + (tree.size() - 1)
                    + " in the entries topic have root " + tree.root() + ", the signed checkpoint of the chain has "
                    + checkpoint.root() + "; at least one entry up to seq " + (tree.size() - 1)
                    + " is not the one that was signed");
        }
    }

    private static void requireRoot(String chain, Registered expected, TreeHead found) {
        if (!found.equals(expected.head())) {
            throw RecoveryRefusedException.disagrees("chain " + chain + ": its entries 0 to " + (found.size() - 1)
                    + " in the entries topic have root " + found.root() + ", registered for the window from "
                    + expected.window() + " is " + expected.head().root()
                    + "; at least one entry up to seq " + (found.size() - 1) + " is not the one that was sealed");
        }
    }

    /** Number of records so far. */
    public long records() {
        return records;
    }

    /**
     * What the records lead to.
     *
     * @throws RecoveryRefusedException if there was no record, or a chain is missing or shorter than registered or signed
     */
    public Rebuilt finish() {
        PartitionState partition = replay.partition()
                .orElseThrow(() -> RecoveryRefusedException.disagrees(
                        "expected an Init record at the beginning, found no record at all"));
        registered.forEach((chain, expected) -> {
            long size = trees.getOrDefault(chain, CompactRange.EMPTY).size();
            if (size < expected.head().size()) {
                throw RecoveryRefusedException.disagrees("chain " + chain + ": the signed registry has "
                        + expected.head().size() + " entries for the window from " + expected.window()
                        + ", the entries topic holds " + size + "; missing from seq " + size + " on");
            }
        });
        signed.forEach((chain, checkpoint) -> {
            long size = trees.getOrDefault(chain, CompactRange.EMPTY).size();
            if (size < checkpoint.size()) {
                throw RecoveryRefusedException.disagrees("chain " + chain + ": a signed checkpoint of the chain has "
                        + checkpoint.size() + " entries, the entries topic holds " + size + "; missing from seq " + size
                        + " on, and whoever has the checkpoint could show the fork");
            }
        });
        ChainStates chains = new ChainStates();
        replay.changed().values().forEach(chains::put);
        return new Rebuilt(partition, chains, records);
    }

    /**
     * A partition's state.
     *
     * @param partition its own; its digest is that of the chains when they were rebuilt
     * @param chains all its chains
     * @param records number of records it was rebuilt from
     */
    public record Rebuilt(PartitionState partition, ChainStates chains, long records) {
        /** The partition's state with the digest of the chains as they are now. */
        public PartitionState whole() {
            return partition.holding(chains.digest());
        }
    }
}
