// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;

/**
 * How far the outcomes of one partition of {@code ledger.entries} are written. A tenant that cannot be written to keeps the
 * offset where it stopped, and nothing else: its records are read again when it can. So memory does not grow, others go on,
 * and what is committed never passes a record that is not written, unless its metadata say where that tenant stopped.
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

    private final Deque<Sent> sent = new ArrayDeque<>();
    private final Map<String, Long> stalled;
    private long position;

    /** Begins where nothing was committed. */
    OutcomeProgress() {
        stalled = new HashMap<>();
        position = -1;
    }

    /**
     * Goes on from what was committed.
     *
     * @throws io.tallystick.topic.LedgerIntegrityException if its metadata are ours and cannot be read
     */
    OutcomeProgress(OffsetAndMetadata committed) {
        stalled = OutcomeStops.decode(committed.metadata());
        position = committed.offset();
    }

    /** The tenants that stopped in this partition. */
    Set<String> stalledTenants() {
        return Set.copyOf(stalled.keySet());
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

    /** As {@link #send}, of a tenant that is catching up: what may be committed is known from where it stopped. */
    Sent sendAgain(String tenant, long offset) {
        return new Sent(tenant, offset);
    }

    void written(Sent record) {
        record.done = true;
        while (!sent.isEmpty() && sent.peekFirst().done) {
            sent.removeFirst();
        }
    }

    /** The record was not written: its tenant has to start again there. */
    void failed(Sent record) {
        putOff(record.tenant, record.offset);
        written(record);
    }

    /** The tenant has to start again at this offset, or at an earlier one it stopped at before. */
    void putOff(String tenant, long offset) {
        stalled.merge(tenant, offset, Math::min);
    }

    /** Where a tenant stopped in this partition, if it did. */
    OptionalLong stalledAt(String tenant) {
        Long offset = stalled.get(tenant);
        return offset == null ? OptionalLong.empty() : OptionalLong.of(offset);
    }

    /** All of the tenant's records below {@code next} are written; at the position it has caught up. */
    void caughtUpTo(String tenant, long next) {
        if (next >= position) {
            stalled.remove(tenant);
        } else {
            stalled.put(tenant, next);
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
        // The others are read again from the offset on anyway.
        Map<String, Long> stops = new HashMap<>(stalled);
        stops.values().removeIf(stop -> stop >= low);
        return Optional.of(OutcomeStops.encode(stops)
                .map(metadata -> new OffsetAndMetadata(low, metadata))
                .orElseGet(() -> new OffsetAndMetadata(Collections.min(stops.values()))));
    }
}
