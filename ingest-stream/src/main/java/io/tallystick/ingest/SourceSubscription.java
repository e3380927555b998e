// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import io.tallystick.ingest.TopicRefusals.Access;
import java.time.Duration;
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
    private static final Duration LOOKS = TopicRefusals.PAUSE_MIN;

    private final Consumer<byte[], byte[]> consumer;
    private final SourceReader reader;
    private final SourceProbe probe;
    private final Inbox inbox;
    private final TopicRefusals refusals = new TopicRefusals();
    private Set<String> wanted = Set.of();
    private Set<String> subscribed = Set.of();
    private boolean lookingForRefused;
    private boolean lookingAgain;

    SourceSubscription(Consumer<byte[], byte[]> consumer, SourceReader reader, SourceProbe probe, Inbox inbox) {
        this.consumer = consumer;
        this.reader = reader;
        this.probe = probe;
        this.inbox = inbox;
    }

    /** These are the topics to read from the next {@link #apply} on; they need not be there yet. */
    void want(Set<String> topics) {
        wanted = Set.copyOf(topics);
        refusals.retain(wanted);
    }

    boolean isEmpty() {
        return subscribed.isEmpty();
    }

    /** Subscribes to what is to be read now, if that has changed. */
    void apply() {
        Set<String> readable = new TreeSet<>(wanted);
        readable.removeAll(refusals.leftOut());
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
        return refusals.toldOf(nowNanos);
    }

    /** A poll was refused because of these topics; none if the broker does not say which. */
    void refused(Set<String> topics) {
        if (topics.isEmpty()) {
            lookForRefused();
        } else {
            leaveOut(topics);
        }
    }

    /** The group refuses a member for one topic it may not describe, and does not say which. */
    private void lookForRefused() {
        if (!lookingForRefused && !subscribed.isEmpty()) {
            lookingForRefused = true;
            look(Set.copyOf(subscribed), found -> {
                lookingForRefused = false;
                leaveOut(found.entrySet().stream()
                        .filter(topic -> topic.getValue() == Access.REFUSED)
                        .map(Map.Entry::getKey)
                        .collect(Collectors.toSet()));
            });
        }
    }

    private void leaveOut(Set<String> topics) {
        if (topics.isEmpty()) {
            return;
        }
        long now = System.nanoTime();
        topics.forEach(topic -> refusals.refused(topic, now));
        LOGGER.atError()
                .addKeyValue("topic", topics)
                .log("topics may not be read; grant Read and Describe to ingest. Others go on");
        lookAgain();
    }

    /** They come back once they may be read, and not before: each would stop all others once more. */
    private void lookAgain() {
        if (lookingAgain || refusals.leftOut().isEmpty()) {
            return;
        }
        lookingAgain = true;
        inbox.putIn(
                LOOKS,
                () -> look(refusals.due(System.nanoTime()), found -> {
                    long now = System.nanoTime();
                    found.forEach((topic, access) -> refusals.looked(topic, access, now));
                    lookingAgain = false;
                    lookAgain();
                }));
    }

    /** {@code result} is told in a later turn. */
    private void look(Set<String> topics, java.util.function.Consumer<Map<String, Access>> result) {
        probe.access(topics, found -> inbox.put(() -> result.accept(found)));
    }
}
