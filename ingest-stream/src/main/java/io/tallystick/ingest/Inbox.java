// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import java.time.Duration;
import java.util.concurrent.DelayQueue;
import java.util.concurrent.Delayed;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** What other threads, and later moments, ask the owner's thread to do. Safe for several threads. */
class Inbox {
    private record Task(long dueNanos, long order, Runnable action) implements Delayed {
        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(dueNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
        }

        @Override
        public int compareTo(Delayed other) {
            Task that = (Task) other;
            int byTime = Long.signum(dueNanos - that.dueNanos);
            return byTime != 0 ? byTime : Long.compare(order, that.order);
        }
    }

    private final DelayQueue<Task> tasks = new DelayQueue<>();
    private final AtomicLong orders = new AtomicLong();

    /** To be done at the next turn. */
    void put(Runnable action) {
        putIn(Duration.ZERO, action);
    }

    /** To be done at the first turn after the wait. */
    void putIn(Duration wait, Runnable action) {
        tasks.add(new Task(System.nanoTime() + wait.toNanos(), orders.getAndIncrement(), action));
    }

    /** Does what is due; waits up to {@code patience} for the first of it. */
    void run(Duration patience) throws InterruptedException {
        Task first = tasks.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
        for (Task task = first; task != null; task = tasks.poll()) {
            task.action().run();
        }
    }
}
