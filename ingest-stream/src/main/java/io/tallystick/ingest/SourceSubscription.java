// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which topics are subscribed to: those of the tenants, but for those that ingest may not read, which would stop all others.
 * For the ingest thread only.
 */
final class SourceSubscription {
    private static final Logger LOGGER = LoggerFactory.getLogger(SourceSubscription.class);
    private static final Duration TRY_AGAIN = Duration.ofSeconds(5);

    /** A topic that is tried again is still told of until that has had time to succeed. */
    private static final long REFUSED_NANOS = TRY_AGAIN.multipliedBy(6).toNanos();

    private final Consumer<byte[], byte[]> consumer;
    private final SourceReader reader;
    private final SourceProbe probe;
    private final Inbox inbox;
    private Set<String> wanted = Set.of();
    private Set<String> subscribed = Set.of();
    private final Set<String> leftOut = new TreeSet<>();
    private final Map<String, Long> refusedAt = new HashMap<>();
    private boolean lookingForRefused;

    SourceSubscription(Consumer<byte[], byte[]> consumer, SourceReader reader, SourceProbe probe, Inbox inbox) {
        this.consumer = consumer;
        this.reader = reader;
        this.probe = probe;
        this.inbox = inbox;
    }

    /** These are the topics to read from the next {@link #apply} on; they need not be there yet. */
    void want(Set<String> topics) {
        wanted = Set.copyOf(topics);
        refusedAt.keySet().retainAll(wanted);
    }

    boolean isEmpty() {
        return subscribed.isEmpty();
    }

    /** Subscribes to what is to be read now, if that has changed. */
    void apply() {
        Set<String> readable = new TreeSet<>(wanted);
        readable.removeAll(leftOut);
        if (readable.equals(subscribed)) {
            return;
        }
        if (readable.isEmpty()) {
            consumer.unsubscribe();
        } else {
            consumer.subscribe(readable, reader);
        }
        subscribed = readable;
        LOGGER.atInfo().addKeyValue("topics", readable.size()).log("subscribed");
    }

    /** The topics that ingest was not allowed to read a moment ago. */
    Set<String> refused(long nowNanos) {
        return refusedAt.entrySet().stream()
                .filter(topic -> nowNanos - topic.getValue() < REFUSED_NANOS)
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    /** A poll was refused because of these topics; none if the broker does not say which. */
    void refused(Set<String> topics) {
        if (topics.isEmpty()) {
            lookForRefused();
            return;
        }
        leaveOut(topics);
        inbox.putIn(TRY_AGAIN, () -> leftOut.removeAll(topics));
    }

    /** The group refuses a member for one topic it may not describe, and does not say which. */
    private void lookForRefused() {
        if (!lookingForRefused && !subscribed.isEmpty()) {
            lookingForRefused = true;
            findRefused(Set.copyOf(subscribed), found -> {
                lookingForRefused = false;
                leaveOutUntilDescribed(found);
            });
        }
    }

    /** They come back once they may be described, and not before: each would stop all others once more. */
    private void leaveOutUntilDescribed(Set<String> topics) {
        if (topics.isEmpty()) {
            return;
        }
        leaveOut(topics);
        inbox.putIn(
                TRY_AGAIN,
                () -> findRefused(topics, still -> {
                    leftOut.removeAll(topics);
                    leaveOutUntilDescribed(still);
                }));
    }

    /** Finds those of the topics that ingest may not describe; {@code result} is told of them in a later turn. */
    private void findRefused(Set<String> topics, java.util.function.Consumer<Set<String>> result) {
        probe.look(
                topics,
                sights -> inbox.put(() -> result.accept(sights.entrySet().stream()
                        .filter(topic -> topic.getValue().refused())
                        .map(Map.Entry::getKey)
                        .collect(Collectors.toSet()))));
    }

    private void leaveOut(Set<String> topics) {
        long now = System.nanoTime();
        leftOut.addAll(topics);
        topics.forEach(topic -> refusedAt.put(topic, now));
        LOGGER.atError()
                .addKeyValue("topic", topics)
                .log("topics may not be read; grant Read and Describe to ingest. Others go on");
    }
}
