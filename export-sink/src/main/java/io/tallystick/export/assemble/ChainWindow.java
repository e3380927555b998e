// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.assemble;

import io.tallystick.bundle.BundleException;
import io.tallystick.bundle.BundleLine;
import io.tallystick.bundle.Manifest;
import io.tallystick.entry.Bytes;
import io.tallystick.entry.Closed;
import io.tallystick.entry.Commitments;
import io.tallystick.entry.ContextRef;
import io.tallystick.entry.Entry;
import io.tallystick.entry.Event;
import io.tallystick.entry.Gap;
import io.tallystick.entry.PayloadRef;
import io.tallystick.entry.Rejected;
import io.tallystick.entry.SchemaRef;
import io.tallystick.entry.Source;
import io.tallystick.entry.SourceRange;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.tree.CompactRange;
import io.tallystick.tree.Hash;
import io.tallystick.tree.Rfc6962;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The open window of one chain: checks each entry against the one before, counts it and spools its line. A second look at
 * the sequencer's work, because what is written here can never be corrected.
 */
final class ChainWindow implements AutoCloseable {
    private final ChainState begin;
    private final LineSpool spool;
    private CompactRange tree;
    private Hash lastLeaf;
    private long sourceNext;
    private Instant lastRecorded = Instant.MIN;
    private final SortedMap<String, Long> counts = new TreeMap<>();
    private final SortedMap<String, Long> reasons = new TreeMap<>();
    private final SortedMap<Hash, SchemaRef> schemas = new TreeMap<>();
    private long skippedOffsets;

    ChainWindow(ChainState begin, Path scratch, long contentBytesMax, Compressors compressors) {
        this.begin = begin;
        this.spool = new LineSpool(
                scratch, begin.chain().tenant() + "-" + begin.chain().partition(), contentBytesMax, compressors);
        this.tree = begin.tree();
        this.lastLeaf = begin.lastLeaf();
        this.sourceNext = begin.sourceNext();
    }

    /**
     * Appends the next entry.
     *
     * @return when it was recorded
     * @throws LedgerIntegrityException if it does not follow the one before, or is not what its commitments say
     */
    Instant append(StoredEntry stored) throws IOException {
        BundleLine line = line(stored);
        Entry entry = line.entry();
        if (!entry.chain().equals(begin.chain())) {
            throw violation("entry of chain " + entry.chain());
        }
        if (entry.seq() != tree.size()) {
            throw violation("seq " + entry.seq() + ", expected " + tree.size());
        }
        if (!entry.prev().equals(lastLeaf)) {
            throw violation("prev " + entry.prev() + ", expected " + lastLeaf);
        }
        if (entry.recorded().isBefore(lastRecorded)) {
            throw violation("recorded " + entry.recorded() + " after " + lastRecorded);
        }
        requireCommitments(line);
        count(entry);
        spool.append(line.encode());
        lastLeaf = Rfc6962.leafHash(stored.entry().array());
        tree = tree.append(lastLeaf);
        lastRecorded = entry.recorded();
        return lastRecorded;
    }

    private BundleLine line(StoredEntry stored) {
        try {
            return BundleLine.of(stored.entry(), stored.context(), stored.payload());
        } catch (BundleException e) {
            throw new LedgerIntegrityException(where() + ": no line can be made: " + e.getMessage(), e);
        }
    }

    private void requireCommitments(BundleLine line) {
        Optional<PayloadRef> payload = BundleLine.payloadOf(line.entry());
        Optional<Bytes> payloadBytes = line.payload().flatMap(BundleLine.Opening::bytes);
        if (payloadBytes.isPresent()
                && !Commitments.payload(line.payload().get().salt(), payloadBytes.get())
                        .equals(payload.orElseThrow().commit())) {
            throw violation("payload is not what the entry commits to");
        }
        Optional<ContextRef> context = BundleLine.contextOf(line.entry());
        Optional<Bytes> contextBytes = line.context().flatMap(BundleLine.Opening::bytes);
        if (contextBytes.isPresent()
                && !Commitments.context(
                                line.context().get().salt(), contextBytes.get().array())
                        .equals(context.orElseThrow().commit())) {
            throw violation("context is not what the entry commits to");
        }
    }

    private void count(Entry entry) {
        counts.merge(entry.body().kind().wireName(), 1L, Long::sum);
        BundleLine.payloadOf(entry)
                .flatMap(PayloadRef::schema)
                .ifPresent(schema -> schemas.putIfAbsent(schema.sha256(), schema));
        if (entry.body() instanceof Event event) {
            cover(event.source());
        } else if (entry.body() instanceof Rejected rejected) {
            cover(rejected.source());
            countReason(rejected.reason().code());
        } else if (entry.body() instanceof Gap gap) {
            advance(gap.from(), gap.next());
            countReason(gap.reason().code());
        } else if (entry.body() instanceof Source source) {
            sourceNext = 0;
            countReason(source.reason());
        } else if (entry.body() instanceof Closed closed) {
            countReason(closed.reason());
        }
    }

    private void countReason(String reason) {
        reasons.merge(reason, 1L, Long::sum);
    }

    private void cover(SourceRange source) {
        skippedOffsets += source.next() - source.from() - 1;
        advance(source.from(), source.next());
    }

    private void advance(long from, long next) {
        if (from != sourceNext || next <= from) {
            throw violation("covers [" + from + ", " + next + "), expected from " + sourceNext);
        }
        sourceNext = next;
    }

    /**
     * Ends the window.
     *
     * @return the data files, ready to be stored, in order
     */
    List<SpooledFile> finish() throws IOException {
        return spool.finish();
    }

    /**
     * What the window added.
     *
     * @param status from the last claim before the window's end
     * @param files the data files as they were stored
     */
    ChainSegment segment(Optional<SourceStatus> status, List<DataFile> files) {
        return new ChainSegment(
                begin.chain(),
                begin.tree(),
                tree,
                begin.lastLeaf(),
                lastLeaf,
                new Manifest.SourceSpan(begin.sourceNext(), sourceNext),
                status,
                new EntryTally(counts, reasons, skippedOffsets),
                List.copyOf(schemas.values()),
                files);
    }

    private LedgerIntegrityException violation(String message) {
        return new LedgerIntegrityException(where() + ": " + message);
    }

    private String where() {
        return "entry " + tree.size() + " of " + begin.chain();
    }

    @Override
    public void close() throws IOException {
        spool.close();
    }
}
