// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.window;

import io.tallystick.entry.ChainId;
import java.util.Optional;
import java.util.function.Consumer;

/** The trees of the chains of one partition, and how far the partition has been read. */
public interface TreeStore {
    /** Empty before the first record. */
    Optional<PartitionClock> clock();

    /** Replaces the clock. */
    void put(PartitionClock clock);

    /** The tree of a chain, if it has entries. */
    Optional<ChainTree> tree(ChainId chain);

    /** Replaces a chain's tree. */
    void put(ChainTree tree);

    /** Visits all trees, ascending by the text of the chain id. The visitor must not change the store. */
    void forEach(Consumer<ChainTree> visitor);

    /** Removes all trees and the clock. */
    void clear();
}
