// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.load;

import java.util.function.LongFunction;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** A steady load in a thread of its own, until it is closed. */
final class Trickle implements AutoCloseable {
    private static final double TURN_SECONDS = 0.2;

    private final Producer<byte[], byte[]> producer;
    private final SteadyLoad load;
    private final double perSecond;
    private final Thread thread = new Thread(this::send, "trickle");
    private volatile boolean closed;

    Trickle(Ledger ledger, double perSecond, LongFunction<ProducerRecord<byte[], byte[]>> record) {
        this.producer = Clients.ordinaryProducer(ledger);
        this.load = new SteadyLoad(producer, record);
        this.perSecond = perSecond;
    }

    void start() {
        thread.setDaemon(true);
        thread.start();
    }

    private void send() {
        long next = 0;
        while (!closed) {
            SteadyLoad.Run run = SteadyLoad.run(next, perSecond, TURN_SECONDS);
            load.send(run);
            next += run.count();
        }
    }

    @Override
    public void close() {
        closed = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        producer.close();
    }
}
