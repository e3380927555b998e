// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.fetch;

import io.tallystick.export.store.LockMode;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Set;

/**
 * What was fetched.
 *
 * @param bucket folder that holds {@code v1}
 * @param bytes of all objects together
 * @param ambiguous objects that have a second version, or whose first is hidden; the oldest was fetched
 * @param incomplete folders of bundles without a checkpoint, which were not fetched
 * @param locks by the folder of a bundle, relative to the bucket; of its objects the weakest
 * @param withoutLock folders of the bundles of which no object shows a lock
 */
public record Fetched(
        Path bucket,
        int objects,
        long bytes,
        long ambiguous,
        int incomplete,
        Map<String, Lock> locks,
        Set<String> withoutLock) {
    /**
     * The weakest lock of a bundle's objects.
     *
     * @param legalHold whether each of them is under a legal hold, too
     */
    public record Lock(LockMode mode, Instant until, boolean legalHold) {}

    public Fetched {
        locks = Map.copyOf(locks);
        withoutLock = Set.copyOf(withoutLock);
    }
}
