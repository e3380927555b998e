// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.sequence;

import static java.util.Objects.requireNonNull;

import io.tallystick.avro.Claim;
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

    /**
     * What a claim tells. When it was made is told by the clock of ingest's machine, which may be ahead: nobody has looked at a
     * source later than the ledger's clock when the claim arrives, and a bundle must not say so.
     *
     * @param now the ledger clock
     */
    static SourceStatus of(Claim claim, Instant now) {
        Instant asOf = claim.getAsOf();
        return new SourceStatus(claim.getSourceEnd(), asOf.isAfter(now) ? now : asOf);
    }
}
