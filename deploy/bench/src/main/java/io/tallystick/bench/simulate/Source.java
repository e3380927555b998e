// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.simulate;

import io.tallystick.entry.ChainId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A tenant's input topic with one partition, through all its lives, and what its descriptor says of it. */
final class Source {
    private static final int TOPIC_ID_CHARS = 22;

    final ChainId chain;
    final String topic;
    final List<SourceLog> lives = new ArrayList<>();

    /** Topic ids an operator has confirmed; the last is the one the topic must have. */
    final List<String> bound = new ArrayList<>();

    boolean suspended;

    /** Whether an operator lets its chain go on when it is halted. */
    boolean haltsAreCleared;

    private boolean there = true;

    Source(int number) {
        chain = new ChainId("t" + number, 0);
        topic = "ledger.in.t" + number;
        create(0);
        bound.add(latest().topicId());
    }

    /** The topic is created, perhaps again; leader epochs begin anew. */
    void create(int epoch) {
        String id = "topic-" + chain.tenant() + "-" + lives.size() + "-";
        lives.add(new SourceLog(id + "A".repeat(TOPIC_ID_CHARS - id.length()), epoch));
        there = true;
    }

    void delete() {
        there = false;
    }

    /** The log, unless the topic is deleted just now. */
    Optional<SourceLog> log() {
        return there ? Optional.of(latest()) : Optional.empty();
    }

    SourceLog latest() {
        return lives.get(lives.size() - 1);
    }

    Optional<SourceLog> life(String topicId) {
        return lives.stream().filter(log -> log.topicId().equals(topicId)).findFirst();
    }

    String expectedId() {
        return bound.get(bound.size() - 1);
    }

    boolean isBound() {
        return there && expectedId().equals(latest().topicId());
    }

    @Override
    public String toString() {
        return chain.toString();
    }
}
