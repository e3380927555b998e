// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.assemble;

import io.tallystick.entry.ChainId;
import io.tallystick.tree.CompactRange;
import io.tallystick.tree.Hash;
import java.util.Objects;
import java.util.Optional;

/**
 * Where a chain stands at the end of a window.
 *
 * @param chain chain id
 * @param tree compact range of its entries
 * @param lastLeaf leaf hash of its last entry; zeros if it has none
 * @param sourceNext next source offset to be covered
 * @param status from the last claim; empty before the first
 */
public record ChainState(
        ChainId chain, CompactRange tree, Hash lastLeaf, long sourceNext, Optional<SourceStatus> status) {
    public ChainState {
        Objects.requireNonNull(chain);
        Objects.requireNonNull(tree);
        Objects.requireNonNull(lastLeaf);
        Objects.requireNonNull(status);
    }

    /** The state before the genesis. */
    public static ChainState beforeGenesis(ChainId chain) {
        return new ChainState(chain, CompactRange.EMPTY, Hash.ZERO, 0, Optional.empty());
    }
}
