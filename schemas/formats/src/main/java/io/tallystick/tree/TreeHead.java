// SPDX-License-Identifier: Apache-2.0
package io.tallystick.tree;

import java.util.Objects;

/**
 * What a tree of a given size is committed to by.
 *
 * @param size number of leaves, not negative
 * @param root RFC 6962 root hash of the tree
 */
public record TreeHead(long size, Hash root) {
    /** The head of the tree without leaves. */
    public static final TreeHead EMPTY = new TreeHead(0, Rfc6962.EMPTY_ROOT);

    public TreeHead {
        Objects.requireNonNull(root);
        if (size < 0) {
            throw new IllegalArgumentException("tree size is negative: " + size);
        }
    }
}
