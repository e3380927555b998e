// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.load;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;

/**
 * Fills topics as fast as the broker takes it. Never waits without end: a producer that no longer gets anything acknowledged,
 * or that does not close, is a fault that says where the producer's thread stands.
 */
final class Fill {
    private static final Duration STALLED = Duration.ofMinutes(2);
    private static final Duration CLOSE_MAX = Duration.ofSeconds(30);

    private Fill() {}

    /** @throws KafkaException if one of the records was not written, or nothing happens for two minutes */
    static void with(Ledger ledger, int records, IntFunction<ProducerRecord<byte[], byte[]>> record) {
        with(Clients.bulkProducer(ledger), records, record, STALLED, CLOSE_MAX);
    }

    /** With other limits. Closes the producer. */
    static void with(
            Producer<byte[], byte[]> producer,
            int records,
            IntFunction<ProducerRecord<byte[], byte[]>> record,
            Duration stalled,
            Duration closeMax) {
        try {
            Acks acks = new Acks();
            for (int number = 0; number < records; number++) {
                acks.requireNoFault();
                Future<RecordMetadata> unused = producer.send(record.apply(number), acks);
            }
            acks.await(records, stalled);
        } catch (RuntimeException e) {
            try {
                close(producer, closeMax);
            } catch (KafkaException notClosed) {
                e.addSuppressed(notClosed);
            }
            throw e;
        }
        close(producer, closeMax);
    }

    /** What the producer has answered. */
    private static final class Acks implements Callback {
        private final AtomicLong written = new AtomicLong();
        private final AtomicReference<Exception> fault = new AtomicReference<>();

        @Override
        public void onCompletion(RecordMetadata metadata, Exception failure) {
            if (failure == null) {
                written.incrementAndGet();
            } else {
                fault.compareAndSet(null, failure);
            }
        }

        void requireNoFault() {
            if (fault.get() != null) {
                throw new KafkaException("a topic could not be filled", fault.get());
            }
        }

        void await(long wanted, Duration stalled) {
            long seen = -1;
            long deadline = 0;
            for (long now = written.get(); now < wanted; now = written.get()) {
                requireNoFault();
                if (now > seen) {
                    seen = now;
                    deadline = System.nanoTime() + stalled.toNanos();
                } else if (System.nanoTime() > deadline) {
                    throw new KafkaException("a topic could not be filled: " + now + " of " + wanted
                            + " records acknowledged, and none for " + stalled + "; " + producerThreads());
                }
                pause();
            }
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(5);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException("interrupted while a topic was filled", e);
        }
    }

    /** Kafka's own limit is not enough: after it, the producer waits for its thread without one. */
    private static void close(Producer<?, ?> producer, Duration max) {
        Thread closing = new Thread(() -> producer.close(max), "fill-close");
        closing.setDaemon(true);
        closing.start();
        try {
            closing.join(max.toMillis() * 2);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (closing.isAlive()) {
            throw new KafkaException("the producer that filled a topic does not close in " + max.multipliedBy(2) + "; "
                    + producerThreads());
        }
    }

    private static String producerThreads() {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(thread -> thread.getKey().getName().startsWith("kafka-producer-network-thread"))
                .map(thread ->
                        thread.getKey().getName() + " (" + thread.getKey().getState() + "): "
                                + Arrays.stream(thread.getValue())
                                        .limit(12)
                                        .map(Object::toString)
                                        .collect(Collectors.joining(" < ")))
                .collect(Collectors.joining("; ", "producers' threads: ", ""));
    }
}
