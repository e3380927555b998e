// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;

/**
 * What a store shall guard an object against deletion with, from the moment it is stored. A store without locks takes no
 * notice of it.
 *
 * @param until the object may not be deleted before this instant; whole seconds, as stores keep no more; the epoch for
 *     no such date
 * @param legalHold whether it may not be deleted after that either, until the hold is taken back
 * @param retentionClass the class's name in the operator's policy; empty if there is none
 * @param atLeast how strictly it is locked at least; {@link LockMode#NONE} for as the store locks everything else
 */
public record Protection(Instant until, boolean legalHold, String retentionClass, LockMode atLeast) {
    /** For texts that are no evidence. */
    public static final Protection NONE = new Protection(Instant.EPOCH, false, "");

    public Protection {
        Objects.requireNonNull(retentionClass);
        Objects.requireNonNull(atLeast);
        Instant second = until.truncatedTo(ChronoUnit.SECONDS);
        until = second.equals(until) ? until : second.plusSeconds(1);
    }

    /** As strict as the store locks what it is given. */
    public Protection(Instant until, boolean legalHold, String retentionClass) {
        this(until, legalHold, retentionClass, LockMode.NONE);
    }

    /** Whether there is a date before which the object may not be deleted. */
    public boolean isDated() {
        return until.isAfter(Instant.EPOCH);
    }

    /** How a store whose own mode is {@code store} locks the object. */
    public LockMode mode(LockMode store) {
        return stricter(store, atLeast);
    }

    /** As long and as strict as this one and the other; of this one's retention class. */
    public Protection and(Protection other) {
        return new Protection(
                until.isBefore(other.until) ? other.until : until,
                legalHold || other.legalHold,
                retentionClass,
                stricter(atLeast, other.atLeast));
    }

    private static LockMode stricter(LockMode one, LockMode other) {
        return one.compareTo(other) < 0 ? other : one;
    }
}
