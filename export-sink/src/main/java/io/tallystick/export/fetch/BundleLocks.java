// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.fetch;

import io.tallystick.export.store.LockMode;
import io.tallystick.export.store.ObjectLock;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The locks of bundles, as the store shows them with their objects. A bundle of which no object shows a lock is listed apart:
 * it has none, or whoever asks may not see it. Where one object of a bundle shows a lock, one without has none.
 *
 * <p>Thread-safe.
 */
final class BundleLocks {
    private final Map<String, Weakest> bundles = new HashMap<>();

    private static final class Weakest {
        private LockMode mode = LockMode.COMPLIANCE;
        private Instant until = Instant.MAX;
        private boolean held = true;
        private boolean shown;

        private void add(LockMode next, Instant ends, boolean hold) {
            mode = mode.compareTo(next) < 0 ? mode : next;
            until = until.isBefore(ends) ? until : ends;
            held &= hold;
            shown |= next != LockMode.NONE;
        }
    }

    synchronized void add(String bundleDir, Optional<ObjectLock> lock) {
        bundles.computeIfAbsent(bundleDir, unused -> new Weakest())
                .add(
                        lock.map(ObjectLock::mode).orElse(LockMode.NONE),
                        lock.map(ObjectLock::until).orElse(Instant.EPOCH),
                        lock.map(ObjectLock::legalHold).orElse(false));
    }

    /** By the bundle's folder. */
    synchronized Map<String, Fetched.Lock> shown() {
        Map<String, Fetched.Lock> locks = new TreeMap<>();
        bundles.forEach((bundle, weakest) -> {
            if (weakest.shown) {
                locks.put(bundle, new Fetched.Lock(weakest.mode, weakest.until, weakest.held));
            }
        });
        return locks;
    }

    synchronized Set<String> notShown() {
        Set<String> folders = new TreeSet<>();
        bundles.forEach((bundle, weakest) -> {
            if (!weakest.shown) {
                folders.add(bundle);
            }
        });
        return folders;
    }
}
