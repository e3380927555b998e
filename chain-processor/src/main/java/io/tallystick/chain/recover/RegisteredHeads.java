// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.recover;

import io.tallystick.bundle.RegistryLeaf;
import io.tallystick.entry.ChainId;
import io.tallystick.note.Checkpoint;
import io.tallystick.tree.Hash;
import io.tallystick.tree.TreeHead;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Opens the blinded head leaves of the registry: finds for each the chain, size and root it commits to. DESIGN.md section 7.
 * Whoever proposes a head need not be trusted: it must match the commitment. For one thread.
 */
public final class RegisteredHeads {
    private final String origin;
    private final Map<Hash, RegistryLeaf.Head> closed;
    private final SortedMap<String, Registered> opened = new TreeMap<>();

    /**
     * The last registered head of a chain.
     *
     * @param window start of the window it was registered for
     * @param head size and root of the chain's tree
     */
    public record Registered(Instant window, TreeHead head) {}

    /**
     * @param origin the ledger's
     * @param registry whose leaves are opened
     */
    public RegisteredHeads(String origin, SignedRegistry registry) {
        this.origin = origin;
        this.closed = new HashMap<>(registry.heads());
    }

    /**
     * A window head that may be one of them.
     *
     * @param blind of the chain's tenant
     * @throws RecoveryRefusedException if it is for the window that was signed, but not the head
     */
    public void propose(ChainId chain, Instant window, TreeHead head, Hash blind) {
        String chainOrigin = chain.origin(origin);
        Hash id = RegistryLeaf.chainId(chainOrigin);
        RegistryLeaf.Head leaf = closed.get(id);
        if (leaf == null || !leaf.window().equals(window)) {
            return;
        }
        byte[] text = new Checkpoint(chainOrigin, head).text();
        if (!RegistryLeaf.headCommitment(blind.bytes(), text).equals(leaf.head())) {
            throw RecoveryRefusedException.disagrees("chain " + chain + ": the heads topic has size " + head.size()
                    + " and root " + head.root() + " for the window from " + window
                    + ", the signed registry commits to another head");
        }
        closed.remove(id);
        opened.put(chain.toString(), new Registered(window, head));
    }

    /** Whether the leaves have something to say of this chain that was not opened yet. */
    public boolean wants(ChainId chain) {
        return closed.containsKey(RegistryLeaf.chainId(chain.origin(origin)));
    }

    /**
     * The heads by chain id.
     *
     * @throws RecoveryRefusedException if a leaf was not opened
     */
    public SortedMap<String, Registered> all() {
        if (!closed.isEmpty()) {
            RegistryLeaf.Head leaf = closed.values().iterator().next();
            throw RecoveryRefusedException.disagrees("the signed registry has heads of " + closed.size()
                    + " chains that the heads topic does not hold, for example of the one it calls " + leaf.chain()
                    + " for the window from " + leaf.window());
        }
        return opened;
    }
}
