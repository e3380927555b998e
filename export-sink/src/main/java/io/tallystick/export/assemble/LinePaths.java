// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.assemble;

import io.tallystick.tree.Hash;
import io.tallystick.tree.Rfc6962;
import io.tallystick.tree.TreeHead;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Grows a chain's tree over one window and collects the inclusion paths of some of its leaves, all in one pass. RFC 9162
 * section 2.1.3.1. Memory grows with the leaves that are followed, not with those that are appended.
 */
final class LinePaths {
    private final Deque<Subtree> subtrees = new ArrayDeque<>(); // the largest first
    private final SortedMap<Long, List<Hash>> paths = new TreeMap<>();
    private long size;

    /** A subtree, perfect but for the last merges, and the paths that go on above it. */
    private static final class Subtree {
        private final int level;
        private final Hash root;
        private final List<List<Hash>> open;

        private Subtree(int level, Hash root, List<List<Hash>> open) {
            this.level = level;
            this.root = root;
            this.open = open;
        }

        /** The subtree over both, whose followed leaves each have the other's root as their next sibling. */
        private Subtree join(Subtree right) {
            open.forEach(path -> path.add(right.root));
            right.open.forEach(path -> path.add(root));
            List<List<Hash>> longer = open.size() < right.open.size() ? right.open : open;
            longer.addAll(longer == open ? right.open : open);
            return new Subtree(level + 1, Rfc6962.nodeHash(root, right.root), longer);
        }
    }

    /** @param frontier compact range of this size, the largest subtree first */
    LinePaths(long size, List<Hash> frontier) {
        this.size = size;
        long left = size;
        for (Hash root : frontier) {
            int level = Long.SIZE - 1 - Long.numberOfLeadingZeros(left);
            left -= 1L << level;
            subtrees.addLast(new Subtree(level, root, new ArrayList<>()));
        }
    }

    /** Appends a leaf; its path is wanted if it is followed. */
    void append(Hash leaf, boolean followed) {
        List<List<Hash>> open = new ArrayList<>(followed ? 1 : 0);
        if (followed) {
            List<Hash> path = new ArrayList<>();
            open.add(path);
            paths.put(size, path);
        }
        Subtree added = new Subtree(0, leaf, open);
        while (!subtrees.isEmpty() && subtrees.peekLast().level == added.level) {
            added = subtrees.removeLast().join(added);
        }
        subtrees.addLast(added);
        size++;
    }

    /** Ends the tree, after which nothing can be appended. */
    TreeHead finish() {
        if (subtrees.isEmpty()) {
            return new TreeHead(0, Rfc6962.EMPTY_ROOT);
        }
        Subtree whole = subtrees.removeLast();
        while (!subtrees.isEmpty()) {
            whole = subtrees.removeLast().join(whole);
        }
        return new TreeHead(size, whole.root);
    }

    /** Of the followed leaves by index, sibling of the leaf first; whole once the tree is finished. */
    SortedMap<Long, List<Hash>> paths() {
        return paths;
    }
}
