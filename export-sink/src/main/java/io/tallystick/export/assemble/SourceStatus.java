// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.assemble;

import java.time.Instant;
import java.util.Objects;

/**
 * How far a chain's source reached when ingest last looked.
 *
 * @param sourceEnd last stable offset of the source partition
 * @param asOf when it was read
 */
public record SourceStatus(long sourceEnd, Instant asOf) {
    public SourceStatus {
        Objects.requireNonNull(asOf);
    }
}
