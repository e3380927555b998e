// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Batches that may be admitted, while {@code ledger.ingest} takes them: a queue for each of its partitions, so that one that
 * takes nothing holds up no other. The producer never blocks for want of memory, and nothing is sent behind a send that
 * failed: what is left of such a batch is read again.
 *
 * <p>For the ingest thread only.
 */
final class ConfirmedBatches {
    /** Brings a record of a batch into {@code ledger.ingest}. */
    interface Admitter {
        /** Returns false if a send has failed meanwhile, this one or another. */
        boolean admit(SourceBatch batch, ConsumerRecord<byte[], byte[]> record);
    }

    private record Pending(SourceBatch batch, Iterator<ConsumerRecord<byte[], byte[]>> records) {}

    private final InFlightLimit limit;
    private final Predicate<SourceBatch> current;
    private final Admitter admitter;
    private final List<Deque<Pending>> queues = new ArrayList<>();
    private int size;
    private int first;

    /**
     * @param destinations partitions of {@code ledger.ingest}
     * @param current whether a batch still follows what is accounted for; asked before each record
     */
    ConfirmedBatches(int destinations, InFlightLimit limit, Predicate<SourceBatch> current, Admitter admitter) {
        this.limit = limit;
        this.current = current;
        this.admitter = admitter;
        for (int i = 0; i < destinations; i++) {
            queues.add(new ArrayDeque<>());
        }
    }

    /** The batch may be admitted, behind those before it. */
    void add(SourceBatch batch) {
        size++;
        queues.get(batch.partition().destination())
                .add(new Pending(batch, batch.records().iterator()));
    }

    boolean isEmpty() {
        return size == 0;
    }

    /**
     * Admits what there is room for, in turn a batch of each queue that has one. Ends at the first send that fails: others
     * would too, and each may take as long as the producer blocks.
     */
    void admit() {
        // What one queue has taken of the limit for all, another one takes the next time.
        first = (first + 1) % queues.size();
        boolean moved = !isEmpty();
        while (moved) {
            moved = false;
            for (int i = 0; i < queues.size(); i++) {
                Deque<Pending> queue = queues.get((first + i) % queues.size());
                if (!queue.isEmpty()) {
                    Pending next = queue.peek();
                    if (!admit(next)) {
                        return;
                    }
                    if (isDone(next)) {
                        queue.remove();
                        size--;
                        limit.done(next.batch());
                        moved = true;
                    }
                }
            }
        }
    }

    /** Admits what there is room for. @return false if a send has failed */
    private boolean admit(Pending pending) {
        int destination = pending.batch().partition().destination();
        while (!isDone(pending) && limit.hasRoom(destination)) {
            if (!admitter.admit(pending.batch(), pending.records().next())) {
                return false;
            }
        }
        return true;
    }

    private boolean isDone(Pending pending) {
        return !pending.records().hasNext() || !current.test(pending.batch());
    }
}
