// SPDX-License-Identifier: Apache-2.0
package io.tallystick.topic;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.InterruptException;

/** Waits for what a cluster answers an administrator. */
public final class AdminAnswer {
    /** How long an answer is waited for. */
    public static final long TIMEOUT_SECONDS = 60;

    private AdminAnswer() {}

    /**
     * The answer, or the cluster's own exception.
     *
     * @param what completes the sentence "cannot ..."
     * @throws KafkaException if the cluster refuses, or does not answer within {@link #TIMEOUT_SECONDS}
     */
    public static <T> T await(KafkaFuture<T> future, String what) {
        try {
            return future.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof KafkaException cause) {
                throw cause;
            }
            throw new KafkaException("cannot " + what, e.getCause());
        } catch (TimeoutException e) {
            throw new KafkaException("cannot " + what + ": no answer within " + TIMEOUT_SECONDS + " s", e);
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }
}
