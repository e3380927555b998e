// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.duplicates;

import io.tallystick.chain.sequence.Identity;
import java.util.Arrays;

/**
 * Spares the disk the usual question, that for an identity it does not hold. Its answers come from a {@link StoredFilter}; a new
 * one is filled, beside the identities that come, by reading the keys on disk a stretch at a time, so nothing waits for it: after
 * a start, and when the old one is full, half of it perhaps of what was forgotten since. Until it has read them all, and where the
 * memory for filters is used up, the disk is asked.
 *
 * <p>For one thread.
 */
final class StoredIdentities {
    /** How many keys are read with each write. */
    private static final int STRETCH = 2 * DuplicateIndex.CONFIRMED_MAX;

    private final IndexMemory memory;

    private StoredFilter filter;
    private StoredFilter next;
    private byte[] from;

    StoredIdentities(IndexMemory memory) {
        this.memory = memory;
    }

    /** The disk holds nothing. */
    void clear() {
        close();
        long bytes = memory.filterBytesFirst();
        filter = memory.takeFilter(bytes) ? new StoredFilter(bytes) : null;
    }

    /** False if the disk does not hold it. */
    boolean mayHold(Identity identity) {
        return filter == null || filter.mayHold(identity);
    }

    /** It is about to be stored. */
    void add(Identity identity) {
        if (filter != null) {
            filter.add(identity);
        }
        if (next != null) {
            next.add(identity);
        }
    }

    /**
     * What was added is stored.
     *
     * @param held how many identities the disk holds
     */
    void stored(IndexStore store, long held) {
        if (next == null && (filter == null || filter.isFull())) {
            begin(held);
        }
        if (next != null && read(store)) {
            release(filter);
            filter = next;
            next = null;
        }
    }

    /** A filter for what is held now and as much again. Without memory for it, half as much again may do; else there is none. */
    private void begin(long held) {
        long bytes = StoredFilter.bytesFor(2 * held);
        if (!memory.takeFilter(bytes)) {
            bytes = StoredFilter.bytesFor(held + held / 2);
            boolean larger = filter == null || bytes > filter.bytes();
            if (!larger || !memory.takeFilter(bytes)) {
                return;
            }
        }
        next = new StoredFilter(bytes);
        from = IndexCodec.IDENTITIES;
    }

    /** @return whether that was the last */
    private boolean read(IndexStore store) {
        int[] read = new int[1];
        store.scan(IndexCodec.IDENTITIES, from, (key, value) -> {
            next.add(IndexCodec.identity(key));
            from = Arrays.copyOf(key, key.length + 1);
            return ++read[0] < STRETCH;
        });
        return read[0] < STRETCH;
    }

    private void release(StoredFilter old) {
        if (old != null) {
            memory.giveBackFilter(old.bytes());
        }
    }

    void close() {
        release(filter);
        release(next);
        filter = null;
        next = null;
    }
}
