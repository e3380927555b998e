// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.load;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.tallystick.avro.AdmittedEvent;
import io.tallystick.avro.LedgerEntry;
import io.tallystick.serde.LedgerSerdes;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * When each numbered event became visible to a read_committed reader in each of the topics it passes. One reader watches all of
 * them, in a thread of its own, with Kafka's default settings.
 */
final class Sightings implements AutoCloseable {
    /** Where an event is seen. */
    enum Place {
        SOURCE,
        INGEST,
        ENTRIES
    }

    private static final Duration POLL = Duration.ofMillis(100);
    private static final byte[] NUMBER_AFTER = "{\"event\":\"".getBytes(US_ASCII);
    private static final long NEVER = Long.MAX_VALUE;

    private final Consumer<byte[], byte[]> consumer;
    private final Deserializer<SpecificRecord> records;
    private final Map<String, Place> places = new HashMap<>();
    private final Map<Place, List<Long>> seen = new EnumMap<>(Place.class);
    private final Thread thread = new Thread(this::read, "sightings");
    private volatile boolean closed;
    private volatile long lastSeen = System.nanoTime();

    private Sightings(Ledger ledger, Map<String, Place> places) {
        this.consumer = Clients.committedReader(ledger);
        this.records = new LedgerSerdes(ledger.settings().schemaRegistryUrl())
                .records()
                .deserializer();
        this.places.putAll(places);
        places.values().forEach(place -> seen.put(place, new ArrayList<>()));
    }

    /** Begins to watch these topics from their ends on. */
    static Sightings start(Ledger ledger, Map<String, Place> places) {
        Sightings sightings = new Sightings(ledger, places);
        List<TopicPartition> partitions = new ArrayList<>();
        places.keySet().forEach(topic -> sightings.consumer.partitionsFor(topic).stream()
                .map(info -> new TopicPartition(topic, info.partition()))
                .forEach(partitions::add));
        Clients.readFromEnds(sightings.consumer, partitions);
        sightings.thread.setDaemon(true);
        sightings.thread.start();
        return sightings;
    }

    private void read() {
        try (consumer) {
            while (!closed) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    Place place = places.get(record.topic());
                    long number = number(record, place);
                    if (number >= 0) {
                        note(place, number, System.nanoTime());
                    }
                }
            }
        }
    }

    private synchronized void note(Place place, long number, long nanos) {
        List<Long> times = seen.get(place);
        while (times.size() <= number) {
            times.add(NEVER);
        }
        lastSeen = nanos;
        times.set((int) number, Math.min(nanos, times.get((int) number)));
    }

    /** The number of the event, or -1 if the record holds none. */
    private long number(ConsumerRecord<byte[], byte[]> record, Place place) {
        if (place == Place.SOURCE) {
            return number(ByteBuffer.wrap(record.value()));
        }
        SpecificRecord message = records.deserialize(record.topic(), record.value());
        if (message instanceof AdmittedEvent event) {
            return number(event.getPayload());
        }
        return message instanceof LedgerEntry entry ? number(entry.getPayload()) : -1;
    }

    private static long number(ByteBuffer payload) {
        if (payload == null || payload.remaining() < NUMBER_AFTER.length) {
            return -1;
        }
        for (int i = 0; i < NUMBER_AFTER.length; i++) {
            if (payload.get(i) != NUMBER_AFTER[i]) {
                return -1;
            }
        }
        long number = 0;
        for (int i = NUMBER_AFTER.length; payload.get(i) >= '0' && payload.get(i) <= '9'; i++) {
            number = number * 10 + payload.get(i) - '0';
        }
        return number;
    }

    /** The watched places, in the order events pass them. */
    Set<Place> places() {
        return Collections.unmodifiableSet(seen.keySet());
    }

    /** Milliseconds from the time each record of a run was due to its sighting; those not seen yet are infinite. */
    synchronized double[] latencies(Place place, SteadyLoad.Run run) {
        List<Long> times = seen.get(place);
        double[] millis = new double[(int) run.count()];
        for (int i = 0; i < millis.length; i++) {
            int number = (int) run.first() + i;
            long at = number < times.size() ? times.get(number) : NEVER;
            millis[i] = at == NEVER ? Double.POSITIVE_INFINITY : (at - run.due(number)) / 1e6;
        }
        return millis;
    }

    /** Waits until every record of a run has been seen there; whether they all have been in time. */
    boolean await(Place place, SteadyLoad.Run run, Duration max) throws InterruptedException {
        long deadline = System.nanoTime() + max.toNanos();
        while (unseen(place, run) > 0) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
        return true;
    }

    /**
     * Waits for an event that became visible after this moment.
     *
     * @return when the first did
     * @throws IllegalStateException if none does in this time
     */
    long firstAfter(long nanos, Duration max) throws InterruptedException {
        long deadline = System.nanoTime() + max.toNanos();
        while (lastSeen - nanos <= 0) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("no event became visible for " + max.toSeconds() + " s");
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
        return earliestAfter(nanos);
    }

    private synchronized long earliestAfter(long nanos) {
        return seen.values().stream()
                .flatMap(List::stream)
                .filter(at -> at != NEVER && at - nanos > 0)
                .min(Long::compare)
                .orElseThrow();
    }

    private synchronized long unseen(Place place, SteadyLoad.Run run) {
        List<Long> times = seen.get(place);
        long unseen = Math.max(0, run.first() + run.count() - times.size());
        for (int i = (int) run.first(); i < Math.min(times.size(), run.first() + run.count()); i++) {
            unseen += times.get(i) == NEVER ? 1 : 0;
        }
        return unseen;
    }

    @Override
    public void close() {
        closed = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
