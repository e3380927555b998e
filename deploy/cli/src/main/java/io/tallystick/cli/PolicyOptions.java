// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.topic.TenantPolicies;
import io.tallystick.topic.TenantPolicies.Duplicates;
import java.time.Duration;
import picocli.CommandLine.Option;

/** What the sequencer does to a tenant's events. What is not given stays as it is. */
final class PolicyOptions {
    @Option(
            names = "--duplicates",
            paramLabel = "mark|reject",
            description = {
                "What becomes of an event whose producer and id were seen before (new tenants: mark).",
                "mark keeps it, naming the first one; reject refuses it. With another payload it is always refused."
            })
    private Duplicates duplicates;

    @Option(
            names = "--duplicates-window",
            paramLabel = "DURATION",
            converter = DurationText.class,
            description = "How far back identities are remembered: 90s, 15m, 24h, 7d; 0 for not at all;"
                    + " at most 30d (new tenants: 24h).")
    private Duration window;

    @Option(
            names = "--duplicates-entries",
            paramLabel = "N",
            description = "How many identities are remembered for each chain at most (new tenants: 100000).")
    private Long entries;

    /** @throws IllegalArgumentException if a value is out of its range */
    TenantPolicies over(TenantPolicies now) {
        return new TenantPolicies(
                duplicates == null ? now.duplicates() : duplicates,
                window == null ? now.window() : window,
                entries == null ? now.entriesMax() : entries);
    }

    boolean isGiven() {
        return duplicates != null || window != null || entries != null;
    }
}
