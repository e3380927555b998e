// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import io.tallystick.anchor.window.ChainTree;
import io.tallystick.anchor.window.Cuts;
import io.tallystick.avro.ChainTreeHead;
import io.tallystick.avro.Cut;
import io.tallystick.avro.PartitionClosed;
import io.tallystick.entry.ChainId;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.topic.Topics;
import io.tallystick.tree.CompactRange;
import io.tallystick.tree.Hash;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;

/** The records of {@code ledger.heads}. */
final class HeadRecords {
    private HeadRecords() {}

    /**
     * A head as it was read and checked.
     *
     * @param chain whose head
     * @param range frontier; its root is the head's
     * @param lastLeaf leaf hash of the last entry
     * @param value the record
     */
    record ChainHead(ChainId chain, CompactRange range, Hash lastLeaf, ChainTreeHead value) {
        boolean isWindow() {
            return value.getCut() == Cut.WINDOW;
        }
    }

    static SpecificRecord write(Cuts.Head head, int partition) {
        ChainTree tree = head.tree();
        return ChainTreeHead.newBuilder()
                .setChain(tree.chain().toString())
                .setWindow(head.window())
                .setCut(head.reason() == Cuts.Reason.WINDOW ? Cut.WINDOW : Cut.FAST)
                .setSize(tree.size())
                .setRoot(buffer(tree.range().root()))
                .setFrontier(buffers(tree.range()))
                .setLastLeaf(buffer(tree.lastLeaf()))
                .setEntriesPartition(partition)
                .setEntriesOffset(tree.offset())
                .build();
    }

    static SpecificRecord write(Cuts.Closed closed, int partition) {
        return PartitionClosed.newBuilder()
                .setPartition(partition)
                .setWindowStart(closed.start())
                .setWindowEnd(closed.end())
                .setHeads(closed.heads())
                .setEntriesOffset(closed.offset())
                .build();
    }

    /**
     * Reads a head.
     *
     * @throws LedgerIntegrityException if key, partition or root are not what chain and frontier make them
     */
    static ChainHead read(String key, ChainTreeHead value, int partitions) {
        String where = "head of chain " + value.getChain() + ", size " + value.getSize();
        if (!value.getChain().equals(key)
                || value.getEntriesPartition() != Topics.partitionOf(value.getChain(), partitions)) {
            throw new LedgerIntegrityException(
                    where + ": key " + key + " or partition " + value.getEntriesPartition() + " is not the chain's");
        }
        try {
            CompactRange range = range(value.getSize(), value.getFrontier());
            Hash root = hash(value.getRoot());
            if (!range.root().equals(root)) {
                throw new LedgerIntegrityException(
                        where + ": its frontier has root " + range.root() + ", the record says " + root);
            }
            return new ChainHead(ChainId.parse(value.getChain()), range, hash(value.getLastLeaf()), value);
        } catch (IllegalArgumentException e) {
            throw new LedgerIntegrityException(where + " is malformed: " + e.getMessage(), e);
        }
    }

    static CompactRange range(long size, List<ByteBuffer> frontier) {
        return CompactRange.of(size, frontier.stream().map(HeadRecords::hash).toList());
    }

    static Hash hash(ByteBuffer buffer) {
        return Hash.of(EntryRecords.bytes(buffer));
    }

    static ByteBuffer buffer(Hash hash) {
        return ByteBuffer.wrap(hash.bytes());
    }

    static List<ByteBuffer> buffers(CompactRange range) {
        return range.frontier().stream().map(HeadRecords::buffer).toList();
    }
}
