// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.recover;

import io.tallystick.bundle.BundleException;
import io.tallystick.bundle.RegistryLeaf;
import io.tallystick.tree.CompactRange;
import io.tallystick.tree.Hash;
import io.tallystick.tree.Rfc6962;
import io.tallystick.tree.TreeHead;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Folds the leaves of the registry, in order, to the root of a given size, keeping the last head leaf of each chain. Memory
 * follows from the number of chains, not of windows. For one thread.
 */
public final class RegistryFold {
    private final long size;
    private final Map<Hash, RegistryLeaf.Head> heads = new HashMap<>();
    private CompactRange range = CompactRange.EMPTY;
    private Optional<RegistryLeaf.Window> last = Optional.empty();

    /** @param size number of leaves to fold; positive */
    public RegistryFold(long size) {
        this.size = size;
    }

    /** Whether all leaves are there; later ones are not covered by the root. */
    public boolean isComplete() {
        return range.size() == size;
    }

    /** Index of the leaf needed next. */
    public long next() {
        return range.size();
    }

    /**
     * Takes the leaf of an index; those already taken and those after the last are passed over.
     *
     * @throws RecoveryRefusedException if leaves before it are missing, or it is none
     */
    public void add(long index, byte[] leaf) {
        if (index < range.size() || isComplete()) {
            return;
        }
        if (index > range.size()) {
            throw RecoveryRefusedException.disagrees(
                    "the registry has leaf " + index + " after leaf " + (range.size() - 1) + "; leaves are missing");
        }
        try {
            RegistryLeaf parsed = RegistryLeaf.parse(leaf);
            last = Optional.empty();
            if (parsed instanceof RegistryLeaf.Head head) {
                heads.put(head.chain(), head);
            } else if (parsed instanceof RegistryLeaf.Window window) {
                last = Optional.of(window);
            }
        } catch (BundleException e) {
            throw RecoveryRefusedException.disagrees(
                    "leaf " + index + " of the registry is none: " + e.getMessage(), e);
        }
        range = range.append(Rfc6962.leafHash(leaf));
    }

    /**
     * What was folded, compared with what was signed.
     *
     * @throws RecoveryRefusedException if leaves are missing, or lead to another root
     */
    SignedRegistry requireRoot(TreeHead signed) {
        if (!isComplete()) {
            throw RecoveryRefusedException.disagrees("the signed registry checkpoint covers " + size
                    + " leaves, the registry topic holds " + range.size());
        }
        if (!range.head().equals(signed)) {
            throw RecoveryRefusedException.disagrees("the leaves of the registry topic have root " + range.root()
                    + " at size " + size + ", the signed registry checkpoint has " + signed.root());
        }
        RegistryLeaf.Window window = last.orElseThrow(() -> RecoveryRefusedException.disagrees(
                "leaf " + (size - 1) + ", the last under the signed registry checkpoint, closes no window"));
        return new SignedRegistry(signed, window, heads);
    }
}
