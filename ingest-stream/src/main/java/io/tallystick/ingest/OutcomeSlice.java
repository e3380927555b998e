// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * A stretch of one partition of {@code ledger.entries} that is read again, once for all tenants that stopped in it. Of limited
 * length, so that a tenant with much to read does not keep the others waiting.
 *
 * <pre>
 * stops      a         b c                              x   y  | head: where all the others are
 * in full    |=====&gt;
 * near                                                  |=====&gt;|
 * in full          |====&gt;                                              they take turns
 * </pre>
 *
 * <p>A slice in full begins at the lowest stop: these alone would read everything once, whatever the number of tenants. A near
 * one begins at the lowest stop that is at most twice as far from the head as the nearest is, or a slice away: so tenants with
 * little to read wait one slice for those with much, and near slices read no record more than a few times.
 */
final class OutcomeSlice {
    /** Of one slice. */
    static final int RECORDS_MAX = 2_000;

    private final boolean near;
    private final Set<String> members = new HashSet<>();
    private long position;
    private int left = RECORDS_MAX;

    private OutcomeSlice(long position, boolean near) {
        this.position = position;
        this.near = near;
    }

    /**
     * A slice for tenants that stopped at these offsets, at least one.
     *
     * @param head first offset that nobody has read
     */
    static OutcomeSlice inFull(Collection<Long> stops, long head) {
        return beginning(stops, head, false);
    }

    /** The slice after this one. */
    OutcomeSlice next(Collection<Long> stops, long head) {
        return beginning(stops, head, !near);
    }

    private static OutcomeSlice beginning(Collection<Long> stops, long head, boolean near) {
        long last = stops.stream().mapToLong(Long::longValue).max().orElseThrow();
        long reach = near ? Math.max(RECORDS_MAX, 2 * (head - last)) : Long.MAX_VALUE;
        return new OutcomeSlice(
                stops.stream()
                        .mapToLong(Long::longValue)
                        .filter(stop -> head - stop <= reach)
                        .min()
                        .orElse(last),
                near);
    }

    /**
     * Takes in the tenants whose stops are still ahead and within the slice, and forgets those that are not among these or
     * stopped behind it.
     *
     * @param stops by tenant, of all that can be written to now
     */
    void join(Map<String, Long> stops) {
        members.removeIf(tenant -> stops.getOrDefault(tenant, -1L) < position);
        stops.forEach((tenant, stop) -> {
            if (stop >= position && stop - position < left) {
                members.add(tenant);
            }
        });
    }

    /** The tenant takes no more: what it stopped at now is for a later slice. */
    void leave(String tenant) {
        members.remove(tenant);
    }

    boolean isFor(String tenant) {
        return members.contains(tenant);
    }

    /** Those who have been sent all of their records below the position. */
    Set<String> members() {
        return Set.copyOf(members);
    }

    /** The record at this offset has been read. */
    void read(long offset) {
        position = offset + 1;
        left--;
    }

    /** First offset not read yet. */
    long position() {
        return position;
    }

    boolean isOver() {
        return left <= 0 || members.isEmpty();
    }
}
