// SPDX-License-Identifier: Apache-2.0
package io.tallystick.tree;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * Collects the inclusion proof of one leaf while the leaves behind it pass by. RFC 6962 §2.1.1. Needs the frontier of
 * the leaves before it and keeps some hashes a level, whatever the number of leaves. Not thread-safe.
 *
 * <p>At each level the path's node is a right child (its sibling is a perfect subtree of the frontier) or a left one
 * (its sibling is made of leaves that come later). Those right siblings lie side by side, smallest first, so one is
 * filled after the other.
 */
public final class InclusionPath {
    private final long leafIndex;
    private final Hash leafHash;
    private final CompactRange before;
    /** Right siblings, lowest level first; the last one may be partly filled. */
    private final List<CompactRange> right = new ArrayList<>();

    private long size;
    private long rightEnd;

    /**
     * @param before frontier of the leaves before it; its size is the leaf's index
     * @param leafHash the leaf's own hash
     */
    public InclusionPath(CompactRange before, Hash leafHash) {
        if (before.begin() != 0) {
            throw new IllegalArgumentException("the range before the leaf begins at " + before.begin() + ", not at 0");
        }
        this.before = before;
        this.leafHash = Objects.requireNonNull(leafHash);
        this.leafIndex = before.size();
        this.size = leafIndex + 1;
        this.rightEnd = size;
    }

    /** The next leaf behind it. */
    public void append(Hash hash) {
        grow(right -> right.append(hash), 1);
    }

    /**
     * The next leaves behind it.
     *
     * @throws IllegalArgumentException if the range begins elsewhere
     */
    public void append(CompactRange leaves) {
        if (leaves.begin() != size) {
            throw new IllegalArgumentException(
                    "a range that begins at " + leaves.begin() + " does not follow a tree of " + size + " leaves");
        }
        // Perfect subtrees at aligned places are nested or apart: each lies inside one right sibling.
        for (CompactRange subtree : leaves.subtrees()) {
            grow(right -> right.merge(subtree), subtree.size());
        }
    }

    private void grow(UnaryOperator<CompactRange> sibling, long leaves) {
        if (size == rightEnd) {
            rightEnd = size + Long.lowestOneBit(size);
            right.add(CompactRange.startingAt(size));
        }
        int last = right.size() - 1;
        right.set(last, sibling.apply(right.get(last)));
        size += leaves;
    }

    /** Sibling hashes in the tree of the leaves seen so far, the leaf's own first. */
    public List<Hash> proof() {
        List<Hash> proof = new ArrayList<>();
        int nextLeft = before.frontier().size();
        int nextRight = 0;
        for (int level = 0; (size - 1) >> level != 0; level++) {
            if ((leafIndex >> level & 1) == 1) {
                proof.add(before.frontier().get(--nextLeft));
            } else if (nextRight < right.size()) {
                proof.add(joined(right.get(nextRight++)));
            }
        }
        return List.copyOf(proof);
    }

    /** Head of the tree of the leaves seen so far. */
    public TreeHead head() {
        Hash root = leafHash;
        int nextLeft = before.frontier().size();
        int nextRight = 0;
        for (int level = 0; (size - 1) >> level != 0; level++) {
            if ((leafIndex >> level & 1) == 1) {
                root = Rfc6962.nodeHash(before.frontier().get(--nextLeft), root);
            } else if (nextRight < right.size()) {
                root = Rfc6962.nodeHash(root, joined(right.get(nextRight++)));
            }
        }
        return new TreeHead(size, root);
    }

    private static Hash joined(CompactRange range) {
        List<Hash> subtrees = range.frontier();
        Hash joined = subtrees.get(subtrees.size() - 1);
        for (int i = subtrees.size() - 2; i >= 0; i--) {
            joined = Rfc6962.nodeHash(subtrees.get(i), joined);
        }
        return joined;
    }
}
