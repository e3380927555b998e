// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.bundle.Manifest;
import io.tallystick.entry.ChainId;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a bundle says of one chain, once its entries were read.
 *
 * @param entries entries of this window
 * @param size entries of the chain at the window's end
 * @param sourceNext source offsets below this are accounted for
 * @param skippedOffsets offsets inside the covered intervals that only the source itself could vouch for
 * @param sourceEnd how far the source reached when ingest last looked
 * @param asOf when that was
 */
public record ChainSummary(
        ChainId chain,
        long entries,
        long size,
        long sourceFrom,
        long sourceNext,
        long skippedOffsets,
        OptionalLong sourceEnd,
        Optional<Instant> asOf) {
    static ChainSummary of(Manifest manifest, Manifest.Chain chain) {
        return new ChainSummary(
                manifest.chainId(chain),
                chain.size() - chain.firstSeq(),
                chain.size(),
                chain.source().from(),
                chain.source().next(),
                chain.skippedOffsets(),
                chain.sourceEnd(),
                chain.asOf());
    }
}
