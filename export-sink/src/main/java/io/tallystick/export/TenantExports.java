// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export;

import io.tallystick.avro.ExportedChain;
import io.tallystick.avro.PartitionExported;
import io.tallystick.bundle.Manifest;
import io.tallystick.entry.ChainId;
import io.tallystick.export.assemble.ChainSegment;
import io.tallystick.export.assemble.WindowBuffer;
import io.tallystick.topic.LedgerIntegrityException;
import java.time.Instant;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;

/**
 * What one partition of {@code ledger.exports} says of the windows that are not exported yet. A window is complete when
 * every partition of {@code ledger.entries} has said that it has said everything.
 */
final class TenantExports {
    private static final int RECORDS_MAX = 20_000;

    private final int entriesPartitions;
    private final WindowBuffer<Collected> windows;

    /** One window as it comes in. */
    private static final class Collected {
        private final SortedMap<ChainId, ChainSegment> segments = new TreeMap<>();
        private final BitSet closed = new BitSet();
        private Manifest.Window window;

        private void add(Manifest.Window of, ChainSegment segment) {
            window = of;
            ChainSegment known = segments.put(segment.chain(), segment);
            if (known != null && !known.sameEntries(segment)) {
                throw new LedgerIntegrityException("ledger.exports says two things of " + segment.chain()
                        + " in window " + of.start() + ": size " + known.after().head() + " and "
                        + segment.after().head());
            }
        }

        private void close(Manifest.Window of, int entriesPartition) {
            window = of;
            closed.set(entriesPartition);
        }
    }

    /**
     * A window of which everything is known.
     *
     * @param window the window
     * @param tenants all chains of each tenant
     */
    record Complete(Manifest.Window window, SortedMap<String, List<ChainSegment>> tenants) {}

    /**
     * What is committed with an offset: {@code v1 <start of the last finished window> <registry> <checkpoints>}.
     */
    static RegistryView.Position position(Optional<OffsetAndMetadata> committed) {
        String metadata = committed.map(OffsetAndMetadata::metadata).orElse("");
        if (metadata.isEmpty()) {
            return RegistryView.Position.BEGIN;
        }
        String[] fields = metadata.split(" ", -1);
        try {
            if (fields.length == 4 && fields[0].equals("v1")) {
                Instant finished = Instant.ofEpochMilli(Long.parseLong(fields[1]));
                return new RegistryView.Position(finished, Long.parseLong(fields[2]), Long.parseLong(fields[3]));
            }
        } catch (NumberFormatException e) {
            throw new LedgerIntegrityException("committed metadata cannot be read: '" + metadata + "'", e);
        }
        throw new LedgerIntegrityException("committed metadata cannot be read: '" + metadata + "'");
    }

    TenantExports(int entriesPartitions, Optional<OffsetAndMetadata> committed) {
        this.entriesPartitions = entriesPartitions;
        this.windows = new WindowBuffer<>(
                RECORDS_MAX,
                position(committed).finished(),
                committed.map(OffsetAndMetadata::offset).orElse(0L),
                Collected::new);
    }

    void take(ConsumerRecord<String, SpecificRecord> record) {
        if (record.value() instanceof ExportedChain chain) {
            Manifest.Window window = new Manifest.Window(chain.getWindowStart(), chain.getWindowEnd());
            ChainSegment segment = ExportRecords.segment(chain);
            windows.offer(window.start(), record.offset(), collected -> collected.add(window, segment));
        } else if (record.value() instanceof PartitionExported partition) {
            Manifest.Window window = new Manifest.Window(partition.getWindowStart(), partition.getWindowEnd());
            windows.offer(
                    window.start(),
                    record.offset(),
                    collected -> collected.close(window, partition.getEntriesPartition()));
        } else {
            throw new LedgerIntegrityException(record.topic() + "-" + record.partition() + " offset " + record.offset()
                    + " holds no record of the exporter: " + record.value());
        }
    }

    /** Passes over a record of another exporter. */
    void skip(long offset) {
        windows.skip(offset);
    }

    /** The earliest open window, if it is complete. */
    Optional<Complete> complete() {
        return windows.earliest()
                .flatMap(windows::content)
                .filter(this::isComplete)
                .map(this::byTenant);
    }

    private boolean isComplete(Collected collected) {
        return collected.closed.cardinality() == entriesPartitions;
    }

    private Complete byTenant(Collected collected) {
        SortedMap<String, List<ChainSegment>> tenants = collected.segments.values().stream()
                .collect(Collectors.groupingBy(segment -> segment.chain().tenant(), TreeMap::new, Collectors.toList()));
        return new Complete(collected.window, tenants);
    }

    /** Start of the last finished window; {@link Instant#MIN} if none is. */
    Instant finished() {
        return windows.finished();
    }

    /** @return the offset to read again from, if any */
    OptionalLong finish(Manifest.Window window) {
        return windows.finish(window.start());
    }

    /** What to commit. */
    OffsetAndMetadata committable(RegistryView.Position view) {
        return new OffsetAndMetadata(
                windows.resumeOffset(),
                "v1 " + windows.finished().toEpochMilli() + " " + view.registry() + " " + view.checkpoints());
    }
}
