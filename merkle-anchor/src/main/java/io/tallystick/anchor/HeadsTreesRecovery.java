// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import io.tallystick.anchor.HeadRecords.ChainHead;
import io.tallystick.anchor.window.ChainTree;
import io.tallystick.anchor.window.PartitionTrees;
import io.tallystick.anchor.window.RecordPosition;
import io.tallystick.anchor.window.TreeStore;
import io.tallystick.anchor.window.WindowGrid;
import io.tallystick.avro.Boundary;
import io.tallystick.avro.LedgerEntry;
import io.tallystick.avro.PartitionClosed;
import io.tallystick.topic.LedgerIntegrityException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rebuilds trees from the end of {@code ledger.heads}: at the end of a window every chain with entries has a head of its size,
 * at that of a day's first window every open chain. So the last heads before the partition's last closed window, none of them
 * older than a day, and the entries since are all there is to know.
 *
 * <p>Entries are replayed through the same checks as ever; the heads they lead to exist and are not written again.
 */
final class HeadsTreesRecovery implements TreesRecovery {
    private static final Logger LOGGER = LoggerFactory.getLogger(HeadsTreesRecovery.class);

    /** Offsets of {@code ledger.heads} that are read at first. */
    private static final long HEADS_FIRST = 100;

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
            TopicPartition topic = new TopicPartition(config.topics().heads(), 0);
            PartitionHeads heads = reader.readTail(
                    topic, reader.end(topic), HEADS_FIRST, () -> new PartitionHeads(config.ledger(), partition));
            if (before == 0 && heads.isEmpty()) {
                return;
            }
            TopicPartition entries = new TopicPartition(config.topics().entries(), partition);
            heads.closed().ifPresent(closed -> resume(reader, entries, closed, heads.atClosed(), trees, store));
            long from =
                    heads.closed().map(closed -> closed.getEntriesOffset() + 1).orElse(0L);
            long until = Math.max(before, heads.lastOffset() + 1);
            reader.read(
                    entries,
                    from,
                    until,
                    record -> EntryRecords.offer(trees, record.offset(), record.key(), record.value()));
            heads.sinceClosed()
                    .forEach(
                            head -> trees.acknowledge(head.chain(), head.range().size()));
            LOGGER.atWarn()
                    .addKeyValue("partition", partition)
                    .addKeyValue("offset", until)
                    .log("trees rebuilt from heads, the local state and its changelog were empty or incomplete");
        }
    }

    private void resume(
            CommittedReader reader,
            TopicPartition entries,
            PartitionClosed closed,
            Collection<ChainHead> heads,
            PartitionTrees trees,
            TreeStore store) {
        // The last head of a chain before a window is closed is always one that a window's end cut.
        WindowGrid windows = new WindowGrid(config.ledger().windowSize());
        for (ChainHead head : heads) {
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
                    windows.endOf(head.value().getWindow())));
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
}
