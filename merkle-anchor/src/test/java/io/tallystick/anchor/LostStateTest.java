// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.tallystick.anchor.RegistryTopology.Surroundings;
import io.tallystick.anchor.registry.Registry;
import io.tallystick.avro.ChainTreeHead;
import io.tallystick.avro.Cut;
import io.tallystick.avro.PartitionClosed;
import io.tallystick.avro.RegistryWindow;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.tree.CompactRange;
import io.tallystick.tree.Hash;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processors that are initialised again over stores that have lost something, as Streams does with a corrupted task. */
class LostStateTest {
    private static final Duration WINDOW = Duration.ofMinutes(15);
    private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

    @TempDir
    private Path directory;

    private final PartitionFeed feed = new PartitionFeed(0, 0);
    private final EntryChain acme = new EntryChain("acme/0");
    private final EntryChain globex = new EntryChain("globex/3");
    private final List<Long> rebuilt = new ArrayList<>();
    private final List<Long> left = new ArrayList<>();
    private AnchorConfig config;
    private MockProcessorContext<String, SpecificRecord> context;
    private TreesState state;
    private long offset;

    @BeforeEach
    void open() {
        config = new AnchorConfig(Settings.valid(directory));
        Properties properties = new Properties();
        properties.putAll(config.streams("trees"));
        context = new MockProcessorContext<>(properties, new TaskId(0, 0), directory.toFile());
    }

    private KeyValueStore<String, byte[]> store(String name) {
        KeyValueStore<String, byte[]> store = Stores.keyValueStoreBuilder(
                        Stores.inMemoryKeyValueStore(name), Serdes.String(), Serdes.ByteArray())
                .withLoggingDisabled()
                .build();
        store.init(context.getStateStoreContext(), store);
        context.addStateStore(store);
        return store;
    }

    private void process(
            Processor<String, SpecificRecord, String, SpecificRecord> processor, String key, SpecificRecord value) {
        context.setRecordMetadata("input", 0, offset++);
        processor.process(new Record<>(key, value, 0));
    }

    /** The state of the trees; gives back what is below it. */
    private KeyValueStore<String, byte[]> treesStore() {
        KeyValueStore<String, byte[]> stored = store(TreesTopology.TREES);
        state = new TreesState(stored, new AbortCount());
        context.addStateStore(state);
        return stored;
    }

    private Processor<String, SpecificRecord, String, SpecificRecord> trees() {
        Processor<String, SpecificRecord, String, SpecificRecord> processor = TreesProcessor.supplier(
                        TreesTopology.ledger(config.ledger()), (partition, before, trees, store) -> {
                            long[] count = {store.clock().isPresent() ? 1 : 0};
                            store.forEach(tree -> count[0]++);
                            left.add(count[0]);
                            rebuilt.add(before);
                        })
                .get();
        processor.init(context);
        process(processor, null, feed.init(1, NOON));
        process(processor, "acme/0", feed.entry(acme, acme.next(NOON.plusSeconds(1))));
        process(processor, "globex/3", feed.entry(globex, globex.next(NOON.plusSeconds(2))));
        process(processor, null, feed.windowEnd(NOON.plus(WINDOW), WINDOW));
        assertThat(rebuilt).containsExactly(0L);
        state.flushCache();
        return processor;
    }

    /** The next record asks for everything before it, after nothing was left of the store. */
    private void requireRebuilt(Processor<String, SpecificRecord, String, SpecificRecord> processor) {
        processor.init(context);
        assertThat(catchThrowable(
                        () -> process(processor, null, feed.windowEnd(NOON.plus(WINDOW.multipliedBy(2)), WINDOW))))
                .hasMessageContaining("does not begin with an Init record");
        assertThat(rebuilt).containsExactly(0L, 4L);
        assertThat(left).containsExactly(0L, 0L);
    }

    @Test
    void oneLostTreeBesideAnIntactClockIsRebuilt() {
        KeyValueStore<String, byte[]> trees = treesStore();
        store(TreesTopology.CLOCK);
        Processor<String, SpecificRecord, String, SpecificRecord> processor = trees();

        trees.delete("acme/0");

        requireRebuilt(processor);
    }

    @Test
    void anOlderTreeBesideAnIntactClockIsRebuilt() {
        KeyValueStore<String, byte[]> trees = treesStore();
        store(TreesTopology.CLOCK);
        Processor<String, SpecificRecord, String, SpecificRecord> processor = trees();

        byte[] older = trees.get("acme/0");
        older[older.length - 1] = 0;
        trees.put("acme/0", older);

        requireRebuilt(processor);
    }

    @Test
    void treesWithoutAClockAreNotKept() {
        treesStore();
        KeyValueStore<String, byte[]> clock = store(TreesTopology.CLOCK);
        Processor<String, SpecificRecord, String, SpecificRecord> processor = trees();

        clock.delete("clock");

        requireRebuilt(processor);
    }

    @Test
    void anIntactStoreIsNotRebuiltWhenTheTaskBeginsAgain() {
        treesStore();
        store(TreesTopology.CLOCK);
        Processor<String, SpecificRecord, String, SpecificRecord> processor = trees();

        processor.init(context);
        process(processor, "acme/0", feed.entry(acme, acme.next(NOON.plus(WINDOW))));
        process(processor, null, feed.windowEnd(NOON.plus(WINDOW.multipliedBy(2)), WINDOW));

        assertThat(rebuilt).containsExactly(0L);
    }

    /** The transaction was aborted, so the same records come again. */
    @Test
    void aTaskThatBeginsAgainHasForgottenWhatWasNotFlushed() {
        KeyValueStore<String, byte[]> trees = treesStore();
        store(TreesTopology.CLOCK);
        Processor<String, SpecificRecord, String, SpecificRecord> processor = trees();
        byte[] flushed = trees.get("acme/0");
        SpecificRecord entry = feed.entry(acme, acme.next(NOON.plus(WINDOW)));
        process(processor, "acme/0", entry);
        offset--;

        processor.init(context);
        state.flushCache();
        assertThat(trees.get("acme/0")).isEqualTo(flushed);
        process(processor, "acme/0", entry);
        state.flushCache();

        assertThat(trees.get("acme/0")).isNotEqualTo(flushed);
        assertThat(rebuilt).containsExactly(0L);
    }

    @Test
    void aDamagedTreeStopsTheTaskBeforeItsFirstRecord() {
        KeyValueStore<String, byte[]> trees = treesStore();
        store(TreesTopology.CLOCK);
        Processor<String, SpecificRecord, String, SpecificRecord> processor = trees();

        trees.put("acme/0", new byte[] {1});

        assertThat(catchThrowable(() -> processor.init(context)))
                .isInstanceOf(LedgerIntegrityException.class)
                .hasMessageContaining("stored tree of chain acme/0 is damaged");
    }

    @Test
    void aLostHeadOfAnOpenWindowIsReplayedAndNotLeftOut() {
        store(RegistryTopology.STATE);
        KeyValueStore<String, byte[]> kept = store(RegistryTopology.HEADS);
        RegistryRecovery recovery = new RegistryRecovery() {
            @Override
            public Registry.Base registered() {
                return Registry.Base.NONE;
            }

            @Override
            public Optional<Instant> firstWindow() {
                return Optional.of(NOON);
            }

            @Override
            public void replay(long before, Registry registry) {
                rebuilt.add(before);
                assertThat(registry.intact()).isFalse();
                RegistryRecords.offer(registry, 0, "acme/0", head(), 1);
            }
        };
        Processor<String, SpecificRecord, String, SpecificRecord> processor = RegistryProcessor.supplier(
                        new Surroundings(config, tenant -> Hash.ZERO, recovery, progress -> {}))
                .get();
        processor.init(context);
        process(processor, "acme/0", head());

        kept.delete(kept.all().next().key);
        processor.init(context);
        process(processor, null, new PartitionClosed(0, NOON, NOON.plus(WINDOW), 1, 9L));

        assertThat(rebuilt).containsExactly(1L);
        assertThat(context.forwarded()).singleElement().satisfies(window -> assertThat(
                        ((RegistryWindow) window.record().value()).getLeaves())
                .hasSize(2));
    }

    private static ChainTreeHead head() {
        EntryChain chain = new EntryChain("acme/0");
        chain.next(NOON);
        CompactRange range = CompactRange.EMPTY.append(chain.lastLeaf());
        return ChainTreeHead.newBuilder()
                .setChain("acme/0")
                .setWindow(NOON)
                .setCut(Cut.WINDOW)
                .setSize(1)
                .setRoot(HeadRecords.buffer(range.root()))
                .setFrontier(HeadRecords.buffers(range))
                .setLastLeaf(HeadRecords.buffer(chain.lastLeaf()))
                .setEntriesPartition(0)
                .setEntriesOffset(1)
                .build();
    }
}
