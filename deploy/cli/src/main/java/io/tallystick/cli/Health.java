// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import java.util.concurrent.atomic.AtomicReference;

/** Whether a process does its work: starting, then up, then down for good. Safe for use by several threads. */
final class Health {
    private final AtomicReference<State> state = new AtomicReference<>(State.STARTING);

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

    State state() {
        return state.get();
    }
}
