// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.registry;

import io.tallystick.anchor.window.StoreDigest;
import io.tallystick.tree.CompactRange;
import java.time.Instant;
import java.util.Objects;

/**
 * Where the registry stands. Immutable.
 *
 * @param lastOffset offset in {@code ledger.heads} of the last record taken into account
 * @param registry frontier of the registry
 * @param registeredUntil end of the last window in it; windows up to it are never sealed again
 * @param windows which partitions have closed which windows
 * @param kept what the store of heads must hold
 */
public record RegistryState(
        long lastOffset, CompactRange registry, Instant registeredUntil, WindowTracker windows, StoreDigest kept) {
    public RegistryState {
        Objects.requireNonNull(registry);
        Objects.requireNonNull(registeredUntil);
        Objects.requireNonNull(windows);
        Objects.requireNonNull(kept);
    }

    /** As it is, after one more record that changed nothing. */
    RegistryState at(long offset) {
        return new RegistryState(offset, registry, registeredUntil, windows, kept);
    }
}
