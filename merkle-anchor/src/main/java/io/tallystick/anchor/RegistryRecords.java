// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import io.tallystick.anchor.HeadRecords.ChainHead;
import io.tallystick.anchor.registry.Registry;
import io.tallystick.anchor.registry.SealedWindow;
import io.tallystick.anchor.registry.WindowHead;
import io.tallystick.avro.ChainTreeHead;
import io.tallystick.avro.PartitionClosed;
import io.tallystick.avro.RegistryWindow;
import io.tallystick.entry.LedgerTime;
import io.tallystick.topic.LedgerIntegrityException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;

/** Offers the records of {@code ledger.heads} to the registry, and writes those of {@code ledger.registry}. */
final class RegistryRecords {
    static final int LEAVES_MAX = 1000;

    private RegistryRecords() {}

    /** @throws LedgerIntegrityException if the record breaks an invariant, or is of no kind the topic may hold */
    static List<SealedWindow> offer(Registry registry, long offset, String key, SpecificRecord value, int partitions) {
        if (value instanceof ChainTreeHead record) {
            ChainHead head = HeadRecords.read(key, record, partitions);
            if (head.isWindow()) {
                WindowHead kept = new WindowHead(head.chain(), head.range().head());
                registry.keep(offset, record.getEntriesPartition(), record.getWindow(), kept);
            }
            return List.of();
        }
        if (value instanceof PartitionClosed closed) {
            return registry.close(
                    offset, closed.getPartition(), closed.getWindowStart(), closed.getWindowEnd(), closed.getHeads());
        }
        throw new LedgerIntegrityException("offset " + offset + " of the heads holds "
                + (value == null ? "nothing" : value.getSchema().getFullName()));
    }

    /** The key of a window's records. */
    static String key(Instant start) {
        return LedgerTime.format(start);
    }

    static List<SpecificRecord> write(SealedWindow window) {
        List<SealedWindow.Part> parts = window.parts(LEAVES_MAX);
        List<SpecificRecord> records = new ArrayList<>(parts.size());
        for (SealedWindow.Part part : parts) {
            records.add(RegistryWindow.newBuilder()
                    .setWindowStart(window.start())
                    .setWindowEnd(window.end())
                    .setPart(records.size())
                    .setParts(parts.size())
                    .setFirstIndex(part.firstIndex())
                    .setLeaves(part.leaves().stream()
                            .map(leaf -> ByteBuffer.wrap(leaf.toByteArray()))
                            .toList())
                    .setPreviousSize(window.previous().size())
                    .setPreviousFrontier(HeadRecords.buffers(window.previous()))
                    .setSize(window.extended().size())
                    .setRoot(HeadRecords.buffer(window.extended().root()))
                    .build());
        }
        return records;
    }
}
