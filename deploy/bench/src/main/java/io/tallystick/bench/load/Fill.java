// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.load;

import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;

/** Fills topics as fast as the broker takes it. */
final class Fill {
    private Fill() {}

    /** @throws KafkaException if one of the records was not written */
    static void with(Ledger ledger, int records, IntFunction<ProducerRecord<byte[], byte[]>> record) {
        AtomicReference<Exception> fault = new AtomicReference<>();
        try (Producer<byte[], byte[]> producer = Clients.bulkProducer(ledger)) {
            for (int number = 0; number < records; number++) {
                Future<RecordMetadata> unused = producer.send(record.apply(number), (metadata, failure) -> {
                    if (failure != null) {
                        fault.compareAndSet(null, failure);
                    }
                });
            }
        }
        if (fault.get() != null) {
            throw new KafkaException("a topic could not be filled", fault.get());
        }
    }
}
