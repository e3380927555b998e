// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import io.tallystick.ingest.admit.Confirmations;
import io.tallystick.ingest.admit.SourceFollower;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Lets polled batches through once a look at their topics, begun after the poll, has found the ids they were assigned with.
 * A consumer returns the records of a topic that was deleted and created again under the old position, and says nothing.
 *
 * <pre>
 * poll --&gt; TopicGate --(one look at a time, about all that waits)--&gt; admitted
 *              |-- another id, or none: dropped, and the partition is located again
 * </pre>
 *
 * <p>For the ingest thread only.
 */
final class TopicGate {
    /** Of many small polls one look is enough: at most 200 a second, at the price of a delay below the producer's linger. */
    private static final long LOOK_INTERVAL_NANOS = Duration.ofMillis(5).toNanos();

    private final SourceReader reader;
    private final SourceProbe probe;
    private final Inbox inbox;
    private final IngestMetrics metrics;
    private final Consumer<SourceBatch> confirmed;
    private final Confirmations<SourceBatch> confirmations = new Confirmations<>();
    private long waitingBytes;
    private long lookBegan = System.nanoTime() - LOOK_INTERVAL_NANOS;
    private boolean planned;

    /** @param confirmed takes the batches that may be admitted, in the order of each partition */
    TopicGate(
            SourceReader reader,
            SourceProbe probe,
            Inbox inbox,
            IngestMetrics metrics,
            Consumer<SourceBatch> confirmed) {
        this.reader = reader;
        this.probe = probe;
        this.inbox = inbox;
        this.metrics = metrics;
        this.confirmed = confirmed;
    }

    /** Whether no batch waits. */
    boolean isEmpty() {
        return confirmations.isEmpty();
    }

    /** What the waiting batches take in memory. */
    long waitingBytes() {
        return waitingBytes;
    }

    /** A batch was polled. */
    void add(SourceBatch batch) {
        waitingBytes += batch.bytes();
        confirmations.add(batch.partition().partition().topic(), batch);
    }

    /** Begins a look, unless one is on its way or nothing waits; not sooner after the one before than the interval. */
    void ask() {
        long now = System.nanoTime();
        long early = LOOK_INTERVAL_NANOS - (now - lookBegan);
        if (early > 0) {
            askLater(early);
            return;
        }
        Set<String> topics = confirmations.ask();
        if (!topics.isEmpty()) {
            lookBegan = now;
            probe.look(topics, sights -> inbox.put(() -> answered(sights, now)));
        }
    }

    /** Finds those of the topics that ingest may not describe; {@code result} is told of them in a later turn. */
    void findRefused(Set<String> topics, Consumer<Set<String>> result) {
        probe.look(
                topics,
                sights -> inbox.put(() -> result.accept(sights.entrySet().stream()
                        .filter(topic -> topic.getValue().refused())
                        .map(Map.Entry::getKey)
                        .collect(Collectors.toSet()))));
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
        reader.seen(sights);
        for (Confirmations.Waiting<SourceBatch> waiting : released) {
            waitingBytes -= waiting.batch().bytes();
            release(waiting.batch(), sights.get(waiting.topic()));
        }
    }

    private void release(SourceBatch batch, SourceProbe.Sight sight) {
        OwnedPartition partition = batch.partition();
        SourceFollower follower = partition.follower();
        if (!reader.isOwned(partition) || !follower.isCurrent(batch.reading())) {
            return;
        }
        if (sight.topicId().isEmpty()) {
            reader.perform(partition, follower.topicUnknown(sight.fault(), System.nanoTime()));
        } else {
            confirmed.accept(batch);
        }
    }
}
