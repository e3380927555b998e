// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.sign;

import io.tallystick.tree.TreeHead;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A tree head to be signed.
 *
 * @param origin of the checkpoint
 * @param head size and root
 * @param windowEnd whether it is a window's last, not one between windows
 * @param window start of the window
 */
public record Root(String origin, TreeHead head, boolean windowEnd, Instant window) {
    public Root {
        Objects.requireNonNull(origin);
        Objects.requireNonNull(head);
        Objects.requireNonNull(window);
    }

    /**
     * How many of the roots make one batch: at most {@code max}, and of each origin one size only. A second size waits
     * until the first has been published, because the guard can only tell the largest one after a crash.
     *
     * @param roots in the order in which they must be published
     * @return 0 only if there are none
     */
    public static int batchLength(List<Root> roots, int max) {
        Map<String, TreeHead> heads = new HashMap<>();
        for (int i = 0; i < roots.size(); i++) {
            Root root = roots.get(i);
            TreeHead before = heads.putIfAbsent(root.origin(), root.head());
            if (i == max || (before != null && !before.equals(root.head()))) {
                return i;
            }
        }
        return roots.size();
    }
}
