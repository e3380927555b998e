// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.sequence;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * Chains that were sent something that does not continue them, and nothing that does since. Normally that lasts for the moment
 * in which a notice reaches ingest. For one thread.
 */
public final class Discontinuities {
    private final Map<String, Instant> since = new HashMap<>();

    /** The earliest of them; meaningless while there are none. */
    private Instant earliest = Instant.MAX;

    /**
     * Takes in what became of a message.
     *
     * @param chain id of the chain it was offered to
     * @param now ledger clock
     */
    public void heard(String chain, Outcome outcome, Instant now) {
        switch (outcome.type()) {
            case DISCONTINUOUS, WRONG_TOPIC -> began(chain, now);
            case APPENDED, CLAIMED, HALTED -> ended(chain);
            case REPLAYED, IGNORED, CLEARED, CLEARING_REFUSED, UNKNOWN_CHAIN -> {
                // Nothing began or ended.
            }
        }
    }

    private void began(String chain, Instant now) {
        if (since.putIfAbsent(chain, now) == null && now.isBefore(earliest)) {
            earliest = now;
        }
    }

    private void ended(String chain) {
        if (!since.isEmpty() && since.remove(chain) != null) {
            earliest = since.values().stream().min(Instant::compareTo).orElse(Instant.MAX);
        }
    }

    /** How long the longest has lasted; zero if there is none. */
    public Duration longest(Instant now) {
        return since.isEmpty() ? Duration.ZERO : Duration.between(earliest, now);
    }
}
