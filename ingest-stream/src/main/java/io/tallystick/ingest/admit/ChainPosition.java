// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.admit;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.OptionalInt;

/**
 * How far ingest has got with one source partition: which offsets were handed to the producer, and up to where all of them
 * are acknowledged. DESIGN.md section 5, continuity protocol.
 *
 * <pre>
 *         acked                from                 source
 * ----------|--------------------|--------------------&gt; offset
 *  all acked     flights: sent,      not yet sent
 *                some acked
 * </pre>
 *
 * <p>Messages cover offsets without holes: each begins where the one before ended. Whatever resets the position starts a new
 * era, and acknowledgements of flights of an earlier era change nothing.
 *
 * <p>For one thread.
 */
public final class ChainPosition {
    /** A message on its way: it accounts for the source offsets {@code [from, next)}. Compared by identity. */
    public static final class Flight {
        private final long era;
        private final long from;
        private final long next;
        private boolean acknowledged;

        private Flight(long era, long from, long next) {
            this.era = era;
            this.from = from;
            this.next = next;
        }

        /** First source offset it accounts for. */
        public long from() {
            return from;
        }

        /** First source offset behind it. */
        public long next() {
            return next;
        }
    }

    private final Deque<Flight> flights = new ArrayDeque<>();
    private final LeaderEpochs epochs = new LeaderEpochs();
    private long era;
    private long from;
    private long acked;

    /** Where only a bound of the leader epoch before it is known; -1 if nowhere. */
    private long boundedAt = -1;

    /** @param start the source offset to account for first */
    public ChainPosition(long start) {
        resetTo(start);
    }

    /** The source offset the next message begins with. */
    public long from() {
        return from;
    }

    /** The first source offset that is not known to be in {@code ledger.ingest}; what may be committed. */
    public long acked() {
        return acked;
    }

    /** {@link #from} with the leader epoch of the record before it, or one that is not lower. */
    public ResumePoint fromPoint() {
        return new ResumePoint(from, epochs.before(from));
    }

    /** {@link #from} with the leader epoch of the record before it; empty also if only a bound of it is known. */
    public ResumePoint knownFromPoint() {
        return from == boundedAt ? ResumePoint.at(from) : fromPoint();
    }

    /** {@link #acked} with the leader epoch of the record before it, or one that is not lower. */
    public ResumePoint ackedPoint() {
        return new ResumePoint(acked, epochs.before(acked));
    }

    /** Whether no more than a bound of the leader epoch before {@link #acked} is known. */
    public boolean isAckedBounded() {
        return acked == boundedAt;
    }

    /** Whether every message of this era is acknowledged. */
    public boolean isIdle() {
        return flights.isEmpty();
    }

    /**
     * Accounts for {@code [from, offset]} with one message that stands for no record.
     *
     * @param offset the last lost source offset; at least {@link #from()}
     * @throws IllegalArgumentException if the offset is accounted for already
     */
    public Flight cover(long offset) {
        return cover(offset, OptionalInt.empty());
    }

    /**
     * Accounts for {@code [from, offset]} with one message.
     *
     * @param offset source offset of the record; at least {@link #from()}
     * @param leaderEpoch the record's leader epoch, if the broker told it
     * @throws IllegalArgumentException if the offset is accounted for already
     */
    public Flight cover(long offset, OptionalInt leaderEpoch) {
        if (offset < from) {
            throw new IllegalArgumentException("offset " + offset + " is covered, the next is " + from);
        }
        epochs.seen(offset, leaderEpoch);
        Flight flight = new Flight(era, from, offset + 1);
        flights.addLast(flight);
        from = flight.next;
        return flight;
    }

    /** The message is durable. The order of acknowledgements does not matter. */
    public void acknowledge(Flight flight) {
        if (flight.era != era) {
            return;
        }
        flight.acknowledged = true;
        for (Iterator<Flight> first = flights.iterator(); first.hasNext(); ) {
            Flight next = first.next();
            if (!next.acknowledged) {
                return;
            }
            acked = next.next;
            first.remove();
        }
    }

    /**
     * The message may be lost: everything from the last contiguous acknowledgement on must be read and sent again.
     *
     * @return whether the position went back; false if the flight belongs to an earlier era
     */
    public boolean fail(Flight flight) {
        if (flight.era != era) {
            return false;
        }
        resetTo(acked);
        return true;
    }

    /** Forgets what is on its way and goes on at {@code next}: the sequencer said where it stands. */
    public void resetTo(long next) {
        if (next < 0) {
            throw new IllegalArgumentException("a source offset must not be negative, got " + next);
        }
        flights.clear();
        epochs.forgetFrom(next);
        boundedAt = next < boundedAt ? -1 : boundedAt;
        era++;
        from = next;
        acked = next;
    }

    /** As {@link #resetTo(long)} where nothing is known of the log but this point: another log, or another history of it. */
    public void restartAt(ResumePoint point) {
        resetTo(point.offset());
        epochs.clear();
        boundedAt = -1;
        if (point.offset() > 0) {
            epochs.seen(point.offset() - 1, point.leaderEpoch());
        }
    }

    /** As {@link #restartAt} where the record before the point has that leader epoch or a lower one. */
    public void restartBelow(ResumePoint bound) {
        restartAt(bound);
        boundedAt = bound.offset();
    }
}
