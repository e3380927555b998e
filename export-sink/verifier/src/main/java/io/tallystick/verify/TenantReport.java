// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What was found between the bundles of one tenant.
 *
 * @param folder relative to the target
 * @param tenant absent if no manifest could be read and the folder does not say
 * @param bundles committed bundles found
 * @param from start of the first window
 * @param to end of the last window: the statement holds as of this instant
 * @param beginning whether from is where the tenant begins; else its earlier windows are not here
 * @param chains as of the last bundle, by partition
 */
public record TenantReport(
        String folder,
        Optional<String> tenant,
        long bundles,
        Optional<Instant> from,
        Optional<Instant> to,
        boolean beginning,
        List<ChainTotal> chains,
        PhaseVerdict completeness,
        List<String> notes) {
    public TenantReport {
        chains = List.copyOf(chains);
        notes = List.copyOf(notes);
    }

    /** Offsets over all bundles and chains here that only the source itself could vouch for. */
    public long skippedOffsets() {
        return Math.min(chains.stream().mapToLong(ChainTotal::skippedOffsets).sum(), (1L << 53) - 1);
    }
}
