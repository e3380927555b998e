// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.simulate;

import java.util.PriorityQueue;

/** Simulated time: what happens, in order. Moments are milliseconds since the history began. */
final class Timeline {
    private record Event(long at, long order, Runnable action) implements Comparable<Event> {
        @Override
        public int compareTo(Event that) {
            int byTime = Long.compare(at, that.at);
            return byTime != 0 ? byTime : Long.compare(order, that.order);
        }
    }

    private final PriorityQueue<Event> events = new PriorityQueue<>(256);
    private long now;
    private long orders;
    private long steps;

    long now() {
        return now;
    }

    /** Events that have happened. */
    long steps() {
        return steps;
    }

    /** Has it happen after this wait; behind what was asked for earlier, if at the same moment. */
    void in(long waitMs, Runnable action) {
        at(now + waitMs, action);
    }

    /** Has it happen then, or now if that is past. */
    void at(long moment, Runnable action) {
        events.add(new Event(Math.max(now, moment), orders++, action));
    }

    /** Lets everything happen up to and including this moment. */
    void runTo(long moment) {
        while (!events.isEmpty() && events.peek().at <= moment) {
            Event next = events.poll();
            now = next.at;
            steps++;
            next.action.run();
        }
        now = moment;
    }
}
