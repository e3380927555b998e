// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * Chains that were sent something that does not continue them, and nothing that does since. Normally that lasts for the moment
 * in which a notice reaches ingest. For one thread.
 */
final class Discontinuities {
    private final Map<String, Instant> since = new HashMap<>();

    /** The earliest of them; meaningless while there are none. */
    private Instant earliest = Instant.MAX;

    void began(String chain, Instant now) {
        if (since.putIfAbsent(chain, now) == null && now.isBefore(earliest)) {
            earliest = now;
        }
    }

    void ended(String chain) {
        if (!since.isEmpty() && since.remove(chain) != null) {
            earliest = since.values().stream().min(Instant::compareTo).orElse(Instant.MAX);
        }
    }

    /** How long the longest has lasted; zero if there is none. */
    Duration longest(Instant now) {
        return since.isEmpty() ? Duration.ZERO : Duration.between(earliest, now);
    }
}
