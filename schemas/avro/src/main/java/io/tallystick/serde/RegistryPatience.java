// SPDX-License-Identifier: Apache-2.0
package io.tallystick.serde;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Waits for a schema registry that is away, and only for that: what it refuses stays refused. */
final class RegistryPatience {
    /** Below {@code max.poll.interval.ms}, so that a consumer that waits here is not taken for dead. */
    static final Duration WAIT_MAX = Duration.ofMinutes(4);

    private static final Logger LOGGER = LoggerFactory.getLogger(RegistryPatience.class);
    private static final Duration BACK_OFF_MAX = Duration.ofSeconds(5);

    private RegistryPatience() {}

    /**
     * Calls, and calls again while the registry is away.
     *
     * @throws SerializationException if the registry refuses, the bytes are not what they should be, or the registry
     *     stays away
     */
    static <T> T whileAway(Supplier<T> call) {
        return whileAway(call, Duration.ofMillis(200), WAIT_MAX);
    }

    static <T> T whileAway(Supplier<T> call, Duration firstBackOff, Duration waitMax) {
        long deadline = System.nanoTime() + waitMax.toNanos();
        Duration backOff = firstBackOff;
        while (true) {
            try {
                return call.get();
            } catch (SerializationException | TimeoutException e) {
                if (!RegistryAway.isCauseOf(e) || System.nanoTime() > deadline) {
                    throw e;
                }
                LOGGER.atWarn().addKeyValue("error", e.getCause()).log("schema registry is away; waiting for it");
                pause(backOff);
                backOff = backOff.multipliedBy(2).compareTo(BACK_OFF_MAX) < 0 ? backOff.multipliedBy(2) : BACK_OFF_MAX;
            }
        }
    }

    private static void pause(Duration backOff) {
        try {
            TimeUnit.MILLISECONDS.sleep(backOff.toMillis());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }
}
