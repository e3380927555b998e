// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.entry.ChainId;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What the bundles of a tenant say together of one chain.
 *
 * @param size entries of the chain at the end of the last window
 * @param sourceNext as of the last bundle: source offsets below this are accounted for
 * @param skippedOffsets over all bundles here: offsets that only the source itself could vouch for
 * @param sourceEnd as of the last bundle: how far the source reached when ingest last looked
 * @param asOf when that was
 */
public record ChainTotal(
        ChainId chain,
        long size,
        long sourceNext,
        long skippedOffsets,
        OptionalLong sourceEnd,
        Optional<Instant> asOf) {}
