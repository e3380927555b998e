// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import io.tallystick.ingest.admit.Location;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.apache.kafka.common.TopicPartition;

/**
 * Looks up where partitions stand, all that are due at a time in one round of requests. After an assignment that can be
 * thousands, and an admin client has but one request on its way to each broker.
 *
 * <pre>
 * due --(a round, every 20 ms at most)--&gt; probe --(as each partition is answered)--&gt; answer
 *   ^-- waits while 1,000 partitions are on their way
 * </pre>
 *
 * <p>For the ingest thread only.
 */
final class SourceLocator {
    /** Partitions whose answers are awaited at a time. */
    static final int IN_FLIGHT_MAX = 1000;

    private static final long ROUND_INTERVAL_NANOS = Duration.ofMillis(20).toNanos();

    /**
     * A partition to be looked up.
     *
     * @param stillDue asked when the round begins: whether the answer will count
     * @param answer told of where it stands, or of what went wrong; the other is null
     */
    private record Due(TopicPartition partition, BooleanSupplier stillDue, BiConsumer<Location, Throwable> answer) {}

    private final Function<Set<TopicPartition>, Map<TopicPartition, CompletionStage<Location>>> probe;
    private final Inbox inbox;
    private final Queue<Due> due = new ArrayDeque<>();
    private long roundBegan = System.nanoTime() - ROUND_INTERVAL_NANOS;
    private boolean planned;
    private int inFlight;

    /** @param probe asks for all of these at once, and answers for each: {@link SourceProbe#locate} */
    SourceLocator(Function<Set<TopicPartition>, Map<TopicPartition, CompletionStage<Location>>> probe, Inbox inbox) {
        this.probe = probe;
        this.inbox = inbox;
    }

    /**
     * Looks the partition up, with others that are due now.
     *
     * @param stillDue asked when that begins: whether the answer will count
     * @param answer told in a later turn of where it stands, or of what went wrong; the other is null
     */
    void locate(TopicPartition partition, BooleanSupplier stillDue, BiConsumer<Location, Throwable> answer) {
        due.add(new Due(partition, stillDue, answer));
        plan();
    }

    private void plan() {
        if (!planned && !due.isEmpty() && inFlight < IN_FLIGHT_MAX) {
            planned = true;
            long early = ROUND_INTERVAL_NANOS - (System.nanoTime() - roundBegan);
            // Not at once, even if it could be: others follow in this turn.
            inbox.putIn(Duration.ofNanos(Math.max(0, early)), this::begin);
        }
    }

    private void begin() {
        planned = false;
        Map<TopicPartition, Due> round = new LinkedHashMap<>();
        while (!due.isEmpty() && inFlight + round.size() < IN_FLIGHT_MAX) {
            Due next = due.remove();
            if (next.stillDue().getAsBoolean()) {
                round.put(next.partition(), next);
            }
        }
        if (!round.isEmpty()) {
            roundBegan = System.nanoTime();
            inFlight += round.size();
            probe.apply(round.keySet())
                    .forEach((partition, found) -> found.whenComplete(
                            (location, failure) -> inbox.put(() -> answered(round.get(partition), location, failure))));
        }
        plan();
    }

    private void answered(Due of, Location location, Throwable failure) {
        inFlight--;
        of.answer().accept(location, failure);
        plan();
    }
}
