// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.assemble;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Holds what a partition of a topic says of windows that are not finished, within a bound.
 *
 * <p>Records of several windows may be interleaved and a window may stay open for days while later ones fill up behind
 * it. So the earliest windows are kept, and of later ones what fits; the offset of the first record that was dropped is
 * remembered, and the reader goes back to it when there is room again. It commits {@link #resumeOffset()}, before which
 * no record of an unfinished window lies.
 *
 * <p>Not safe for use by several threads.
 *
 * @param <V> the collected content of one window
 */
public final class WindowBuffer<V> {
    private final int recordsMax;
    private final Supplier<V> empty;
    private final SortedMap<Instant, Open<V>> open = new TreeMap<>();
    private Instant finished;
    private long position;
    private OptionalLong dropped = OptionalLong.empty();
    private int records;

    private static final class Open<V> {
        private final V content;
        private final long firstOffset;
        private int records;

        private Open(V content, long firstOffset) {
            this.content = content;
            this.firstOffset = firstOffset;
        }
    }

    /**
     * @param recordsMax records to keep; the earliest open window is kept whole even if it has more
     * @param finished start of the last finished window; {@link Instant#MIN} if none is
     * @param position offset to read from
     * @param empty makes the content of a window without records
     */
    public WindowBuffer(int recordsMax, Instant finished, long position, Supplier<V> empty) {
        this.recordsMax = recordsMax;
        this.finished = finished;
        this.position = position;
        this.empty = empty;
    }

    /**
     * Takes the record at {@code offset}; a record read again must leave the content as it was.
     *
     * @param window start of the record's window
     * @param offset its offset
     * @param take adds the record to the window's content
     */
    public void offer(Instant window, long offset, Consumer<V> take) {
        position = offset + 1;
        if (!window.isAfter(finished)) {
            return; // a copy of what is finished
        }
        if (records >= recordsMax && !isEarliest(window)) {
            drop(offset);
            return;
        }
        Open<V> content = open.computeIfAbsent(window, start -> new Open<>(empty.get(), offset));
        take.accept(content.content);
        content.records++;
        records++;
    }

    /** Passes over a record that belongs to no window. */
    public void skip(long offset) {
        position = offset + 1;
    }

    private boolean isEarliest(Instant window) {
        return open.isEmpty() || !window.isAfter(open.firstKey());
    }

    private void drop(long offset) {
        if (dropped.isEmpty()) {
            dropped = OptionalLong.of(offset);
        }
    }

    /** Start of the earliest open window. */
    public Optional<Instant> earliest() {
        return open.isEmpty() ? Optional.empty() : Optional.of(open.firstKey());
    }

    /** What is known of a window. */
    public Optional<V> content(Instant window) {
        return Optional.ofNullable(open.get(window)).map(kept -> kept.content);
    }

    /**
     * Forgets the windows up to and including the one that starts at {@code window}.
     *
     * @return the offset to read again from, if records were dropped: some of the next window may be among them
     */
    public OptionalLong finish(Instant window) {
        if (window.isAfter(finished)) {
            finished = window;
        }
        while (!open.isEmpty() && !open.firstKey().isAfter(window)) {
            records -= open.remove(open.firstKey()).records;
        }
        return dropped.isEmpty() ? dropped : goBack();
    }

    /** What was taken after the first dropped record is read once more, so it is forgotten and taken afresh. */
    private OptionalLong goBack() {
        OptionalLong from = OptionalLong.of(resumeOffset());
        open.clear();
        records = 0;
        position = from.getAsLong();
        dropped = OptionalLong.empty();
        return from;
    }

    /** Start of the last finished window; {@link Instant#MIN} if none is. */
    public Instant finished() {
        return finished;
    }

    /** Every record of an unfinished window lies at this offset or after it. */
    public long resumeOffset() {
        long resume = position;
        for (Open<V> kept : open.values()) {
            resume = Math.min(resume, kept.firstOffset);
        }
        return Math.min(resume, dropped.orElse(resume));
    }
}
