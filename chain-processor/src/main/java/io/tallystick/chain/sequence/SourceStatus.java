// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.sequence;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/**
 * How far a source reached when ingest last looked.
 *
 * @param end last stable offset of the source partition; at least 0
 * @param asOf when it was read; whole milliseconds, not before 1970
 */
public record SourceStatus(long end, Instant asOf) {
    /** @throws IllegalArgumentException if a value is out of range */
    public SourceStatus {
        requireNonNull(asOf, "asOf");
        if (end < 0) {
            throw new IllegalArgumentException("a source ends at offset 0 or above, got: " + end);
        }
    }
}
