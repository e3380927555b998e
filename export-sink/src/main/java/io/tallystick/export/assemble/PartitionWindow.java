// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.assemble;

import io.tallystick.bundle.Manifest;
import io.tallystick.entry.ChainId;
import io.tallystick.topic.LedgerIntegrityException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The open window of one partition of {@code ledger.entries}: its chains as they stand, and those with new entries.
 *
 * <p>Memory: a few kilobytes a chain, and {@code 32 KiB} for each chain with entries in the window, besides the
 * {@link Compressors}. Not safe for use by several threads.
 */
public final class PartitionWindow implements AutoCloseable {
    private final Path scratch;
    private final long contentBytesMax;
    private final Compressors compressors;
    private final SortedMap<ChainId, ChainState> states = new TreeMap<>();
    private final SortedMap<ChainId, ChainWindow> changed = new TreeMap<>();
    private Optional<Instant> begin;
    private Instant earliest = Instant.MAX;
    private Instant latest = Instant.MIN;

    /**
     * @param scratch directory for this partition's spools; nothing else may be written there
     * @param contentBytesMax content of a data file, at most; the format's limit but in tests
     * @param compressors shared with other partitions
     * @param begin end of the window before; empty if there is none
     * @param states chains as they stood at the end of the window before
     */
    public PartitionWindow(
            Path scratch,
            long contentBytesMax,
            Compressors compressors,
            Optional<Instant> begin,
            Collection<ChainState> states) {
        this.scratch = scratch;
        this.contentBytesMax = contentBytesMax;
        this.compressors = compressors;
        this.begin = begin;
        states.forEach(state -> this.states.put(state.chain(), state));
    }

    /** Stores the data files of a chain. */
    public interface Files {
        /**
         * Stores the files, or adopts those that are there.
         *
         * @throws IOException if the store fails; to be tried again with the whole window
         */
        List<DataFile> store(ChainId chain, Manifest.Window window, List<SpooledFile> files) throws IOException;
    }

    /**
     * Appends an entry to its chain.
     *
     * @throws LedgerIntegrityException if it does not follow the chain's last one
     * @throws IOException if the scratch directory fails; the window must be closed and begun again
     */
    public void append(ChainId chain, StoredEntry entry) throws IOException {
        ChainWindow window = changed.get(chain);
        if (window == null) {
            ChainState state = states.getOrDefault(chain, ChainState.beforeGenesis(chain));
            window = new ChainWindow(state, scratch, contentBytesMax, compressors);
            changed.put(chain, window);
        }
        Instant recorded = window.append(entry);
        earliest = recorded.isBefore(earliest) ? recorded : earliest;
        latest = recorded.isAfter(latest) ? recorded : latest;
    }

    /**
     * Ends the window and begins the next.
     *
     * @param window the window that ends
     * @param claims what ingest last saw of each source
     * @param files stores the data files
     * @return a segment for every chain of the partition, idle ones too
     * @throws LedgerIntegrityException if the window does not follow the last one, or an entry lies outside it
     */
    public List<ChainSegment> end(Manifest.Window window, Map<ChainId, SourceStatus> claims, Files files)
            throws IOException {
        requireFollows(window);
        List<ChainSegment> segments = new ArrayList<>();
        for (ChainState state : states.values()) {
            if (!changed.containsKey(state.chain())) {
                segments.add(idle(state, status(state, claims)));
            }
        }
        for (Map.Entry<ChainId, ChainWindow> open : changed.entrySet()) {
            ChainId chain = open.getKey();
            ChainState state = states.getOrDefault(chain, ChainState.beforeGenesis(chain));
            List<DataFile> stored = files.store(chain, window, open.getValue().finish());
            segments.add(open.getValue().segment(status(state, claims), stored));
        }
        advance(window, segments);
        return segments;
    }

    private void requireFollows(Manifest.Window window) {
        if (!begin.orElse(window.start()).equals(window.start())) {
            throw new LedgerIntegrityException(
                    "boundary of window " + window + ", expected a window from " + begin.get());
        }
        if (earliest.isBefore(window.start()) || !latest.isBefore(window.end())) {
            throw new LedgerIntegrityException(
                    "entries recorded from " + earliest + " to " + latest + " before the boundary of " + window);
        }
    }

    private void advance(Manifest.Window window, List<ChainSegment> segments) throws IOException {
        close();
        segments.forEach(segment -> states.put(segment.chain(), segment.state()));
        begin = Optional.of(window.end());
        earliest = Instant.MAX;
        latest = Instant.MIN;
    }

    private static Optional<SourceStatus> status(ChainState state, Map<ChainId, SourceStatus> claims) {
        return Optional.ofNullable(claims.get(state.chain())).or(state::status);
    }

    private static ChainSegment idle(ChainState state, Optional<SourceStatus> status) {
        return new ChainSegment(
                state.chain(),
                state.tree(),
                state.tree(),
                state.lastLeaf(),
                state.lastLeaf(),
                new Manifest.SourceSpan(state.sourceNext(), state.sourceNext()),
                status,
                EntryTally.NONE,
                List.of(),
                List.of());
    }

    /** Gives up the spools. */
    @Override
    public void close() throws IOException {
        for (ChainWindow window : changed.values()) {
            window.close();
        }
        changed.clear();
    }
}
