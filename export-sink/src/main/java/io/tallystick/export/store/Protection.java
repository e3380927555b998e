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
 */
public record Protection(Instant until, boolean legalHold, String retentionClass) {
    /** For texts that are no evidence. */
    public static final Protection NONE = new Protection(Instant.EPOCH, false, "");

    public Protection {
        Objects.requireNonNull(retentionClass);
        Instant second = until.truncatedTo(ChronoUnit.SECONDS);
        until = second.equals(until) ? until : second.plusSeconds(1);
    }

    /** Whether there is a date before which the object may not be deleted. */
    public boolean isDated() {
        return until.isAfter(Instant.EPOCH);
    }
}
