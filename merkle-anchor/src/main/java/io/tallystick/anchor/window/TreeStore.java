// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.window;

import java.util.Optional;
import java.util.function.Consumer;

/** The trees of the chains of one partition by the text of the chain id, and how far the partition has been read. */
public interface TreeStore {
    /** Empty before the first record. */
    Optional<PartitionClock> clock();

    /** Replaces the clock. */
    void put(PartitionClock clock);

    /** The tree of a chain, if it has entries. */
    Optional<ChainTree> tree(String chain);

    /** Replaces a chain's tree. */
    default void put(ChainTree tree) {
        put(tree.chain().toString(), tree);
    }

    /** As {@link #put(ChainTree)}, for who has the chain id at hand: to make it costs more than to look it up. */
    void put(String chain, ChainTree tree);

    /** Visits all trees, in no order. The visitor must not change the store. */
    void forEach(Consumer<ChainTree> visitor);

    /** Whether a clock is stored, and beside it exactly the trees it commits to. */
    boolean intact();

    /** Removes all trees and the clock. */
    void clear();
}
