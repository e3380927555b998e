// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain;

import java.time.Duration;

/**
 * When a transaction ends. Its cost is fixed, so many records should share it; but who produces little does not want to wait for
 * others. So the commit interval is the longest a transaction lasts, and one ends after {@link #SLOT} if few records came in it.
 * What falls behind commits seldom, and so catches up.
 *
 * <p>All tasks of a thread of Kafka Streams share its transaction, so each thread has a pace of its own; every method speaks of
 * the calling one's.
 */
final class CommitPace {
    /** How long records wait while few come. */
    static final Duration SLOT = Duration.ofMillis(12);

    /** What is few in a slot: 10,000 a second. */
    static final int FEW = 120;

    /** Tasks look at the time in turns, none exactly on time. */
    private static final long SLOT_MIN_MS = SLOT.toMillis() * 3 / 4;

    private final ThreadLocal<Slot> slot = ThreadLocal.withInitial(Slot::new);

    private static final class Slot {
        private long beganMs;
        private int records;
    }

    /** A record was processed. */
    void record() {
        slot.get().records++;
    }

    /**
     * Whether the transaction should end now. Asked by each task that has a part in it, about every {@link #SLOT}.
     *
     * @param nowMs a clock of the thread's, which may be set back
     */
    boolean isQuiet(long nowMs) {
        Slot current = slot.get();
        long waitedMs = nowMs - current.beganMs;
        if (waitedMs >= 0 && waitedMs < SLOT_MIN_MS) {
            return false;
        }
        // Rates, for a slot also holds the commit before it. A clock that was set back begins a new one.
        boolean quiet = waitedMs < 0 || current.records * SLOT.toMillis() <= FEW * waitedMs;
        current.beganMs = nowMs;
        current.records = 0;
        return quiet;
    }
}
