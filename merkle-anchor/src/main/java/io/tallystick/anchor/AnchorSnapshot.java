// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Where the anchor stands, as far as this process knows: the registry and the signer run in one process of several.
 *
 * @param sealedUntil end of the last window in the registry, so the start of the oldest window not in it; empty where the
 *     registry does not run
 * @param registrySize number of leaves of the registry; 0 where it does not run
 * @param awaitedPartitions partitions of {@code ledger.entries} that have not closed the oldest window
 * @param publishedUntil end of the last window whose registry checkpoint this process published
 * @param skippedRoots roots this process did not sign because a larger one of their origin was intended before: grows when
 *     the signer's offsets were set back
 */
public record AnchorSnapshot(
        Optional<Instant> sealedUntil,
        long registrySize,
        List<Integer> awaitedPartitions,
        Optional<Instant> publishedUntil,
        long skippedRoots) {
    public AnchorSnapshot {
        awaitedPartitions = List.copyOf(awaitedPartitions);
    }
}
