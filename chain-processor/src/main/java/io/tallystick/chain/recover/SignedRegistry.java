// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.recover;

import io.tallystick.bundle.RegistryLeaf;
import io.tallystick.tree.Hash;
import io.tallystick.tree.TreeHead;
import java.util.Map;

/**
 * The registry as far as it was signed.
 *
 * @param head size and root that were signed
 * @param window its last window
 * @param heads the last head leaf of each chain, by the leaf's {@code chain}
 */
public record SignedRegistry(TreeHead head, RegistryLeaf.Window window, Map<Hash, RegistryLeaf.Head> heads) {
    public SignedRegistry {
        heads = Map.copyOf(heads);
    }
}
