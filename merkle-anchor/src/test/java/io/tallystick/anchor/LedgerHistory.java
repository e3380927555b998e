// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import io.tallystick.anchor.registry.MemoryRegistryStore;
import io.tallystick.anchor.registry.Registry;
import io.tallystick.anchor.registry.RegistryBuilder;
import io.tallystick.anchor.registry.SealedWindow;
import io.tallystick.anchor.window.Cuts;
import io.tallystick.anchor.window.MemoryTreeStore;
import io.tallystick.anchor.window.PartitionTrees;
import io.tallystick.anchor.window.RecordPosition;
import io.tallystick.anchor.window.WindowGrid;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecord;

/** Writes many windows to entries, heads and registry, as sequencer, trees and registry would have; keeps what those would hold. */
final class LedgerHistory {
    private final TestLedger ledger;
    private final WindowGrid windows;
    private final Instant first;
    private final List<PartitionFeed> feeds = new ArrayList<>();
    private final List<MemoryTreeStore> stores = new ArrayList<>();
    private final List<PartitionTrees> trees = new ArrayList<>();
    private final long[] next = new long[TestLedger.PARTITIONS];
    private final MemoryRegistryStore registryStore = new MemoryRegistryStore();
    private final Registry registry;
    private long nextHead;
    private long registered;

    /** @param created when the ledger was */
    LedgerHistory(TestLedger ledger, Instant created) {
        this.ledger = ledger;
        this.windows = new WindowGrid(ledger.settings().windowSize());
        this.first = windows.startOf(created);
        this.registry = registry(registryStore, () -> Registry.Base.NONE);
        for (int partition = 0; partition < TestLedger.PARTITIONS; partition++) {
            feeds.add(new PartitionFeed(partition, 1));
            stores.add(new MemoryTreeStore());
            trees.add(trees(partition, stores.get(partition)));
            trees.get(partition).begin(new RecordPosition(0, 0), TestLedger.PARTITIONS, EntryChain.ORIGIN, created);
        }
    }

    /** The trees of a partition over another store. */
    PartitionTrees trees(int partition, MemoryTreeStore store) {
        return new PartitionTrees(TreesTopology.ledger(ledger.settings()), partition, store);
    }

    /** A registry of this ledger over another store. */
    Registry registry(MemoryRegistryStore store, Supplier<Registry.Base> base) {
        WindowGrid grid = new WindowGrid(ledger.settings().windowSize());
        return new Registry(
                TestLedger.PARTITIONS, grid, new RegistryBuilder(EntryChain.ORIGIN, grid, ledger::blind), store, base);
    }

    /** Start of a window. */
    Instant window(int index) {
        return first.plus(windows.size().multipliedBy(index));
    }

    /** An entry of a chain of the partition. */
    void entry(int partition, EntryChain chain, byte[] entry) {
        write(partition, chain.id().toString(), feeds.get(partition).entry(chain, entry));
    }

    /** The end of a window in a partition. */
    void end(int index, int partition) {
        write(partition, null, feeds.get(partition).windowEnd(window(index + 1), windows.size()));
    }

    private void write(int partition, String key, SpecificRecord record) {
        long offset = ledger.write(ledger.topics().entries(), partition, null, key, record);
        next[partition] = offset + 1;
        Cuts cuts = EntryRecords.offer(trees.get(partition), offset, key, record);
        for (Cuts.Head head : cuts.heads()) {
            head(head.time(), head.tree().chain().toString(), HeadRecords.write(head, partition));
        }
        cuts.closed().ifPresent(closed -> head(closed.end(), null, HeadRecords.write(closed, partition)));
    }

    private void head(Instant time, String key, SpecificRecord record) {
        long offset = ledger.write(ledger.topics().heads(), 0, time.toEpochMilli(), key, record);
        nextHead = offset + 1;
        for (SealedWindow window : RegistryRecords.offer(registry, offset, key, record, TestLedger.PARTITIONS)) {
            registered++;
            RegistryRecords.write(window)
                    .forEach(part ->
                            ledger.write(ledger.topics().registry(), 0, RegistryRecords.key(window.start()), part));
        }
    }

    /** What the trees of a partition hold. */
    MemoryTreeStore store(int partition) {
        return stores.get(partition);
    }

    /** What the registry holds. */
    MemoryRegistryStore registryStore() {
        return registryStore;
    }

    /** Offset of the next record of a partition of the entries. */
    long next(int partition) {
        return next[partition];
    }

    /** Offset of the next head. */
    long nextHead() {
        return nextHead;
    }

    /** Number of windows in the registry. */
    long registered() {
        return registered;
    }
}
