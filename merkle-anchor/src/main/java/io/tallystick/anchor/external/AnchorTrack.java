// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.external;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What one anchor has still to vouch for. For one thread; one instance per anchor, and none knows of another.
 *
 * <pre>
 * offer ──► PENDING ──due──► in flight ──confirmed──► CONFIRMED, all older pending ones COVERED_BY it
 *              ▲                │ ├──────rejected───► REJECTED, older ones stay pending
 *              └────failed──────┘ └──────stopped────► pending; nothing is submitted any more, unless it is put on trial
 * </pre>
 *
 * One submission at a time, and always of the newest checkpoint: it commits to the older ones. Of an older one only its
 * size, window and offset are kept.
 */
public final class AnchorTrack {
    /** What is left of a checkpoint that waits. */
    private record Waiting(Instant windowStart, long offset) {}

    private final Backoff backoff;
    private final TreeMap<Long, Waiting> pending = new TreeMap<>();
    private final Set<Long> settled;
    private long next;
    private long confirmedSize;
    private long newestSize;

    private RegistryCheckpoint newest;
    private boolean inFlight;
    private long attemptedSize;
    private int attempts;
    private int failures;
    private Instant notBefore = Instant.MIN;
    private String lastError = "";
    private Optional<Position.Stop> stopped;
    private boolean onTrial;

    /** Goes on from a position; an anchor that is stopped there stays stopped. */
    public AnchorTrack(Backoff backoff, Position position) {
        this.backoff = backoff;
        this.next = position.next();
        this.settled = new TreeSet<>(position.settled());
        this.confirmedSize = position.confirmedSize();
        this.newestSize = confirmedSize;
        this.stopped = position.stopped();
        stopped.ifPresent(stop -> lastError = stop.reason());
    }

    /**
     * Takes in the next registry checkpoint of the topic. What lies before the position, is settled or is not larger than
     * one offered before changes nothing: of several for one size the first counts.
     */
    public void offer(RegistryCheckpoint checkpoint) {
        if (checkpoint.offset() < next || checkpoint.size() <= newestSize) {
            return;
        }
        newestSize = checkpoint.size();
        if (settled.contains(checkpoint.size())) {
            return;
        }
        pending.put(checkpoint.size(), new Waiting(checkpoint.windowStart(), checkpoint.offset()));
        newest = checkpoint;
    }

    /** What is to be submitted now; it is in flight from then on. */
    public Optional<RegistryCheckpoint> due(Instant now) {
        boolean mayAsk = stopped.isEmpty() || onTrial;
        if (newest == null || inFlight || !mayAsk || waits(now)) {
            return Optional.empty();
        }
        inFlight = true;
        attempts = newest.size() == attemptedSize ? attempts + 1 : 1;
        attemptedSize = newest.size();
        return Optional.of(newest);
    }

    /** No wait is longer than the longest, so one that seems to be was begun before the clock was set back. */
    private boolean waits(Instant now) {
        return now.isBefore(notBefore) && !now.plus(backoff.longest()).isBefore(notBefore);
    }

    /** Takes back what {@link #due} gave: it could not be submitted yet. */
    public void postpone() {
        inFlight = false;
        attempts--;
    }

    /**
     * The checkpoint in flight is confirmed.
     *
     * @return it and what it covers, oldest first
     */
    public List<Settled> confirmed(Settled.Confirmed confirmed) {
        requireInFlight();
        long size = attemptedSize;
        List<Settled> ended = new ArrayList<>();
        pending.headMap(size)
                .forEach((older, waiting) ->
                        ended.add(new Settled(older, waiting.windowStart(), 0, new Settled.CoveredBy(size))));
        Waiting waiting = pending.get(size);
        ended.add(new Settled(size, waiting.windowStart(), attempts, confirmed));
        pending.headMap(size, true).clear();
        confirmedSize = size;
        failures = 0;
        stopped = Optional.empty();
        onTrial = false;
        lastError = "";
        notBefore = Instant.MIN;
        land();
        settled.removeIf(known -> known <= size);
        next = pending.isEmpty()
                ? waiting.offset() + 1
                : pending.firstEntry().getValue().offset();
        return ended;
    }

    /** The checkpoint in flight will never be confirmed; the older ones wait for the next to cover them. */
    public List<Settled> rejected(Settled.Rejected rejected, Instant now, double random) {
        requireInFlight();
        long size = attemptedSize;
        Waiting waiting = pending.remove(size);
        failures++;
        lastError = rejected.reason();
        notBefore = now.plus(backoff.delay(failures, random));
        land();
        if (pending.isEmpty()) {
            settled.removeIf(known -> known <= size);
            next = waiting.offset() + 1;
        } else {
            settled.add(size);
            next = pending.firstEntry().getValue().offset();
            settled.removeIf(known -> known < pending.firstKey());
        }
        return List.of(new Settled(size, waiting.windowStart(), attempts, rejected));
    }

    /**
     * The submission failed; the newest checkpoint is tried again later.
     *
     * @param random in {@code [0, 1)}
     * @param asked how long the party asked to be left alone
     */
    public void failed(String error, Instant now, double random, Optional<Duration> asked) {
        requireInFlight();
        failures++;
        lastError = error;
        Duration delay = asked.map(wanted -> backoff.delay(failures, random, wanted))
                .orElseGet(() -> backoff.delay(failures, random));
        notBefore = now.plus(delay);
        inFlight = false;
    }

    /** The anchor contradicts the ledger: nothing is submitted to it any more. All stays pending. */
    public void stopped(String error) {
        requireInFlight();
        lastError = error;
        stopped = Optional.of(new Position.Stop(attemptedSize, error));
        onTrial = false;
        inFlight = false;
    }

    /** An anchor that is stopped is asked once more; it counts as stopped until it confirms something. */
    public void tryAgain() {
        onTrial = stopped.isPresent();
    }

    private void requireInFlight() {
        if (!inFlight) {
            throw new IllegalStateException("nothing was submitted");
        }
    }

    /** What was in flight is over; if it is settled, it is not the newest that waits. */
    private void land() {
        inFlight = false;
        if (newest != null && newest.size() == attemptedSize) {
            newest = null;
        }
    }

    /** How far it has come, to be stored. */
    public Position position() {
        return new Position(next, settled, confirmedSize, stopped);
    }

    /** Number of checkpoints that wait. */
    public int pendingCount() {
        return pending.size();
    }

    /** Start of the window of the oldest checkpoint that waits. */
    public Optional<Instant> oldestPending() {
        return pending.isEmpty()
                ? Optional.empty()
                : Optional.of(pending.firstEntry().getValue().windowStart());
    }

    /** Size of the largest checkpoint offered or confirmed. */
    public long newestSize() {
        return newestSize;
    }

    /** Failures since the last confirmation. */
    public int failures() {
        return failures;
    }

    /** The earliest time of the next submission. */
    public Instant notBefore() {
        return notBefore;
    }

    /** What went wrong last; empty after a confirmation. */
    public String lastError() {
        return lastError;
    }

    /** Whether the anchor contradicted the ledger and has confirmed nothing since. */
    public boolean isStopped() {
        return stopped.isPresent();
    }

    /** Whether it is stopped, and asked once more all the same. */
    public boolean isOnTrial() {
        return onTrial;
    }
}
