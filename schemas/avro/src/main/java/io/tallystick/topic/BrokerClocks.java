// SPDX-License-Identifier: Apache-2.0
package io.tallystick.topic;

import io.tallystick.avro.Tick;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Compares the clock of this machine, from which a new ledger's starts, with those of the brokers, which move it from then on.
 * Ahead of them no window would close until they catch up; far behind, the first tick would cross every boundary in between.
 */
final class BrokerClocks {
    /** Clocks that are set differ by much less. */
    static final Duration DIFFERENCE_MAX = Duration.ofMinutes(1);

    private final LedgerSettings settings;
    private final Serializer<SpecificRecord> serializer;

    BrokerClocks(LedgerSettings settings, Serializer<SpecificRecord> serializer) {
        this.settings = settings;
        this.serializer = serializer;
    }

    /**
     * Writes a tick to each partition of the ingest topic, whose leader stamps it; ticks are harmless.
     *
     * @param clock of this machine
     * @throws RefusedChangeException if it differs from a broker's by more than {@link #DIFFERENCE_MAX}
     * @throws KafkaException if a tick cannot be written
     */
    void requireNear(InstantSource clock) {
        Map<String, Object> properties = settings.kafkaClient(settings.topics().group("admin-clock"));
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        try (Producer<String, SpecificRecord> producer =
                new KafkaProducer<>(properties, new StringSerializer(), serializer)) {
            for (int partition = 0; partition < settings.partitions(); partition++) {
                Instant before = clock.instant();
                Instant stamped = tick(producer, partition);
                requireNear(partition, before, stamped, clock.instant());
            }
        }
    }

    private Instant tick(Producer<String, SpecificRecord> producer, int partition) {
        String ingest = settings.topics().ingest();
        try {
            return Instant.ofEpochMilli(
                    producer.send(new ProducerRecord<>(ingest, partition, null, new Tick(partition)))
                            .get(AdminAnswer.TIMEOUT_SECONDS, TimeUnit.SECONDS)
                            .timestamp());
        } catch (ExecutionException | TimeoutException e) {
            throw new KafkaException("cannot write to " + ingest + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    private void requireNear(int partition, Instant before, Instant stamped, Instant after) {
        boolean ahead = before.minus(DIFFERENCE_MAX).isAfter(stamped);
        boolean behind = after.plus(DIFFERENCE_MAX).isBefore(stamped);
        if (ahead || behind) {
            throw new RefusedChangeException(
                    "the clock of this machine says " + after + ", that of the broker which leads "
                            + settings.topics().ingest() + "-" + partition + " said " + stamped
                            + "; a new ledger's clock would start " + (ahead ? "ahead of" : "behind") + " its brokers'",
                    "Set the clock that is wrong (this machine's with 'chronyc makestep', say), then try again; no entry was"
                            + " written. At most " + DIFFERENCE_MAX.toSeconds() + " s of difference are borne.");
        }
    }
}
