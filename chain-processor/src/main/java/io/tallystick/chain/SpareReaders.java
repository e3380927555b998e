// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain;

import io.tallystick.topic.LedgerSettings;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Function;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Readers of committed records that are kept for whoever reads next: each task looks into several topics when it starts, and
 * making a client takes longer than most of what they read there. As many are kept as were in use at one time.
 *
 * <p>Safe for use by several threads.
 */
final class SpareReaders implements AutoCloseable {
    private final LedgerSettings ledger;
    private final Deserializer<SpecificRecord> values;
    private final Duration pendingMax;
    private final Deque<CommittedRecords<SpecificRecord>> idle = new ArrayDeque<>();
    private boolean closed;

    /**
     * @param values of the ledger's topics
     * @param pendingMax how long to wait for the end of a pending transaction, see {@link CommittedRecords#pendingMax}
     */
    SpareReaders(LedgerSettings ledger, Deserializer<SpecificRecord> values, Duration pendingMax) {
        this.ledger = ledger;
        this.values = values;
        this.pendingMax = pendingMax;
    }

    /** Reads with a reader that nobody else has meanwhile; one that failed is not used again. */
    <R> R read(Function<CommittedRecords<SpecificRecord>, R> use) {
        CommittedRecords<SpecificRecord> reader = take();
        boolean sound = false;
        try {
            R result = use.apply(reader);
            sound = true;
            return result;
        } finally {
            giveBack(reader, sound);
        }
    }

    private CommittedRecords<SpecificRecord> take() {
        synchronized (this) {
            if (!idle.isEmpty()) {
                return idle.pop();
            }
        }
        return new CommittedRecords<>(
                ledger.kafkaClient(ledger.topics().group("chain") + "-start-reader"), values, pendingMax);
    }

    private void giveBack(CommittedRecords<SpecificRecord> reader, boolean sound) {
        synchronized (this) {
            if (sound && !closed) {
                reader.forget();
                idle.push(reader);
                return;
            }
        }
        reader.close();
    }

    /** Closes the readers; one that is in use is closed when it is given back. */
    @Override
    public synchronized void close() {
        closed = true;
        idle.forEach(CommittedRecords::close);
        idle.clear();
    }
}
