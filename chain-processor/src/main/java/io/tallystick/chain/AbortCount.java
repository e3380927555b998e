// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain;

/**
 * How often a thread of Kafka Streams may have aborted its transaction without closing every task that wrote to it. The stages
 * share no code that knows Streams: merkle-anchor has the same class.
 *
 * <p>All tasks of a thread share one transaction, and no task of another thread takes part in it. So each thread has a count
 * of its own; every method speaks of the calling one's.
 */
final class AbortCount {
    private final ThreadLocal<Long> count = ThreadLocal.withInitial(() -> 0L);

    /** A task of this thread was given up, and perhaps the transaction with it. */
    void another() {
        count.set(count.get() + 1);
    }

    /** Never goes back. */
    long now() {
        return count.get();
    }
}
