// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.load;

import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongFunction;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;

/**
 * Records at a steady rate, whatever becomes of them: each has its time, and one that is sent late counts from that time, so that
 * a stall of the sender is not hidden.
 */
final class SteadyLoad {
    private static final long LEAD_NANOS = 200_000;

    private final Producer<byte[], byte[]> producer;
    private final LongFunction<ProducerRecord<byte[], byte[]>> record;
    private final AtomicReference<Exception> fault = new AtomicReference<>();

    /** @param record makes the record with this number */
    SteadyLoad(Producer<byte[], byte[]> producer, LongFunction<ProducerRecord<byte[], byte[]>> record) {
        this.producer = producer;
        this.record = record;
    }

    /** When the records of a run were due. Numbers go on from run to run. */
    record Run(long first, long count, long startNanos, double perSecond) {
        long due(long number) {
            return startNanos + (long) ((number - first) * 1e9 / perSecond);
        }

        long endNanos() {
            return due(first + count);
        }
    }

    /** Begins now. */
    static Run run(long first, double perSecond, double seconds) {
        return new Run(first, Math.round(perSecond * seconds), System.nanoTime(), perSecond);
    }

    /**
     * Sends the records of a run, each when it is due; returns after the last.
     *
     * @throws KafkaException if one was not written
     */
    void send(Run run) {
        for (long number = run.first; number < run.first + run.count; number++) {
            ProducerRecord<byte[], byte[]> next = record.apply(number);
            long early = run.due(number) - System.nanoTime();
            while (early > LEAD_NANOS) {
                LockSupport.parkNanos(early);
                early = run.due(number) - System.nanoTime();
            }
            Future<RecordMetadata> unused = producer.send(next, (metadata, failure) -> {
                if (failure != null) {
                    fault.compareAndSet(null, failure);
                }
            });
        }
        producer.flush();
        if (fault.get() != null) {
            throw new KafkaException("the load could not be written", fault.get());
        }
    }
}
