// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Topics that ingest was not allowed to read, and when to try them again. Each try changes the subscription, moves the group on
 * by an epoch, and may move partitions of other tenants: so a topic comes back when the cluster says that it may be read, and if
 * it is refused all the same it stays away twice as long as before.
 *
 * <pre>
 * refused --&gt; LEFT OUT --(after the pause: may it be read?)--&gt; BACK --(five minutes of peace)--&gt; forgotten
 *                ^  `- no: the pause is short again              |
 *                `---------- refused: the pause doubles ---------'
 * </pre>
 *
 * <p>Times are nanoseconds of one monotonic clock. For one thread.
 */
final class TopicRefusals {
    /** What the cluster says of a topic. */
    enum Access {
        /** It may be read, or is not there. */
        GRANTED,
        /** It may not be described, or not be read. */
        REFUSED,
        /** There was no answer. */
        UNKNOWN
    }

    static final Duration PAUSE_MIN = Duration.ofSeconds(5);
    static final Duration PAUSE_MAX = Duration.ofMinutes(5);

    /** A topic that is back is still told of until that has had time to succeed. */
    private static final Duration TOLD_OF = Duration.ofSeconds(30);

    private static final class Refusal {
        private Duration pause = PAUSE_MIN;
        private boolean leftOut;
        private long since;

        private boolean isYoungerThan(Duration age, long nowNanos) {
            return nowNanos - since < age.toNanos();
        }
    }

    private final Map<String, Refusal> refusals = new HashMap<>();

    /** These are the topics to read; what is known of others is forgotten. */
    void retain(Set<String> topics) {
        refusals.keySet().retainAll(topics);
    }

    /** The topic may not be read: it is left out. */
    void refused(String topic, long nowNanos) {
        Refusal refusal = refusals.get(topic);
        if (refusal == null) {
            refusal = new Refusal();
            refusals.put(topic, refusal);
        } else if (!refusal.leftOut) {
            Duration doubled = refusal.pause.multipliedBy(2);
            Duration longer = doubled.compareTo(PAUSE_MAX) < 0 ? doubled : PAUSE_MAX;
            refusal.pause = refusal.isYoungerThan(PAUSE_MAX, nowNanos) ? longer : PAUSE_MIN;
        }
        refusal.leftOut = true;
        refusal.since = nowNanos;
    }

    /** The topics that are to be looked at again. */
    Set<String> due(long nowNanos) {
        return those(refusal -> refusal.leftOut && !refusal.isYoungerThan(refusal.pause, nowNanos));
    }

    /** The topic was looked at. */
    void looked(String topic, Access access, long nowNanos) {
        Refusal refusal = refusals.get(topic);
        if (refusal == null || !refusal.leftOut) {
            return;
        }
        switch (access) {
            case GRANTED -> {
                refusal.leftOut = false;
                refusal.since = nowNanos;
            }
            // What the cluster says is what it does, so the next that it says will be worth a try.
            case REFUSED -> refusal.pause = PAUSE_MIN;
            case UNKNOWN -> {
                // Asked again.
            }
        }
    }

    /** The topics that are not to be subscribed to. */
    Set<String> leftOut() {
        return those(refusal -> refusal.leftOut);
    }

    /** The topics that are left out, or were a moment ago. */
    Set<String> toldOf(long nowNanos) {
        return those(refusal -> refusal.leftOut || refusal.isYoungerThan(TOLD_OF, nowNanos));
    }

    private Set<String> those(Predicate<Refusal> what) {
        return refusals.entrySet().stream()
                .filter(topic -> what.test(topic.getValue()))
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }
}
