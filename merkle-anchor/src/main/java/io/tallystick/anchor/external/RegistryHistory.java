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
import java.util.Set;
import java.util.stream.Stream;

/**
 * The registry from the oldest size a witness stands at: the frontier there, and of each window since the perfect subtrees
 * of its leaves. Enough for every proof between two of these sizes, and some kilobytes a window, whatever was before.
 *
 * <p>Bounded however long a witness is away: of windows further back than {@link #WINDOWS_MAX}, neighbours are joined, and
 * only the ends that {@link #retain} asks for can still be proven from.
 *
 * <p>For one thread; what {@link #upTo} gives is immutable.
 */
public final class RegistryHistory {
    /** Most windows kept apart: ten days of 15 minutes, some megabytes. */
    public static final int WINDOWS_MAX = 1000;

    private CompactRange base;
    private List<CompactRange> joined = List.of();
    private final Deque<CompactRange> windows = new ArrayDeque<>();
    private Set<Long> wanted = Set.of();
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

    /**
     * Forgets what no proof will need: all before the smallest of the sizes if a window ended there, and of windows far back
     * the ends that are none of the sizes.
     *
     * @param sizes ends to prove from or to; may be further on than this reaches
     * @param newest windows that end after it stay apart
     */
    public void retain(Set<Long> sizes, long newest) {
        wanted = Set.copyOf(sizes);
        sizes.stream().min(Long::compareTo).ifPresent(this::forget);
        List<CompactRange> back = new ArrayList<>(joined);
        while (windows.size() > WINDOWS_MAX && end(windows.element()) <= newest) {
            back.add(windows.remove());
        }
        join(back);
    }

    private void forget(long before) {
        boolean inside = base.size() < before && before <= size;
        Optional<CompactRange> frontier = inside ? frontier(before) : Optional.empty();
        if (frontier.isPresent()) {
            base = frontier.get();
            joined = joined.stream().filter(range -> range.begin() >= before).toList();
            windows.removeIf(range -> range.begin() < before);
        }
    }

    /** Joins neighbours between which nobody stands. */
    private void join(List<CompactRange> back) {
        List<CompactRange> apart = new ArrayList<>();
        CompactRange last = base;
        for (CompactRange range : back) {
            if (wanted.contains(range.begin())) {
                apart.add(last);
                last = range;
            } else {
                last = last.merge(range);
            }
        }
        apart.add(last);
        base = apart.remove(0);
        joined = List.copyOf(apart);
    }

    private static long end(CompactRange range) {
        return range.begin() + range.size();
    }

    /** Number of stretches kept that end after a size; of those far back one may be many windows. */
    public long countAfter(long at) {
        return ranges().stream().filter(range -> end(range) > at).count();
    }

    /** Number of leaves from which on something is known: nothing can be proven of smaller sizes. */
    public long begin() {
        return base.size();
    }

    /** Number of leaves it reaches to. */
    public long size() {
        return size;
    }

    /** Frontier of the registry at the end of a window that is kept. */
    public Optional<CompactRange> frontier(long at) {
        return frontier(base, ranges(), at);
    }

    private List<CompactRange> ranges() {
        return Stream.concat(joined.stream(), windows.stream()).toList();
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
        List<CompactRange> kept =
                ranges().stream().filter(range -> end(range) <= end).toList();
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
