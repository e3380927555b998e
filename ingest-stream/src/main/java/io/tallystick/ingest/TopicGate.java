// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import io.tallystick.ingest.admit.Confirmations;
import io.tallystick.ingest.admit.SourceFollower;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Lets polled batches through once a look, begun after the poll, has found the topics with the ids they were assigned with.
 * A consumer returns the records of a topic that was deleted and created again under the old position, and says nothing.
 *
 * <pre>
 * poll --&gt; TopicGate --(one look at a time, about all that waits)--&gt; admitted
 *              |-- no topic with that id: dropped, and the partition is located again
 * </pre>
 *
 * <p>For the ingest thread only.
 */
final class TopicGate {
    /** Of many small polls one look is enough: at most 200 a second, at the price of a delay of 5 ms. */
    private static final long LOOK_INTERVAL_NANOS = Duration.ofMillis(5).toNanos();

    /** {@link SourceProbe#lookById}. */
    interface Looks {
        /** Looks for topics with these ids; {@code result} is told of all of them at once, on another thread. */
        void begin(Set<String> topicIds, Consumer<Map<String, SourceProbe.Sight>> result);
    }

    private final SourceReader reader;
    private final Looks looks;
    private final Inbox inbox;
    private final IngestMetrics metrics;
    private final InFlightLimit limit;
    private final Consumer<SourceBatch> confirmed;
    private final Confirmations<SourceBatch> confirmations = new Confirmations<>();
    private long lookBegan = System.nanoTime() - LOOK_INTERVAL_NANOS;
    private boolean planned;

    /**
     * @param looks with an admin client of their own: a look behind other requests would hold up all tenants
     * @param confirmed takes the batches that may be admitted, in the order of each partition
     */
    TopicGate(
            SourceReader reader,
            Looks looks,
            Inbox inbox,
            IngestMetrics metrics,
            InFlightLimit limit,
            Consumer<SourceBatch> confirmed) {
        this.reader = reader;
        this.looks = looks;
        this.inbox = inbox;
        this.metrics = metrics;
        this.limit = limit;
        this.confirmed = confirmed;
    }

    /** Whether no batch waits. */
    boolean isEmpty() {
        return confirmations.isEmpty();
    }

    /** A batch was polled. One whose topic nobody has looked up yet is dropped: it is read from another position then. */
    void add(SourceBatch batch) {
        SourceFollower follower = batch.partition().follower();
        if (follower.isLocated()) {
            limit.polled(batch);
            confirmations.add(follower.source().topicId(), batch);
        }
    }

    /** Begins a look, unless one is on its way or nothing waits; not sooner after the one before than the interval. */
    void ask() {
        long now = System.nanoTime();
        long early = LOOK_INTERVAL_NANOS - (now - lookBegan);
        if (early > 0) {
            askLater(early);
            return;
        }
        Set<String> topicIds = confirmations.ask();
        if (!topicIds.isEmpty()) {
            lookBegan = now;
            looks.begin(topicIds, sights -> inbox.put(() -> answered(sights, now)));
        }
    }

    private void askLater(long nanos) {
        if (!planned && !isEmpty()) {
            planned = true;
            inbox.putIn(Duration.ofNanos(nanos), () -> {
                planned = false;
                ask();
            });
        }
    }

    private void answered(Map<String, SourceProbe.Sight> sights, long began) {
        metrics.confirmed(System.nanoTime() - began);
        List<Confirmations.Waiting<SourceBatch>> released = confirmations.answered();
        // The next look travels while these are admitted.
        ask();
        for (Confirmations.Waiting<SourceBatch> waiting : released) {
            release(waiting.batch(), sights.get(waiting.topicId()));
        }
    }

    private void release(SourceBatch batch, SourceProbe.Sight sight) {
        boolean current = reader.isCurrent(batch);
        if (current && sight.topicId().isPresent()) {
            confirmed.accept(batch);
            return;
        }
        limit.done(batch);
        if (current) {
            OwnedPartition partition = batch.partition();
            reader.perform(partition, partition.follower().topicUnknown(sight.fault(), System.nanoTime()));
        }
    }
}
