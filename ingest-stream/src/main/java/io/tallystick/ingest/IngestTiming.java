// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import io.tallystick.ingest.admit.FollowerTiming;
import java.time.Duration;

/**
 * The waiting times of ingest. DESIGN.md section 5 fixes them; tests shorten them.
 *
 * @param delivery how long a sent message may take to be acknowledged or fail
 * @param beforeGap how long after assignment a gap waits, so that a predecessor's copies in flight land first
 * @param claims time between two claims of an idle chain
 * @param commits time between two commits of positions
 * @param retry wait before something that failed is tried again
 * @param landing how long partitions that are taken away wait for what is on its way of them; everybody waits as long
 */
record IngestTiming(
        Duration delivery, Duration beforeGap, Duration claims, Duration commits, Duration retry, Duration landing) {
    static final IngestTiming DESIGNED = new IngestTiming(
            Duration.ofSeconds(30),
            Duration.ofSeconds(30),
            Duration.ofSeconds(10),
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            Duration.ofSeconds(1));

    /** What the continuity protocol waits for. */
    FollowerTiming follower() {
        return new FollowerTiming(beforeGap, retry, claims);
    }
}
