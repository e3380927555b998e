// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.sequence;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * The clock of one partition. It never goes back. DESIGN.md section 5.
 *
 * @param now the {@code recorded} of whatever is written next, unless a record moves it first; whole milliseconds
 * @param lastTick append time of the last tick, unclamped; the clock's start before the first
 */
public record LedgerClock(Instant now, Instant lastTick) {
    public LedgerClock {
        requireNonNull(now, "now");
        requireNonNull(lastTick, "lastTick");
    }

    static LedgerClock startingAt(Instant instant) {
        return new LedgerClock(instant, instant);
    }

    /**
     * The clock after a record.
     *
     * @param clock the clock
     * @param clamped whether the append times lay further ahead than is believed; somebody's clock is wrong
     */
    public record Advance(LedgerClock clock, boolean clamped) {}

    /**
     * {@code max(previous, min(max(append time, last tick's append time), system clock + ahead))}.
     *
     * @param appended append time of the record in the input topic
     * @param tick whether the record is a tick
     * @param limit the system clock's time plus the longest distance that is believed
     */
    public Advance advance(Instant appended, boolean tick, Instant limit) {
        Instant newTick = tick ? appended : lastTick;
        Instant wanted = later(appended, newTick);
        Instant believed = limit.truncatedTo(ChronoUnit.MILLIS);
        boolean clamped = wanted.isAfter(believed);
        return new Advance(new LedgerClock(later(now, clamped ? believed : wanted), newTick), clamped);
    }

    private static Instant later(Instant a, Instant b) {
        return a.isAfter(b) ? a : b;
    }
}
