// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.registry;

import io.tallystick.entry.ChainId;
import io.tallystick.tree.TreeHead;
import java.util.Objects;

/**
 * The head of a chain's tree at a window's end.
 *
 * @param chain which chain
 * @param head its size and root
 */
public record WindowHead(ChainId chain, TreeHead head) {
    public WindowHead {
        Objects.requireNonNull(chain);
        Objects.requireNonNull(head);
    }
}
