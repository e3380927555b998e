// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import io.tallystick.serde.RegistryAway;
import java.time.Duration;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts the stages once the schema registry has told the ids of our own schemas, which every message names. While it is away
 * each call is one attempt and a wait, twice as long as the one before. For one thread.
 */
final class RegistryStart implements Worker.Step {
    private static final Logger LOGGER = LoggerFactory.getLogger(RegistryStart.class);
    private static final Duration BACK_OFF_MAX = Duration.ofSeconds(30);

    private final Runnable ask;
    private final Runnable begin;
    private Duration backOff;

    /**
     * @param ask fails while the registry does not answer
     * @param begin run after the first ask that succeeds, each time
     * @param backOff the first wait
     */
    RegistryStart(Runnable ask, Runnable begin, Duration backOff) {
        this.ask = ask;
        this.begin = begin;
        this.backOff = backOff;
    }

    /** @throws KafkaException if the registry refuses what it is asked; waiting would not mend it */
    @Override
    public void run() throws InterruptedException {
        try {
            ask.run();
        } catch (InterruptException e) {
            // Closed while it waited. Kafka has set the flag again, which the throw replaces.
            boolean ignored = Thread.interrupted();
            throw new InterruptedException(e.getMessage());
        } catch (KafkaException e) {
            if (!RegistryAway.isCauseOf(e)) {
                throw e;
            }
            LOGGER.atWarn()
                    .addKeyValue("error", e.toString())
                    .addKeyValue("waitMs", backOff.toMillis())
                    .log("schema registry is away; ingest starts when it answers");
            Thread.sleep(backOff.toMillis());
            Duration doubled = backOff.multipliedBy(2);
            backOff = doubled.compareTo(BACK_OFF_MAX) < 0 ? doubled : BACK_OFF_MAX;
            return;
        }
        begin.run();
    }
}
