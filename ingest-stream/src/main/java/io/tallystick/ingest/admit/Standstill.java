// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.admit;

import java.util.OptionalLong;

/**
 * Whether a consumer gets records that its source has. It retries much without a word: a leader that is gone, a position that
 * cannot be validated, a log its broker cannot read. So it is looked at with each claim. For one thread.
 */
final class Standstill {
    /** Where it stood at the last look, if it should have gone on from there. */
    private OptionalLong before = OptionalLong.empty();

    /**
     * A look, some seconds after the one before.
     *
     * @param readTo the source offset up to which it has read
     * @param end where the source ended a moment ago; records may have come just then
     * @param held whether it is not to read now
     * @return whether it stands where it stood, with records before it
     */
    boolean isFoundAt(long readTo, long end, boolean held) {
        boolean behind = !held && readTo < end;
        boolean still = behind && before.equals(OptionalLong.of(readTo));
        before = behind ? OptionalLong.of(readTo) : OptionalLong.empty();
        return still;
    }
}
