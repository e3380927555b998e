// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export;

import io.tallystick.avro.Boundary;
import io.tallystick.avro.Init;
import io.tallystick.avro.LedgerEntry;
import io.tallystick.bundle.Manifest;
import io.tallystick.entry.ChainId;
import io.tallystick.export.assemble.ChainSegment;
import io.tallystick.export.assemble.PartitionWindow;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.topic.Topics;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * A partition of {@code ledger.entries} while it is read: requires that its records are the ledger's, without gaps and each
 * where its chain belongs, and hands the entries to the open window. Not safe for use by several threads.
 */
public final class EntriesReading implements AutoCloseable {
    private final PartitionWindow window;
    private final int partitions;

    /** Those whose place is here, by the keys of their records. */
    private final Map<String, ChainId> chains = new HashMap<>();

    /** Of the next record; -1 until one has been read. */
    private long pseq = -1;

    /**
     * @param window the open window of the partition, closed with this
     * @param partitions of the ledger
     */
    public EntriesReading(PartitionWindow window, int partitions) {
        this.window = window;
        this.partitions = partitions;
    }

    /**
     * Takes the next record.
     *
     * @return the boundary, if it ends a window; {@link #end} comes before the next record then
     * @throws LedgerIntegrityException if it is not a record of the ledger, or not the next one
     * @throws IOException if the scratch directory fails; the window must be begun again
     */
    public Optional<Boundary> take(ConsumerRecord<String, SpecificRecord> record) throws IOException {
        SpecificRecord value = record.value();
        if (value instanceof LedgerEntry entry) {
            requirePseq(record, entry.getPseq());
            window.append(chain(record, entry), ExportRecords.entry(entry));
        } else if (value instanceof Boundary boundary) {
            requirePseq(record, boundary.getPseq());
            return Optional.of(boundary).filter(found -> found.getWindowStart() != null);
        } else if (value instanceof Init init) {
            requirePseq(record, init.getPseq());
        } else {
            throw new LedgerIntegrityException(where(record) + " holds no record of the ledger: " + value);
        }
        return Optional.empty();
    }

    private void requirePseq(ConsumerRecord<?, ?> record, long found) {
        if (pseq >= 0 && found != pseq) {
            throw new LedgerIntegrityException(where(record) + " has pseq " + found + ", expected " + pseq);
        }
        pseq = found + 1;
    }

    private ChainId chain(ConsumerRecord<String, SpecificRecord> record, LedgerEntry entry) {
        ChainId known = chains.get(record.key());
        boolean here = entry.getChain().equals(record.key())
                && (known != null || Topics.partitionOf(record.key(), partitions) == record.partition());
        if (!here) {
            throw new LedgerIntegrityException(
                    where(record) + " holds chain " + entry.getChain() + " under key " + record.key());
        }
        return known != null ? known : chains.computeIfAbsent(record.key(), ChainId::parse);
    }

    private static String where(ConsumerRecord<?, ?> record) {
        return record.topic() + "-" + record.partition() + " offset " + record.offset();
    }

    /**
     * Ends the window of a boundary and begins the next.
     *
     * @param files stores the data files
     * @return a segment for every chain of the partition; as {@link PartitionWindow#end}
     */
    public List<ChainSegment> end(Boundary boundary, PartitionWindow.Files files) throws IOException {
        return window.end(window(boundary), ExportRecords.claims(boundary), files);
    }

    /** The window that a boundary ends. */
    static Manifest.Window window(Boundary boundary) {
        return new Manifest.Window(boundary.getWindowStart(), boundary.getTime());
    }

    /** Gives up what the open window has spooled. */
    @Override
    public void close() throws IOException {
        window.close();
    }
}
