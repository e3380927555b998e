// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.registry;

import io.tallystick.anchor.window.WindowGrid;
import io.tallystick.topic.LedgerIntegrityException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;

/**
 * Which windows every partition has closed. Immutable.
 *
 * <p>All partitions begin with the same window and close one after the other, so per partition the end of its last closed
 * window and the number of heads since are enough.
 *
 * @param partitions progress of each partition, by its number
 * @param sealedUntil end of the last window all partitions have closed; at first the start of the first window
 */
public record WindowTracker(List<Progress> partitions, Instant sealedUntil) {

    /**
     * One partition.
     *
     * @param closedUntil end of its last closed window; at first the start of the first window
     * @param heads heads seen since
     */
    public record Progress(Instant closedUntil, int heads) {}

    /**
     * What a closing leads to.
     *
     * @param tracker the state after it
     * @param complete starts of the windows now closed by all partitions, in order
     */
    public record Advance(WindowTracker tracker, List<Instant> complete) {
        public Advance {
            complete = List.copyOf(complete);
        }
    }

    public WindowTracker {
        partitions = List.copyOf(partitions);
        Objects.requireNonNull(sealedUntil);
        if (partitions.isEmpty()) {
            throw new IllegalArgumentException("no partitions");
        }
    }

    /**
     * The state before anything was closed.
     *
     * @param partitions N
     * @param first start of the ledger's first window
     */
    public static WindowTracker startingAt(int partitions, Instant first) {
        return new WindowTracker(Collections.nCopies(partitions, new Progress(first, 0)), first);
    }

    /**
     * Counts a head.
     *
     * @param window start of the window it was cut for
     * @throws LedgerIntegrityException if the partition has closed the window or has not closed the one before it
     */
    public WindowTracker count(int partition, Instant window) {
        Progress progress = progress(partition);
        if (!window.equals(progress.closedUntil())) {
            throw new LedgerIntegrityException("a head of partition " + partition + " for the window from " + window
                    + ", but the window it has open begins at " + progress.closedUntil());
        }
        return with(partition, new Progress(progress.closedUntil(), progress.heads() + 1));
    }

    /**
     * Closes a window in one partition.
     *
     * @param heads number of heads the partition says it cut for the window
     * @throws LedgerIntegrityException if this is not the window the partition has open, or heads are missing
     */
    public Advance close(int partition, Instant start, Instant end, int heads, WindowGrid grid) {
        Progress progress = progress(partition);
        if (!start.equals(progress.closedUntil()) || !grid.isStart(start) || !end.equals(grid.endOf(start))) {
            throw new LedgerIntegrityException("partition " + partition + " closes a window from " + start + " to "
                    + end + ", but the window it has open begins at " + progress.closedUntil() + " and lasts "
                    + grid.size());
        }
        if (heads != progress.heads()) {
            throw new LedgerIntegrityException("partition " + partition + " closes the window from " + start + " with "
                    + heads + " heads, found are " + progress.heads());
        }
        WindowTracker closed = with(partition, new Progress(end, 0));
        Instant reached = closed.partitions.stream()
                .map(Progress::closedUntil)
                .min(Instant::compareTo)
                .orElseThrow();
        List<Instant> complete = new ArrayList<>();
        for (Instant next = sealedUntil; next.isBefore(reached); next = grid.endOf(next)) {
            complete.add(next);
        }
        return new Advance(new WindowTracker(closed.partitions, reached), complete);
    }

    /** The partitions that hold up the oldest window not yet sealed. */
    public List<Integer> awaited() {
        List<Integer> awaited = new ArrayList<>();
        for (int partition = 0; partition < partitions.size(); partition++) {
            if (partitions.get(partition).closedUntil().equals(sealedUntil)) {
                awaited.add(partition);
            }
        }
        return awaited;
    }

    private Progress progress(int partition) {
        if (partition < 0 || partition >= partitions.size()) {
            throw new LedgerIntegrityException(
                    "partition " + partition + " of a ledger with " + partitions.size() + " partitions");
        }
        return partitions.get(partition);
    }

    private WindowTracker with(int partition, Progress progress) {
        List<Progress> changed = new ArrayList<>(partitions);
        changed.set(partition, progress);
        return new WindowTracker(changed, sealedUntil);
    }
}
