// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.admit;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.OptionalInt;

/**
 * The leader epochs under which records of a partition were read: for each, the first source offset it was seen at. Older
 * ones than the last few are forgotten; what is forgotten is unknown, never guessed. For one thread.
 */
final class LeaderEpochs {
    private static final int KEPT_MAX = 32;
    private static final int UNKNOWN = -1;

    private record Start(long offset, int epoch) {}

    /** Ascending by offset; the newest is last. */
    private final Deque<Start> starts = new ArrayDeque<>();

    /** The record at this offset, above all seen before, has this epoch; empty for what has none. */
    void seen(long offset, OptionalInt leaderEpoch) {
        int epoch = leaderEpoch.orElse(UNKNOWN);
        Start last = starts.peekLast();
        if (last != null && last.epoch == epoch) {
            return;
        }
        starts.addLast(new Start(offset, epoch));
        if (starts.size() > KEPT_MAX) {
            starts.removeFirst();
        }
    }

    /** The epoch of the last record seen before this offset. */
    OptionalInt before(long offset) {
        for (Iterator<Start> newest = starts.descendingIterator(); newest.hasNext(); ) {
            Start start = newest.next();
            if (start.offset < offset) {
                return start.epoch == UNKNOWN ? OptionalInt.empty() : OptionalInt.of(start.epoch);
            }
        }
        return OptionalInt.empty();
    }

    /** Forgets what was seen from this offset on. */
    void forgetFrom(long offset) {
        while (!starts.isEmpty() && starts.getLast().offset >= offset) {
            starts.removeLast();
        }
    }

    /** Forgets everything. */
    void clear() {
        starts.clear();
    }
}
