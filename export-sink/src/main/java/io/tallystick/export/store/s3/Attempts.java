// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store.s3;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * Makes a request again while the store says that it is busy or says nothing. What lasts longer is for the exporter,
 * which begins again from durable state.
 */
final class Attempts {
    private static final int ATTEMPTS_MAX = 5;
    private static final Duration PAUSE_MIN = Duration.ofMillis(200);

    private final S3Settings settings;
    private final Pause pause;

    /** Waits. */
    interface Pause {
        void sleep(Duration duration) throws InterruptedException;
    }

    /** A request, perhaps of several. */
    interface Request<T> {
        /** @param again whether an earlier attempt may have had its effect */
        T make(boolean again) throws IOException;
    }

    Attempts(S3Settings settings, Pause pause) {
        this.settings = settings;
        this.pause = pause;
    }

    /**
     * @param what for people, such as {@code GET v1/README.md}
     * @throws IOException if the store refuses, or goes on failing
     */
    <T> T run(String what, Request<T> request) throws IOException {
        Duration wait = PAUSE_MIN;
        for (int attempt = 1; ; attempt++) {
            try {
                return request.make(attempt > 1);
            } catch (SdkException e) {
                if (S3Fault.of(e) != S3Fault.PASSING || attempt == ATTEMPTS_MAX) {
                    throw S3Fault.explain(what, settings, e);
                }
            }
            sleep(wait);
            wait = wait.multipliedBy(2);
        }
    }

    private void sleep(Duration wait) throws IOException {
        try {
            pause.sleep(wait);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for " + settings);
        }
    }
}
