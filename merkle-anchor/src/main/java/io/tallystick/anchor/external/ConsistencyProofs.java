// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.external;

import io.tallystick.tree.Hash;
import java.util.List;
import java.util.Optional;

/** Proofs that a tree extends smaller ones. */
public interface ConsistencyProofs {
    /**
     * The proof from a smaller tree. RFC 9162 §2.1.4.1.
     *
     * @param size of the smaller tree
     * @return empty list if the tree is empty or the whole; nothing if the size is larger, or lies too far back or between
     *     two checkpoints
     */
    Optional<List<Hash>> from(long size);
}
