// SPDX-License-Identifier: Apache-2.0
package io.tallystick.tree;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;

/**
 * The perfect subtrees that cover the leaves {@code [begin, end)} of a tree: enough to append and to compute the root,
 * whatever the number of leaves. Immutable; appending costs O(log size).
 *
 * <p>A range that begins at 0 is the frontier of a whole tree and has exactly one subtree for each 1-bit of its size.
 * A range that begins later is a piece to be {@linkplain #merge merged} to the right of the range that ends there.
 */
public final class CompactRange {
    /** The range of no leaves at the left edge of a tree. */
    public static final CompactRange EMPTY = new CompactRange(0, 0, new Hash[0]);

    private final long begin;
    private final long end;
    private final Hash[] frontier;

    /** @param frontier not copied */
    private CompactRange(long begin, long end, Hash[] frontier) {
        this.begin = begin;
        this.end = end;
        this.frontier = frontier;
    }

    /**
     * The frontier of a whole tree.
     *
     * @param size number of leaves, not negative
     * @param frontier roots of the perfect subtrees left to right, so the largest first
     * @throws IllegalArgumentException if there is not one hash for each 1-bit of {@code size}
     */
    public static CompactRange of(long size, List<Hash> frontier) {
        if (size < 0) {
            throw new IllegalArgumentException("tree size is negative: " + size);
        }
        if (frontier.size() != Long.bitCount(size)) {
            throw new IllegalArgumentException("a tree of " + size + " leaves has a frontier of " + Long.bitCount(size)
                    + " hashes, not " + frontier.size());
        }
        return new CompactRange(0, size, List.copyOf(frontier).toArray(Hash[]::new));
    }

    /** The range of no leaves at a position inside a tree, to be appended to and merged later. */
    public static CompactRange startingAt(long begin) {
        if (begin < 0) {
            throw new IllegalArgumentException("leaf index is negative: " + begin);
        }
        return begin == 0 ? EMPTY : new CompactRange(begin, begin, new Hash[0]);
    }

    /** Index of the first leaf covered. */
    public long begin() {
        return begin;
    }

    /** Number of leaves covered. */
    public long size() {
        return end - begin;
    }

    /** Roots of the perfect subtrees, left to right; of a whole tree the largest is first. */
    public List<Hash> frontier() {
        return Collections.unmodifiableList(Arrays.asList(frontier));
    }

    /** The range with one more leaf at its right end. */
    public CompactRange append(Hash leafHash) {
        return with(Objects.requireNonNull(leafHash), 0);
    }

    /**
     * This range followed by another.
     *
     * @param right begins where this one ends
     * @throws IllegalArgumentException if it begins elsewhere
     */
    public CompactRange merge(CompactRange right) {
        if (right.begin != end) {
            throw new IllegalArgumentException(
                    "a range that begins at " + right.begin + " does not follow one that ends at " + end);
        }
        CompactRange merged = this;
        for (Hash subtree : right.frontier) {
            merged = merged.with(subtree, subtreeLevel(merged.end, right.end));
        }
        return merged;
    }

    /** A range for each perfect subtree, left to right. */
    List<CompactRange> subtrees() {
        List<CompactRange> subtrees = new ArrayList<>(frontier.length);
        long from = begin;
        for (Hash subtree : frontier) {
            long to = from + (1L << subtreeLevel(from, end));
            subtrees.add(new CompactRange(from, to, new Hash[] {subtree}));
            from = to;
        }
        return subtrees;
    }

    /** With a perfect subtree of 2^level leaves, joined with its left siblings as far as they are covered. */
    private CompactRange with(Hash subtree, int level) {
        long next = Math.addExact(end, 1L << level);
        Hash joined = subtree;
        int kept = frontier.length;
        int at = level;
        for (long index = end >> level; (index & 1) == 1 && (index - 1) << at >= begin; index >>= 1) {
            kept--;
            joined = Rfc6962.nodeHash(frontier[kept], joined);
            at++;
        }
        Hash[] grown = Arrays.copyOf(frontier, kept + 1);
        grown[kept] = joined;
        return new CompactRange(begin, next, grown);
    }

    /** Level of the largest aligned perfect subtree that begins at {@code from} and does not pass {@code to}. */
    private static int subtreeLevel(long from, long to) {
        int fits = 63 - Long.numberOfLeadingZeros(to - from);
        return Math.min(Long.numberOfTrailingZeros(from), fits);
    }

    /**
     * RFC 6962 root hash of the tree.
     *
     * @throws IllegalStateException if the range does not begin at 0
     */
    public Hash root() {
        if (begin != 0) {
            throw new IllegalStateException("a range that begins at " + begin + " has no root");
        }
        if (frontier.length == 0) {
            return Rfc6962.EMPTY_ROOT;
        }
        Hash root = frontier[frontier.length - 1];
        for (int i = frontier.length - 2; i >= 0; i--) {
            root = Rfc6962.nodeHash(frontier[i], root);
        }
        return root;
    }

    /** Size and root; as for {@link #root()}. */
    public TreeHead head() {
        return new TreeHead(end, root());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CompactRange range
                && begin == range.begin
                && end == range.end
                && Arrays.equals(frontier, range.frontier);
    }

    @Override
    public int hashCode() {
        return Objects.hash(begin, end, Arrays.hashCode(frontier));
    }

    @Override
    public String toString() {
        return "[" + begin + ", " + end + ") " + Arrays.toString(frontier);
    }
}
