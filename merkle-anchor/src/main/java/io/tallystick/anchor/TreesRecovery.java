// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import io.tallystick.anchor.window.PartitionTrees;
import io.tallystick.anchor.window.TreeStore;

/** Brings back the trees of a partition whose store is empty or has lost something. */
@FunctionalInterface
interface TreesRecovery {
    /**
     * Fills the empty store up to the given record, and further if heads exist beyond it. Leaves it empty for a partition that
     * nothing was ever read from.
     *
     * @param partition partition of {@code ledger.entries}
     * @param before offset of the record to be processed next
     * @param trees works on {@code store}
     */
    void rebuild(int partition, long before, PartitionTrees trees, TreeStore store);
}
