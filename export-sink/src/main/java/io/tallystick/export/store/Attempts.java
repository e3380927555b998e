// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;

/**
 * Makes a request again while the store says that it is busy or says nothing. What lasts longer is for the exporter,
 * which begins again from durable state.
 */
public final class Attempts {
    private static final int ATTEMPTS_MAX = 5;
    private static final Duration PAUSE_MIN = Duration.ofMillis(200);

    private final Faults faults;
    private final Pause pause;

    /** Waits. */
    public interface Pause {
        void sleep(Duration duration) throws InterruptedException;
    }

    /** A request, perhaps of several. */
    public interface Request<T> {
        /** @param again whether an earlier attempt may have had its effect */
        T make(boolean again) throws IOException;
    }

    /** What the exceptions of a store's client mean. */
    public interface Faults {
        /** Whether the store, or the way to it, is at fault; everything else is a fault of ours. */
        boolean isOfStore(RuntimeException fault);

        /** Whether the same request may succeed later. */
        boolean isPassing(RuntimeException fault);

        /** For people: what was asked of whom, and what came back. */
        IOException explain(String request, RuntimeException fault);
    }

    public Attempts(Faults faults, Pause pause) {
        this.faults = faults;
        this.pause = pause;
    }

    /**
     * @param what for people, such as {@code GET v1/README.md}
     * @throws IOException if the store refuses, or goes on failing
     */
    public <T> T run(String what, Request<T> request) throws IOException {
        Duration wait = PAUSE_MIN;
        for (int attempt = 1; ; attempt++) {
            try {
                return request.make(attempt > 1);
            } catch (RuntimeException e) {
                if (!faults.isOfStore(e)) {
                    throw e;
                }
                if (!faults.isPassing(e) || attempt == ATTEMPTS_MAX) {
                    throw faults.explain(what, e);
                }
            }
            sleep(wait, what);
            wait = wait.multipliedBy(2);
        }
    }

    private void sleep(Duration wait, String what) throws IOException {
        try {
            pause.sleep(wait);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting to repeat " + what);
        }
    }
}
