// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import io.tallystick.avro.Boundary;
import io.tallystick.avro.Init;
import io.tallystick.avro.LedgerEntry;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Writes the records of one partition of the entries as the sequencer would. */
final class PartitionFeed {
    private final int partition;
    private long pseq;

    /** @param pseq counter of the next record */
    PartitionFeed(int partition, long pseq) {
        this.partition = partition;
        this.pseq = pseq;
    }

    Init init(int partitions, Instant created) {
        return new Init(pseq++, partitions, EntryChain.ORIGIN, created);
    }

    /** The chain's last entry. */
    LedgerEntry entry(EntryChain chain, byte[] bytes) {
        return entry(chain, chain.size() - 1, bytes);
    }

    LedgerEntry entry(EntryChain chain, long seq, byte[] bytes) {
        return LedgerEntry.newBuilder()
                .setPseq(pseq++)
                .setChain(chain.id().toString())
                .setSeq(seq)
                .setLeaderEpoch(0)
                .setEntry(ByteBuffer.wrap(bytes))
                .build();
    }

    Boundary checkpoint(Instant time) {
        return new Boundary(pseq++, partition, time, null, List.of());
    }

    Boundary windowEnd(Instant end, Duration window) {
        return new Boundary(pseq++, partition, end, end.minus(window), List.of());
    }
}
