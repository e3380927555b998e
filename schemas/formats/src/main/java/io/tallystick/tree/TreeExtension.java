// SPDX-License-Identifier: Apache-2.0
package io.tallystick.tree;

import java.util.ArrayList;
import java.util.List;

/**
 * A tree after leaves were appended to a base of which only the frontier is known. Gives the new head, inclusion proofs
 * for the new leaves and the consistency proof from the base. Time and memory depend on the number of new leaves, not
 * on the size of the base. With {@link CompactRange#EMPTY} as base it is an ordinary tree.
 *
 * <p>Nodes are addressed as (level, index): node {@code (k, i)} covers the leaves {@code [i * 2^k, (i + 1) * 2^k)}. Of
 * the complete nodes those from index {@code base.size() >> k} on are new; to the left of them only the base's subtree
 * at that level is known, and no proof made here needs another one.
 */
public final class TreeExtension {
    private static final int LEVELS = 63;

    private final CompactRange base;
    private final long size;
    /** Base subtree of each level, at node index (base size >> level) - 1; null where the bit is 0. */
    private final Hash[] left = new Hash[LEVELS];
    /** New complete nodes of each level, from node index base size >> level on. */
    private final List<List<Hash>> added = new ArrayList<>();
    /** Hash of the leaves from (size >> level) << level to the end; null where there are none. */
    private final Hash[] ragged = new Hash[LEVELS + 1];

    private final CompactRange extended;

    /**
     * Builds the extension.
     *
     * @param base frontier of the tree so far; must begin at leaf 0
     * @param newLeafHashes leaf hashes of the leaves from index {@code base.size()} on
     */
    public TreeExtension(CompactRange base, List<Hash> newLeafHashes) {
        if (base.begin() != 0) {
            throw new IllegalArgumentException("the base begins at leaf " + base.begin() + ", not at 0");
        }
        this.base = base;
        this.size = Math.addExact(base.size(), newLeafHashes.size());
        spreadBase();
        added.add(List.copyOf(newLeafHashes));
        for (int level = 0; size >> level != 0; level++) {
            added.add(parents(level));
        }
        joinRightEdge();
        this.extended = CompactRange.of(size, frontierOfExtended());
    }

    private void spreadBase() {
        int next = base.frontier().size();
        for (int level = 0; level < LEVELS; level++) {
            if ((base.size() >> level & 1) == 1) {
                left[level] = base.frontier().get(--next);
            }
        }
    }

    /** The new complete nodes one level up. */
    private List<Hash> parents(int level) {
        List<Hash> children = added.get(level);
        List<Hash> parents = new ArrayList<>((children.size() + 1) / 2);
        int next = 0;
        if (left[level] != null && !children.isEmpty()) {
            parents.add(Rfc6962.nodeHash(left[level], children.get(next++)));
        }
        for (; next + 1 < children.size(); next += 2) {
            parents.add(Rfc6962.nodeHash(children.get(next), children.get(next + 1)));
        }
        return parents;
    }

    private void joinRightEdge() {
        for (int level = 0; level < LEVELS; level++) {
            if ((size >> level & 1) == 0) {
                ragged[level + 1] = ragged[level];
            } else {
                Hash last = node(level, (size >> level) - 1);
                ragged[level + 1] = ragged[level] == null ? last : Rfc6962.nodeHash(last, ragged[level]);
            }
        }
    }

    private List<Hash> frontierOfExtended() {
        List<Hash> frontier = new ArrayList<>(Long.bitCount(size));
        for (int level = LEVELS - 1; level >= 0; level--) {
            if ((size >> level & 1) == 1) {
                frontier.add(node(level, (size >> level) - 1));
            }
        }
        return frontier;
    }

    /** A complete node that is new or belongs to the base's frontier. */
    private Hash node(int level, long index) {
        long firstNew = base.size() >> level;
        if (index >= firstNew) {
            return added.get(level).get(Math.toIntExact(index - firstNew));
        }
        if (index == firstNew - 1 && left[level] != null) {
            return left[level];
        }
        throw new IllegalStateException("node (" + level + ", " + index + ") lies inside the base");
    }

    /** Frontier of the tree after the new leaves. */
    public CompactRange extended() {
        return extended;
    }

    /** Head of the tree after the new leaves. */
    public TreeHead head() {
        return new TreeHead(size, size == 0 ? Rfc6962.EMPTY_ROOT : ragged[LEVELS]);
    }

    /**
     * Proof that a new leaf is in the extended tree. RFC 6962 §2.1.1.
     *
     * @param leafIndex 0-based, at least the size of the base and less than the size of the extended tree
     * @return sibling hashes, the leaf's own first
     */
    public List<Hash> inclusionProof(long leafIndex) {
        if (leafIndex < base.size() || leafIndex >= size) {
            throw new IllegalArgumentException("leaf " + leafIndex + " is not in [" + base.size() + ", " + size + ")");
        }
        List<Hash> proof = new ArrayList<>();
        addSiblings(proof, 0, leafIndex);
        return List.copyOf(proof);
    }

    /**
     * Proof that the base is a prefix of the extended tree. RFC 6962 §2.1.2.
     *
     * @return empty if the base is empty or nothing was added
     */
    public List<Hash> consistencyProof() {
        if (base.size() == 0 || base.size() == size) {
            return List.of();
        }
        int level = Long.numberOfTrailingZeros(base.size());
        long index = (base.size() >> level) - 1;
        List<Hash> proof = new ArrayList<>();
        if (index != 0) {
            proof.add(node(level, index));
        }
        addSiblings(proof, level, index);
        return List.copyOf(proof);
    }

    /** Siblings on the way from a node to the root; a level without sibling adds nothing. */
    private void addSiblings(List<Hash> proof, int fromLevel, long fromIndex) {
        long index = fromIndex;
        for (int level = fromLevel; (size - 1) >> level != 0; level++) {
            long sibling = index ^ 1;
            long complete = size >> level;
            if (sibling < complete) {
                proof.add(node(level, sibling));
            } else if (sibling == complete && ragged[level] != null) {
                proof.add(ragged[level]);
            }
            index >>= 1;
        }
    }
}
