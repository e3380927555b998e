// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether a process does its work: starting, then up, then down for good. Safe for use by several threads. */
final class Health {
    private static final Logger LOGGER = LoggerFactory.getLogger(Health.class);

    private final AtomicReference<State> state = new AtomicReference<>(State.STARTING);
    private final CountDownLatch told = new CountDownLatch(1);
    private volatile boolean failed;

    /** In the order in which they may follow each other. */
    enum State {
        STARTING,
        UP,
        DOWN
    }

    /** All that was to start has started; does nothing to what is down. */
    void up() {
        state.compareAndSet(State.STARTING, State.UP);
    }

    /** It ends, by a fault or because it was told to. */
    void down() {
        state.set(State.DOWN);
    }

    /** It ends by a fault, which somebody should be able to see. */
    void fail() {
        failed = true;
        down();
    }

    /** Somebody told it to end: from then on nobody waits. */
    void end() {
        down();
        told.countDown();
    }

    /** Leaves time to read what a fault left behind; returns at once if there was none, and when it is told to end. */
    void linger(Duration time) throws InterruptedException {
        if (failed && !time.isZero()) {
            LOGGER.atInfo()
                    .addKeyValue("seconds", time.toSeconds())
                    .log("metrics can be read for a while yet, then the process ends");
            var unused = told.await(time.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    State state() {
        return state.get();
    }
}
