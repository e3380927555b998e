// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.admit;

import io.tallystick.topic.PoliciesInForce;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a chain has been told of its tenant's policies, and when it is to be told again: after they changed, after what was
 * sent may have been lost, and now and then in any case. The sequencer drops those it has. For one thread.
 */
final class PolicyTelling {
    /** So often again: what was sent may be lost behind its acknowledgement. */
    private static final long AGAIN_NANOS = Duration.ofMinutes(5).toNanos();

    /** Revision told last; 0 if none, or none that counts. */
    private long told;

    private boolean lost;
    private OptionalLong since = OptionalLong.empty();

    /** Whether the chain has been told any. */
    boolean isTold() {
        return told > 0;
    }

    /** What to tell now; it counts as told from here on. Empty if this revision, or a later one, was told. */
    Optional<PoliciesInForce> next(PoliciesInForce policies) {
        if (policies.revision() <= told) {
            return Optional.empty();
        }
        told = policies.revision();
        lost = false;
        since = OptionalLong.empty();
        return Optional.of(policies);
    }

    /** The chain may have lost what it was told: it is told again behind the next claim. */
    void forget() {
        told = 0;
    }

    /** What was told last may not have arrived: it is told again, behind a claim or without one. */
    void failed() {
        told = 0;
        lost = true;
    }

    /** As {@link #next}, for a chain that may wait long for a claim: to be asked every few seconds. */
    Optional<PoliciesInForce> again(PoliciesInForce policies, long nowNanos) {
        // Before the first claim there may be no genesis to stand behind.
        if (!isTold() && !lost) {
            return Optional.empty();
        }
        if (since.isEmpty()) {
            since = OptionalLong.of(nowNanos);
        } else if (nowNanos - since.getAsLong() >= AGAIN_NANOS) {
            forget();
        }
        return next(policies);
    }
}
