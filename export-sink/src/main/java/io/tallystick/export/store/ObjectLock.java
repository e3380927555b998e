// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store;

import java.time.Instant;
import java.util.Optional;

/**
 * The lock of a stored object, as the store reports it.
 *
 * @param versionId the locked version of the object, in the store's words
 * @param mode {@link LockMode#GOVERNANCE} or {@link LockMode#COMPLIANCE}
 * @param until the object may not be deleted before this instant
 * @param legalHold whether it is also held without a date
 */
public record ObjectLock(String versionId, LockMode mode, Instant until, boolean legalHold) {
    /**
     * A mode and a date to set, so that an object is locked as it is and as it shall be.
     *
     * @param mode the stricter of both
     * @param until the later of both
     */
    public record Extension(LockMode mode, Instant until) {}

    /**
     * What an object lacks of a lock.
     *
     * @param found the lock it has, if it has one
     * @param mode how it shall be locked at least
     * @param until how long it shall be locked at least
     * @return empty if it lacks nothing
     */
    public static Optional<Extension> extension(Optional<ObjectLock> found, LockMode mode, Instant until) {
        LockMode has = found.map(ObjectLock::mode).orElse(LockMode.NONE);
        Instant ends =
                has == LockMode.NONE ? Instant.EPOCH : found.orElseThrow().until();
        boolean weak = has.compareTo(mode) < 0;
        boolean early = ends.isBefore(until);
        return weak || early ? Optional.of(new Extension(weak ? mode : has, early ? until : ends)) : Optional.empty();
    }
}
