// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.registry;

import io.tallystick.anchor.window.WindowGrid;
import io.tallystick.bundle.RegistryLeaf;
import io.tallystick.entry.Bytes;
import io.tallystick.note.Checkpoint;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.tree.CompactRange;
import io.tallystick.tree.Hash;
import io.tallystick.tree.Rfc6962;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** Turns the heads of a closed window into the leaves that the registry gains by it. DESIGN.md section 7. */
public final class RegistryBuilder {
    private final String origin;
    private final WindowGrid windows;
    private final Blinds blinds;

    /**
     * @param origin origin of the ledger, and so of the registry
     * @param windows the ledger's windows
     * @param blinds hide the heads of one tenant from the others
     */
    public RegistryBuilder(String origin, WindowGrid windows, Blinds blinds) {
        this.origin = origin;
        this.windows = windows;
        this.blinds = blinds;
    }

    /**
     * Seals a window: its heads, ascending by the leaf's {@code chain}, then one window leaf, also without heads.
     *
     * @param registry frontier of the registry before it
     * @param start start of the window
     * @param heads at most one of a chain, in any order
     * @throws LedgerIntegrityException if a chain has two heads or its tenant is unknown
     */
    public SealedWindow seal(CompactRange registry, Instant start, Collection<WindowHead> heads) {
        List<RegistryLeaf.Head> sorted = heads.stream()
                .map(head -> blinded(head, start))
                .sorted(Comparator.comparing(RegistryLeaf.Head::chain))
                .toList();
        Instant end = windows.endOf(start);
        List<Bytes> leaves = new ArrayList<>(sorted.size() + 1);
        Hash previous = null;
        for (RegistryLeaf.Head leaf : sorted) {
            if (leaf.chain().equals(previous)) {
                throw new LedgerIntegrityException("two heads of chain " + previous + " for the window from " + start);
            }
            previous = leaf.chain();
            leaves.add(Bytes.of(leaf.encode()));
        }
        leaves.add(Bytes.of(new RegistryLeaf.Window(sorted.size(), end, registry.size(), start).encode()));
        return new SealedWindow(start, end, registry, leaves, extend(registry, leaves));
    }

    private RegistryLeaf.Head blinded(WindowHead head, Instant window) {
        String chainOrigin = head.chain().origin(origin);
        byte[] text = new Checkpoint(chainOrigin, head.head()).text();
        byte[] blind = blinds.of(head.chain().tenant()).bytes();
        return new RegistryLeaf.Head(
                RegistryLeaf.chainId(chainOrigin), RegistryLeaf.headCommitment(blind, text), window);
    }

    static CompactRange extend(CompactRange range, List<Bytes> leaves) {
        CompactRange extended = range;
        for (Bytes leaf : leaves) {
            extended = extended.append(Rfc6962.leafHash(leaf.toByteArray()));
        }
        return extended;
    }
}
