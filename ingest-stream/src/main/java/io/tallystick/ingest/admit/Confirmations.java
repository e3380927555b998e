// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.admit;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Batches that wait until the id of their topic is confirmed by a look begun after they were polled. DESIGN.md section 5,
 * re-created topics.
 *
 * <pre>
 * poll --&gt; arrived --(a look begins)--&gt; asked --(it is answered)--&gt; released, in the order of arrival
 * </pre>
 *
 * <p>One look is on its way at a time and is about all that arrived before it began: a batch waits for one round trip, or for
 * what is left of the one before and its own. For one thread.
 *
 * @param <B> a batch
 */
public final class Confirmations<B> {
    /**
     * A batch, and the topic it is said to come from.
     *
     * @param topic name of the topic
     * @param batch the batch
     */
    public record Waiting<B>(String topic, B batch) {}

    private List<Waiting<B>> arrived = new ArrayList<>();
    private List<Waiting<B>> asked = List.of();

    /** Whether no batch waits. */
    public boolean isEmpty() {
        return arrived.isEmpty() && asked.isEmpty();
    }

    /** A batch was polled. */
    public void add(String topic, B batch) {
        arrived.add(new Waiting<>(topic, batch));
    }

    /** The topics to look at now, which the caller does at once; none while a look is on its way or nothing waits. */
    public Set<String> ask() {
        if (!asked.isEmpty() || arrived.isEmpty()) {
            return Set.of();
        }
        asked = arrived;
        arrived = new ArrayList<>();
        Set<String> topics = new LinkedHashSet<>();
        asked.forEach(waiting -> topics.add(waiting.topic()));
        return topics;
    }

    /** The look is answered, whatever it found: the batches it was about, in the order of arrival. */
    public List<Waiting<B>> answered() {
        List<Waiting<B>> released = asked;
        asked = List.of();
        return released;
    }
}
