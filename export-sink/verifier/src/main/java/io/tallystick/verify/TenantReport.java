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
 */
public record TenantReport(
        String folder,
        Optional<String> tenant,
        long bundles,
        Optional<Instant> from,
        Optional<Instant> to,
        PhaseVerdict completeness,
        List<String> notes) {
    public TenantReport {
        notes = List.copyOf(notes);
    }
}
