// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import io.tallystick.anchor.HeadRecords.ChainHead;
import io.tallystick.anchor.window.ChainTree;
import io.tallystick.anchor.window.PartitionTrees;
import io.tallystick.anchor.window.RecordPosition;
import io.tallystick.anchor.window.TreeStore;
import io.tallystick.avro.Boundary;
import io.tallystick.avro.ChainTreeHead;
import io.tallystick.avro.LedgerEntry;
import io.tallystick.avro.PartitionClosed;
import io.tallystick.topic.LedgerIntegrityException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rebuilds trees from {@code ledger.heads}: at the end of a window every chain with entries has a head of its size, so the
 * last heads before the partition's last closed window, and the entries since, are all there is to know.
 *
 * <p>Entries are replayed through the same checks as ever; the heads they lead to exist and are not written again.
 */
final class HeadsTreesRecovery implements TreesRecovery {
    private static final Logger LOGGER = LoggerFactory.getLogger(HeadsTreesRecovery.class);

    private final AnchorConfig config;
    private final Supplier<CommittedReader> readers;
    private final Restores restores;

    HeadsTreesRecovery(AnchorConfig config, Supplier<CommittedReader> readers, Restores restores) {
        this.config = config;
        this.readers = readers;
        this.restores = restores;
    }

    @Override
    public void rebuild(int partition, long before, PartitionTrees trees, TreeStore store) {
        restores.rebuild("partition " + partition, () -> readAll(partition, before, trees, store));
    }

    private void readAll(int partition, long before, PartitionTrees trees, TreeStore store) {
        try (CommittedReader reader = readers.get()) {
            Heads heads = new Heads(partition);
            reader.readAll(new TopicPartition(config.topics().heads(), 0), heads::take);
            if (before == 0 && heads.isEmpty()) {
                return;
            }
            TopicPartition entries = new TopicPartition(config.topics().entries(), partition);
            long from = 0;
            if (heads.closed != null) {
                resume(reader, entries, heads, trees, store);
                from = heads.closed.getEntriesOffset() + 1;
            }
            long until = Math.max(before, heads.lastOffset + 1);
            reader.read(
                    entries,
                    from,
                    until,
                    record -> EntryRecords.offer(trees, record.offset(), record.key(), record.value()));
            heads.sinceClosed
                    .values()
                    .forEach(
                            head -> trees.acknowledge(head.chain(), head.range().size()));
            LOGGER.atWarn()
                    .addKeyValue("partition", partition)
                    .addKeyValue("offset", until)
                    .log("trees rebuilt from heads, the local state and its changelog were empty or incomplete");
        }
    }

    private void resume(
            CommittedReader reader, TopicPartition entries, Heads heads, PartitionTrees trees, TreeStore store) {
        PartitionClosed closed = heads.closed;
        for (ChainHead head : heads.atClosed.values()) {
            ConsumerRecord<String, SpecificRecord> last =
                    recordAt(reader, entries, head.value().getEntriesOffset());
            if (!(last.value() instanceof LedgerEntry entry)) {
                throw misplaced(last, "an entry of chain " + head.chain());
            }
            store.put(ChainTree.resume(
                    head.chain(),
                    head.range(),
                    head.lastLeaf(),
                    EntryRecords.stored(last.offset(), last.key(), entry),
                    closed.getWindowEnd()));
        }
        ConsumerRecord<String, SpecificRecord> end = recordAt(reader, entries, closed.getEntriesOffset());
        if (!(end.value() instanceof Boundary boundary) || !boundary.getTime().equals(closed.getWindowEnd())) {
            throw misplaced(end, "the boundary at " + closed.getWindowEnd());
        }
        trees.resume(new RecordPosition(end.offset(), boundary.getPseq()), closed.getWindowEnd());
    }

    private static ConsumerRecord<String, SpecificRecord> recordAt(
            CommittedReader reader, TopicPartition partition, long offset) {
        Map<Long, ConsumerRecord<String, SpecificRecord>> found = new HashMap<>();
        reader.read(partition, offset, offset + 1, record -> found.put(record.offset(), record));
        if (!found.containsKey(offset)) {
            throw new LedgerIntegrityException(partition + " has no record at offset " + offset);
        }
        return found.get(offset);
    }

    private static LedgerIntegrityException misplaced(ConsumerRecord<String, SpecificRecord> record, String expected) {
        return new LedgerIntegrityException(record.topic() + "-" + record.partition() + " offset " + record.offset()
                + " does not hold " + expected + ", which a head refers to");
    }

    /** What {@code ledger.heads} says of one partition. */
    private final class Heads {
        private final int partition;
        private final Map<String, ChainHead> atClosed = new HashMap<>();
        private final Map<String, ChainHead> sinceClosed = new HashMap<>();
        private PartitionClosed closed;
        private long lastOffset = -1;

        Heads(int partition) {
            this.partition = partition;
        }

        boolean isEmpty() {
            return closed == null && sinceClosed.isEmpty();
        }

        void take(ConsumerRecord<String, SpecificRecord> record) {
            if (record.value() instanceof ChainTreeHead head && head.getEntriesPartition() == partition) {
                sinceClosed.put(
                        head.getChain(),
                        HeadRecords.read(record.key(), head, config.ledger().partitions()));
                lastOffset = Math.max(lastOffset, head.getEntriesOffset());
            } else if (record.value() instanceof PartitionClosed end && end.getPartition() == partition) {
                closed = end;
                lastOffset = Math.max(lastOffset, end.getEntriesOffset());
                atClosed.putAll(sinceClosed);
                sinceClosed.clear();
            }
        }
    }
}
