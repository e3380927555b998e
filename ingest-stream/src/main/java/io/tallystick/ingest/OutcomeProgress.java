// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;

/**
 * How far the outcomes of one partition of {@code ledger.entries} are written. A tenant that cannot be written to keeps the
 * offset where it stopped, and nothing else: its records are read again when it can. So memory does not grow, others go on,
 * and what is committed never passes a record that is not written, unless its metadata say where that tenant stopped.
 *
 * <pre>
 * tenant's records   written        on their way again         not sent            | position
 *                               ^ its stop in the commit     ^ behindAt
 * </pre>
 *
 * <p>A tenant that has been sent all there was is not behind, and is sent what follows at once; its stop stays in the commit
 * until what was sent again is written.
 *
 * <p>For one thread.
 */
final class OutcomeProgress {
    /** A record on its way to a tenant. */
    static final class Sent {
        private final String tenant;
        private final long offset;
        private boolean done;

        private Sent(String tenant, long offset) {
            this.tenant = tenant;
            this.offset = offset;
        }
    }

    /** A tenant that stopped, until all it was sent again is written. */
    private static final class Stop {
        private static final long NOT_BEHIND = Long.MAX_VALUE;

        private final Deque<Sent> again = new ArrayDeque<>();
        private long next = NOT_BEHIND;
        private long sinceNanos;

        private boolean isBehind() {
            return next != NOT_BEHIND;
        }

        /** All of the tenant's records below are written. */
        private long offset() {
            return again.isEmpty() ? next : Math.min(next, again.peekFirst().offset);
        }
    }

    private final Deque<Sent> sent = new ArrayDeque<>();
    private final Map<String, Stop> stops = new HashMap<>();
    private long position;

    /** Begins where nothing was committed. */
    OutcomeProgress() {
        position = -1;
    }

    /**
     * Goes on from what was committed.
     *
     * @throws io.tallystick.topic.LedgerIntegrityException if its metadata are ours and cannot be read
     */
    OutcomeProgress(OffsetAndMetadata committed) {
        OutcomeStops.decode(committed.metadata()).forEach(this::putOff);
        position = committed.offset();
    }

    /** The record at this offset has been read, and sent or put off. */
    void read(long offset) {
        position = offset + 1;
    }

    /** First offset not read yet; -1 before the first record. */
    long position() {
        return position;
    }

    Sent send(String tenant, long offset) {
        Sent added = new Sent(tenant, offset);
        sent.addLast(added);
        return added;
    }

    /** As {@link #send}, of a tenant that is behind, in the order of its records from where it stopped. */
    Sent sendAgain(String tenant, long offset) {
        Sent added = new Sent(tenant, offset);
        Stop stop = stops.get(tenant);
        stop.again.addLast(added);
        stop.next = offset + 1;
        return added;
    }

    void written(Sent record) {
        record.done = true;
        removeDone(sent);
        Stop stop = stops.get(record.tenant);
        if (stop != null) {
            removeDone(stop.again);
            forgetIfWritten(record.tenant, stop);
        }
    }

    private static void removeDone(Deque<Sent> records) {
        while (!records.isEmpty() && records.peekFirst().done) {
            records.removeFirst();
        }
    }

    private void forgetIfWritten(String tenant, Stop stop) {
        if (!stop.isBehind() && stop.again.isEmpty()) {
            stops.remove(tenant);
        }
    }

    /** The record was not written: its tenant has to start again there. */
    void failed(Sent record) {
        putOff(record.tenant, record.offset);
        written(record);
    }

    /** Whether nothing is on its way. */
    boolean hasLanded() {
        return sent.isEmpty() && stops.values().stream().allMatch(stop -> stop.again.isEmpty());
    }

    /** What is on its way is waited for no longer: its tenants stop there. */
    void giveUp() {
        List.copyOf(sent).stream().filter(record -> !record.done).forEach(this::failed);
        List.copyOf(stops.values()).forEach(stop -> List.copyOf(stop.again).stream()
                .filter(record -> !record.done)
                .forEach(this::failed));
    }

    /** The tenant has to start again at this offset, or at an earlier one it stopped at before. */
    void putOff(String tenant, long offset) {
        Stop stop = stops.computeIfAbsent(tenant, name -> new Stop());
        if (!stop.isBehind()) {
            stop.sinceNanos = System.nanoTime();
        }
        stop.next = Math.min(stop.next, offset);
    }

    /** From where on a tenant has not been sent its records; nothing if it is not behind. */
    Optional<Long> behindAt(String tenant) {
        return Optional.ofNullable(stops.get(tenant)).filter(Stop::isBehind).map(stop -> stop.next);
    }

    /** The same of all tenants that are behind. */
    Map<String, Long> behind() {
        Map<String, Long> found = new HashMap<>();
        stops.forEach((tenant, stop) -> {
            if (stop.isBehind()) {
                found.put(tenant, stop.next);
            }
        });
        return found;
    }

    /** For how long the tenant that is behind longest has been so, since this instance began to look. */
    long behindNanos(long nowNanos) {
        return stops.values().stream()
                .filter(Stop::isBehind)
                .mapToLong(stop -> nowNanos - stop.sinceNanos)
                .max()
                .orElse(0);
    }

    /** All of the tenant's records below {@code next} have been sent; at the position it is no longer behind. */
    void passed(String tenant, long next) {
        Stop stop = stops.get(tenant);
        if (stop == null || !stop.isBehind()) {
            return;
        }
        stop.next = Math.max(stop.next, next);
        if (stop.next >= position) {
            stop.next = Stop.NOT_BEHIND;
            forgetIfWritten(tenant, stop);
        }
    }

    /**
     * What to commit: everything below the offset is written, except for the tenants whose stops are in the metadata. If
     * they do not fit there, the offset is the lowest stop. Empty before the first record.
     */
    Optional<OffsetAndMetadata> committable() {
        if (position < 0) {
            return Optional.empty();
        }
        long low = sent.isEmpty() ? position : sent.peekFirst().offset;
        Map<String, Long> named = new HashMap<>();
        stops.forEach((tenant, stop) -> {
            // The others are read again from the offset on anyway.
            if (stop.offset() < low) {
                named.put(tenant, stop.offset());
            }
        });
        return Optional.of(OutcomeStops.encode(named)
                .map(metadata -> new OffsetAndMetadata(low, metadata))
                .orElseGet(() -> new OffsetAndMetadata(Collections.min(named.values()))));
    }
}
