// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import io.tallystick.anchor.window.Cuts;
import io.tallystick.anchor.window.PartitionTrees;
import io.tallystick.anchor.window.RecordPosition;
import io.tallystick.anchor.window.StoredEntry;
import io.tallystick.avro.Boundary;
import io.tallystick.avro.Init;
import io.tallystick.avro.LedgerEntry;
import io.tallystick.topic.LedgerIntegrityException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;

/** Offers the records of {@code ledger.entries} to the trees. */
final class EntryRecords {
    private EntryRecords() {}

    /** @throws LedgerIntegrityException if the record breaks an invariant, or is of no kind the topic may hold */
    static Cuts offer(PartitionTrees trees, long offset, String key, SpecificRecord value) {
        if (value instanceof LedgerEntry entry) {
            return trees.append(stored(offset, key, entry));
        }
        if (value instanceof Boundary boundary) {
            return trees.cross(
                    new RecordPosition(offset, boundary.getPseq()),
                    boundary.getPartition(),
                    boundary.getTime(),
                    Optional.ofNullable(boundary.getWindowStart()));
        }
        if (value instanceof Init init) {
            trees.begin(
                    new RecordPosition(offset, init.getPseq()),
                    init.getPartitions(),
                    init.getOrigin(),
                    init.getCreated());
            return Cuts.NONE;
        }
        throw new LedgerIntegrityException("offset " + offset + " of the entries holds "
                + (value == null ? "nothing" : value.getSchema().getFullName()));
    }

    static StoredEntry stored(long offset, String key, LedgerEntry entry) {
        return new StoredEntry(
                new RecordPosition(offset, entry.getPseq()),
                key,
                entry.getChain(),
                entry.getSeq(),
                bytes(entry.getEntry()));
    }

    static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}
