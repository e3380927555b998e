// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.admit;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Batches that wait until a look begun after they were polled has found the topic with the id they were assigned with.
 * DESIGN.md section 5, re-created topics.
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
     * @param topicId id of the topic
     * @param batch the batch
     */
    public record Waiting<B>(String topicId, B batch) {}

    private List<Waiting<B>> arrived = new ArrayList<>();
    private List<Waiting<B>> asked = List.of();

    /** Whether no batch waits. */
    public boolean isEmpty() {
        return arrived.isEmpty() && asked.isEmpty();
    }

    /** A batch was polled. */
    public void add(String topicId, B batch) {
        arrived.add(new Waiting<>(topicId, batch));
    }

    /** The ids of the topics to look for now, which the caller does at once; none while a look is on its way or nothing waits. */
    public Set<String> ask() {
        if (!asked.isEmpty() || arrived.isEmpty()) {
            return Set.of();
        }
        asked = arrived;
        arrived = new ArrayList<>();
        Set<String> topicIds = new LinkedHashSet<>();
        asked.forEach(waiting -> topicIds.add(waiting.topicId()));
        return topicIds;
    }

    /** The look is answered, whatever it found: the batches it was about, in the order of arrival. */
    public List<Waiting<B>> answered() {
        List<Waiting<B>> released = asked;
        asked = List.of();
        return released;
    }
}
