// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.external;

import io.tallystick.tree.CompactRange;
import io.tallystick.tree.Hash;
import io.tallystick.tree.Rfc6962;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * The registry from the oldest size a witness stands at: the frontier there, and of each window since the perfect subtrees
 * of its leaves. Enough for every proof between two of these sizes, and some kilobytes a window, whatever was before.
 *
 * <p>For one thread; what {@link #upTo} gives is immutable.
 */
public final class RegistryHistory {
    private CompactRange base;
    private final Deque<CompactRange> windows = new ArrayDeque<>();
    private long size;

    /** @param base frontier at the oldest size to prove from */
    public RegistryHistory(CompactRange base) {
        this.base = base;
        this.size = base.size();
    }

    /**
     * Appends a window.
     *
     * @param previousSize size before it; a window that is known is passed over
     * @param leafHashes its leaves
     * @throws IllegalArgumentException if windows are missing before it
     */
    public void append(long previousSize, List<Hash> leafHashes) {
        if (previousSize + leafHashes.size() <= size) {
            return;
        }
        if (previousSize != size) {
            throw new IllegalArgumentException("a window from " + previousSize + " after " + size);
        }
        CompactRange range = CompactRange.startingAt(previousSize);
        for (Hash leaf : leafHashes) {
            range = range.append(leaf);
        }
        if (previousSize == 0) {
            base = range;
        } else {
            windows.add(range);
        }
        size = previousSize + leafHashes.size();
    }

    /** Forgets what lies before a size; one that is no window's end, or further on, forgets nothing. */
    public void forget(long before) {
        Optional<CompactRange> frontier = frontier(before);
        if (frontier.isPresent() && before > base.size()) {
            base = frontier.get();
            windows.removeIf(range -> range.begin() < before);
        }
    }

    /** Number of leaves it reaches to. */
    public long size() {
        return size;
    }

    /** Frontier of the registry at the end of a window that is kept. */
    public Optional<CompactRange> frontier(long at) {
        return frontier(base, windows, at);
    }

    private static Optional<CompactRange> frontier(CompactRange base, Iterable<CompactRange> windows, long at) {
        CompactRange frontier = base;
        for (CompactRange window : windows) {
            if (frontier.size() >= at) {
                break;
            }
            frontier = frontier.merge(window);
        }
        return frontier.size() == at ? Optional.of(frontier) : Optional.empty();
    }

    /** Proofs that the registry of this size extends smaller ones; nothing can be proven of a size that is not kept. */
    public ConsistencyProofs upTo(long end) {
        CompactRange start = base;
        List<CompactRange> kept = windows.stream()
                .filter(range -> range.begin() + range.size() <= end)
                .toList();
        return from -> {
            if (from == 0 || from == end) {
                return Optional.of(List.of());
            }
            return from > end ? Optional.empty() : frontier(start, kept, from).flatMap(at -> prove(at, kept, end));
        };
    }

    private static Optional<List<Hash>> prove(CompactRange frontier, List<CompactRange> windows, long end) {
        CompactRange rest = CompactRange.startingAt(frontier.size());
        for (CompactRange window : windows) {
            if (window.begin() >= frontier.size()) {
                rest = rest.merge(window);
            }
        }
        return frontier.size() + rest.size() == end ? Optional.of(proof(frontier, rest)) : Optional.empty();
    }

    /**
     * The proof from what the frontier covers to both together. On the way from the smaller tree's last subtree to the root,
     * siblings on the left belong to its frontier, siblings on the right begin where the subtrees of the rest do; where the
     * rest ends inside a sibling, that sibling is all that is left of it.
     */
    static List<Hash> proof(CompactRange frontier, CompactRange rest) {
        long size = frontier.size();
        long end = size + rest.size();
        if (size == 0 || rest.size() == 0) {
            return List.of();
        }
        int level = Long.numberOfTrailingZeros(size);
        long index = (size >> level) - 1;
        int left = frontier.frontier().size() - 1;
        int right = 0;
        List<Hash> proof = new ArrayList<>();
        if (index != 0) {
            proof.add(frontier.frontier().get(left--));
        }
        for (; (end - 1) >> level != 0; level++, index >>= 1) {
            if ((index & 1) == 1) {
                proof.add(frontier.frontier().get(left--));
            } else if ((index + 2) << level <= end) {
                proof.add(rest.frontier().get(right++));
            } else if ((index + 1) << level < end) {
                proof.add(fold(rest.frontier().subList(right, rest.frontier().size())));
            }
        }
        return List.copyOf(proof);
    }

    private static Hash fold(List<Hash> subtrees) {
        Hash folded = subtrees.get(subtrees.size() - 1);
        for (int i = subtrees.size() - 2; i >= 0; i--) {
            folded = Rfc6962.nodeHash(subtrees.get(i), folded);
        }
        return folded;
    }
}
