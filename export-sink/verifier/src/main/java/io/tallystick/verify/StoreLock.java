// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import java.time.Instant;
import java.util.Objects;

/**
 * The lock of a bundle as somebody read it from the store for this verification: of its objects the weakest.
 *
 * @param mode {@code none}, {@code governance} or {@code compliance}; empty where no object shows any lock
 * @param until no object of the bundle may be deleted before this instant
 * @param legalHold whether each of them is under a legal hold, too
 */
public record StoreLock(String mode, Instant until, boolean legalHold) {
    /** No object of the bundle shows a lock: it has none, or whoever read it may not see it. */
    public static final StoreLock NOT_SHOWN = new StoreLock("", Instant.EPOCH);

    /** A lock without a legal hold. */
    public StoreLock(String mode, Instant until) {
        this(mode, until, false);
    }

    public StoreLock {
        Objects.requireNonNull(mode);
        Objects.requireNonNull(until);
    }
}
