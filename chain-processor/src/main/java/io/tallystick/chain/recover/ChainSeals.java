// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.recover;

import io.tallystick.chain.recover.RegisteredHeads.Registered;
import io.tallystick.entry.Bytes;
import io.tallystick.entry.ChainId;
import io.tallystick.note.TrustedVerifier;
import io.tallystick.tree.TreeHead;
import io.tallystick.trust.TrustRoot;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The newest signed checkpoint of each chain, those between windows among them. Whoever holds one can show a fork, whether a
 * window was sealed over it or not. Memory follows from the number of chains. For one thread.
 */
public final class ChainSeals {
    private final String ledger;
    private final SortedMap<String, Seal> newest = new TreeMap<>();

    /**
     * A signed chain checkpoint as it was published; not verified.
     *
     * @param head size and root it is published with
     * @param windowEnd end of the window it belongs to
     * @param note the signed note
     */
    private record Seal(TreeHead head, Instant windowEnd, Bytes note) {}

    /** @param ledger origin of the ledger */
    public ChainSeals(String ledger) {
        this.ledger = ledger;
    }

    /**
     * Takes a published checkpoint; passes over what is of no chain of this ledger, and what is smaller than one before it. Of
     * two for one size the first counts.
     *
     * @param origin of the checkpoint
     * @param head size and root it is published with
     * @param windowEnd end of the window it belongs to
     * @param note the signed note
     * @throws RecoveryRefusedException if there are two with different roots for one size
     */
    public void add(String origin, TreeHead head, Instant windowEnd, byte[] note) {
        Optional<String> chain = chainOf(origin);
        if (chain.isEmpty()) {
            return;
        }
        Seal before = newest.get(chain.get());
        if (before == null || head.size() > before.head().size()) {
            newest.put(chain.get(), new Seal(head, windowEnd, Bytes.of(note)));
        } else if (head.size() == before.head().size()
                && !head.root().equals(before.head().root())) {
            throw RecoveryRefusedException.disagrees("there are two checkpoints of chain " + chain.get() + " of size "
                    + head.size() + " with different roots: a split view");
        }
    }

    private Optional<String> chainOf(String origin) {
        String prefix = ledger + "/";
        if (!origin.startsWith(prefix)) {
            return Optional.empty();
        }
        String chain = origin.substring(prefix.length());
        try {
            return Optional.of(ChainId.parse(chain).toString());
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Whether no chain has one. */
    public boolean isEmpty() {
        return newest.isEmpty();
    }

    /**
     * The newest checkpoint of each chain. Of those beyond the registered head the signatures are verified; the others must
     * agree with it, or are implied by it.
     *
     * @param registered last registered heads by chain id
     * @return size and root by chain id
     * @throws RecoveryRefusedException if one is not signed as the trust root asks for, or contradicts the registry
     */
    public SortedMap<String, TreeHead> verify(TrustRoot trustRoot, Map<String, Registered> registered) {
        RegistrySeal.requireLedger(trustRoot, ledger);
        SortedMap<String, TreeHead> heads = new TreeMap<>();
        newest.forEach((chain, seal) -> {
            long sealed = Optional.ofNullable(registered.get(chain))
                    .map(head -> head.head().size())
                    .orElse(0L);
            if (seal.head().size() > sealed) {
                requireSigned(trustRoot, chain, seal);
            } else if (seal.head().size() == sealed
                    && !seal.head().equals(registered.get(chain).head())) {
                throw RecoveryRefusedException.disagrees(
                        "chain " + chain + ": the signed registry and a checkpoint of the"
                                + " chain have different roots for size " + sealed + ": a split view");
            }
            heads.put(chain, seal.head());
        });
        return heads;
    }

    private void requireSigned(TrustRoot trustRoot, String chain, Seal seal) {
        CheckpointNote note = CheckpointNote.parse(
                ChainId.parse(chain).origin(ledger),
                "checkpoint of chain " + chain,
                seal.note().toByteArray());
        if (!note.head().equals(seal.head())) {
            throw RecoveryRefusedException.disagrees("the last checkpoint of chain " + chain
                    + " is published with size " + seal.head().size() + ", its note says "
                    + note.head().size() + ", or another root");
        }
        List<TrustedVerifier> signers = note.signers(trustRoot);
        note.requireStanding(trustRoot, signers, seal.windowEnd());
    }
}
