// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.entry.Event;
import io.tallystick.tree.Hash;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * What the last entries of a chain in this window were, so that {@code duplicateOf} can be held to the event it names:
 * 16 bytes an entry for at most {@value #KEPT_MAX} entries, 64 bits of the digests of id and producer.
 */
final class RecentEvents {
    static final int KEPT_MAX = 1 << 19;

    private static final long NONE = 0;

    private final long first;
    private long next;
    private long[] ids = new long[16];
    private long[] producers = new long[16];
    private String lastProducer = "";
    private long lastProducerDigest = digest("");

    enum Answer {
        /** An event with that id and producer. */
        SAME,
        /** The same, but only one of the two names a producer. */
        PRODUCER_ABSENT,
        OTHER,
        /** Before this window, or further back than what is kept. */
        UNKNOWN
    }

    /** @param first sequence of the window's first entry */
    RecentEvents(long first) {
        this.first = first;
        this.next = first;
    }

    /** The next entry; absent if it is no event. */
    void add(Optional<Event> event) {
        int at = slot(next);
        if (at >= ids.length) {
            int length = Math.min(ids.length * 2, KEPT_MAX);
            ids = Arrays.copyOf(ids, length);
            producers = Arrays.copyOf(producers, length);
        }
        ids[at] = event.map(e -> digest(e.id())).orElse(NONE);
        producers[at] = event.flatMap(Event::producer).map(this::producer).orElse(NONE);
        next++;
    }

    /** Whether the entry {@code seq} is an event with this id and producer. */
    Answer ask(long seq, String id, Optional<String> producer) {
        if (seq >= next) {
            return Answer.OTHER;
        }
        if (seq < Math.max(first, next - KEPT_MAX)) {
            return Answer.UNKNOWN;
        }
        int at = slot(seq);
        long asked = producer.map(this::producer).orElse(NONE);
        if (ids[at] != digest(id)) {
            return Answer.OTHER;
        }
        if (producers[at] == asked) {
            return Answer.SAME;
        }
        return producers[at] == NONE || asked == NONE ? Answer.PRODUCER_ABSENT : Answer.OTHER;
    }

    private int slot(long seq) {
        return (int) ((seq - first) % KEPT_MAX);
    }

    /** Most events of a chain have the same producer. */
    private long producer(String text) {
        if (!text.equals(lastProducer)) {
            lastProducer = text;
            lastProducerDigest = digest(text);
        }
        return lastProducerDigest;
    }

    private static long digest(String text) {
        long digest = ByteBuffer.wrap(
                        Hash.sha256(text.getBytes(StandardCharsets.UTF_8)).bytes())
                .getLong();
        return digest == NONE ? 1 : digest;
    }
}
