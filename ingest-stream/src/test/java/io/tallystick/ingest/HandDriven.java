// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Threads that do what they were given when a test says so, in its order and on its thread. */
final class HandDriven extends ScheduledThreadPoolExecutor {
    private final Deque<Runnable> due = new ArrayDeque<>();
    private final Deque<Runnable> later = new ArrayDeque<>();

    HandDriven() {
        super(0);
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
        if (isShutdown()) {
            throw new RejectedExecutionException();
        }
        (delay == 0 ? due : later).add(task);
        return null;
    }

    @Override
    public List<Runnable> shutdownNow() {
        due.clear();
        later.clear();
        return super.shutdownNow();
    }

    /** Does one task that is due. */
    void step() {
        due.remove().run();
    }

    /** Does what is due, and what comes of it. */
    void run() {
        while (!due.isEmpty()) {
            step();
        }
    }

    /** Lets the time pass that tasks wait for, if any do. @return how many did */
    int pass() {
        int passed = later.size();
        due.addAll(later);
        later.clear();
        run();
        return passed;
    }
}
