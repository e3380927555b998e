// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * How far the outcomes of one partition of {@code ledger.entries} are written. A tenant that cannot be written to keeps the
 * offset where it stopped, and nothing else: its records are read again when it can. So memory does not grow, others go on,
 * and what is committed never passes a record that is not written.
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
    private final Map<String, Long> stalled = new HashMap<>();
    private long position = -1;

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

    /** The offset to commit: everything below it is written. Empty before the first record. */
    OptionalLong committable() {
        if (position < 0) {
            return OptionalLong.empty();
        }
        long low = sent.isEmpty() ? position : sent.peekFirst().offset;
        Collection<Long> stops = stalled.values();
        for (long stop : stops) {
            low = Math.min(low, stop);
        }
        return OptionalLong.of(low);
    }
}
