// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.faults;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * One step of the plan and what came of it.
 *
 * @param number of its first fault, from 1
 * @param at since the campaign began
 * @param faults what was done
 * @param lasted from the first cause to the end of the last
 * @param recovered from the end of the causes to a probe in every chain; empty if not within the limit
 * @param undone what did not go as planned, a sentence for each fault
 */
record Episode(
        int number,
        Duration at,
        List<PlannedFault> faults,
        Duration lasted,
        Optional<Duration> recovered,
        List<String> undone) {
    Episode {
        faults = List.copyOf(faults);
        undone = List.copyOf(undone);
    }

    /** How many of the faults were done as planned. */
    int done() {
        return faults.size() - undone.size();
    }
}
