// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.admit;

import static java.util.Objects.requireNonNull;

import java.util.OptionalInt;

/**
 * Where a source partition is read on, so that the broker can tell whether its log still agrees (KIP-320).
 *
 * @param offset first source offset not accounted for, from 0
 * @param leaderEpoch leader epoch of the last record before it; empty if that is not known, and then nothing is checked
 */
public record ResumePoint(long offset, OptionalInt leaderEpoch) {
    /** @throws IllegalArgumentException if the offset is negative */
    public ResumePoint {
        requireNonNull(leaderEpoch, "leaderEpoch");
        if (offset < 0) {
            throw new IllegalArgumentException("a source offset must not be negative, got " + offset);
        }
    }

    /** A point before which no leader epoch is known. */
    public static ResumePoint at(long offset) {
        return new ResumePoint(offset, OptionalInt.empty());
    }
}
