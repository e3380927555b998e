// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallystick.anchor.registry.MemoryRegistryStore;
import io.tallystick.anchor.registry.Registry;
import io.tallystick.anchor.window.ChainTree;
import io.tallystick.anchor.window.MemoryTreeStore;
import io.tallystick.anchor.window.PartitionClock;
import io.tallystick.anchor.window.PartitionTrees;
import io.tallystick.embedded.EmbeddedLedger;
import io.tallystick.embedded.LedgerExtension;
import io.tallystick.topic.LedgerIntegrityException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What trees and registry hold is rebuilt from the ends of the topics, however much lies before. */
@ExtendWith(LedgerExtension.class)
class RebuildIT {
    private static final Duration WINDOW = Duration.ofMinutes(30);
    private static final int DAY = 48;

    /** Each window has two heads and two ends, the first of a day two heads more. */
    private static final int HEADS_A_DAY = 4 * DAY + 2;

    /** At ten o'clock of a day, so long ago that no window lies in the future: brokers refuse such times. */
    private final Instant created = Instant.now()
            .truncatedTo(ChronoUnit.DAYS)
            .minus(Duration.ofDays(30))
            .plusSeconds(10 * 3600 + 10);

    @TempDir
    private Path directory;

    private final Map<String, Integer> read = new ConcurrentHashMap<>();
    private final EntryChain busy = TestLedger.chain("acme", 0);
    private final EntryChain other = TestLedger.chain("acme", 1);
    private final EntryChain idle = TestLedger.chain("globex", 0);
    private final EntryChain idleToo = TestLedger.chain("globex", 1);
    private TestLedger ledger;
    private LedgerHistory history;

    @BeforeEach
    void open(EmbeddedLedger broker) throws Exception {
        ledger = new TestLedger(
                broker, directory, created, Map.of("ledger.window.size.ms", Long.toString(WINDOW.toMillis())));
        history = new LedgerHistory(ledger, created);
    }

    @AfterEach
    void close() {
        ledger.close();
    }

    /** Counts the records of each topic. */
    private final class Counting implements Deserializer<SpecificRecord> {
        private final Deserializer<SpecificRecord> records = ledger.records().deserializer();

        @Override
        public SpecificRecord deserialize(String topic, byte[] bytes) {
            read.merge(topic, 1, Integer::sum);
            return records.deserialize(topic, bytes);
        }
    }

    private CommittedReader reader() {
        return new CommittedReader(ledger.config().committedReader("recovery"), new Counting());
    }

    private static Restores restores() {
        return new Restores(new SimpleMeterRegistry(), "test", InstantSource.system());
    }

    /** Two chains get an entry in each window, two others their first ones only. */
    private void write(int from, int windows, int partition) {
        EntryChain chain = partition == 0 ? busy : other;
        EntryChain quiet = partition == 0 ? idle : idleToo;
        for (int i = from; i < windows; i++) {
            if (i == 0) {
                history.entry(partition, quiet, quiet.next(history.window(0).plusSeconds(20)));
            }
            history.entry(partition, chain, chain.next(history.window(i).plusSeconds(30)));
            history.end(i, partition);
        }
    }

    private void write(int windows) {
        for (int i = 0; i < windows; i++) {
            write(i, i + 1, 0);
            write(i, i + 1, 1);
        }
    }

    private MemoryTreeStore rebuiltTrees(int partition) {
        MemoryTreeStore store = new MemoryTreeStore();
        PartitionTrees trees = history.trees(partition, store);
        new HeadsTreesRecovery(ledger.config(), this::reader, restores())
                .rebuild(partition, history.next(partition), trees, store);
        assertThat(trees.intact()).isTrue();
        return store;
    }

    private MemoryRegistryStore rebuiltRegistry() {
        RegistryRecovery recovery = new TopicsRegistryRecovery(ledger.config(), this::reader, restores());
        MemoryRegistryStore store = new MemoryRegistryStore();
        Registry registry = history.registry(store, recovery::registered);
        recovery.replay(history.nextHead(), registry);
        assertThat(registry.intact()).isTrue();
        return store;
    }

    private static Map<String, ChainTree> trees(MemoryTreeStore store) {
        Map<String, ChainTree> trees = new TreeMap<>();
        store.forEach(tree -> trees.put(tree.chain().toString(), tree));
        return trees;
    }

    private void requireRebuilt(int partition, UnaryOperator<Map<String, ChainTree>> known) {
        MemoryTreeStore rebuilt = rebuiltTrees(partition);
        MemoryTreeStore live = history.store(partition);
        assertThat(trees(rebuilt)).isEqualTo(known.apply(trees(live)));
        PartitionClock clock = live.clock().orElseThrow();
        assertThat(rebuilt.clock().orElseThrow())
                .returns(clock.last(), PartitionClock::last)
                .returns(clock.now(), PartitionClock::now)
                .returns(clock.window(), PartitionClock::window);
    }

    private int heads() {
        return read.getOrDefault(ledger.topics().heads(), 0);
    }

    /** Not a day old; ten days; twenty. */
    @ParameterizedTest
    @ValueSource(ints = {5, 10 * DAY + 7, 20 * DAY + 7})
    void whatIsReadDoesNotGrowWithTheLedger(int windows) {
        write(windows);
        history.entry(0, busy, busy.next(history.window(windows).plusSeconds(5)));

        requireRebuilt(0, all -> all);

        assertThat(heads()).isPositive().isLessThan(2 * HEADS_A_DAY);
        read.clear();

        assertThat(rebuiltRegistry().state()).isEqualTo(history.registryStore().state());

        assertThat(heads()).isPositive().isLessThan(HEADS_A_DAY + 100);
        assertThat(read.get(ledger.topics().registry())).isLessThan(DAY);
        assertThat(history.registered()).isEqualTo(windows);
    }

    /** For a ledger in which nothing has been registered yet. */
    @Test
    void theFirstWindowIsThatOfTheLedgersBeginning() {
        RegistryRecovery recovery = new TopicsRegistryRecovery(ledger.config(), this::reader, restores());

        assertThat(recovery.firstWindow()).contains(history.window(0));
        assertThat(recovery.registered().until()).isEmpty();
    }

    /** Its last window, and the day's first before it, lie far back behind those of the other. */
    @Test
    void aPartitionThatIsLateIsRebuiltAllTheSame() {
        write(DAY + 20);
        write(DAY + 20, 4 * DAY, 0);

        requireRebuilt(1, all -> all);
        requireRebuilt(0, all -> all);
        assertThat(rebuiltRegistry().state()).isEqualTo(history.registryStore().state());
        assertThat(history.registered()).isEqualTo(DAY + 20);
    }

    /** A chain that has ended has no heads any more; it need not be known for its end to be kept. */
    @Test
    void whatFollowsTheEndOfAChainIsRefusedAfterwardsToo() {
        history.entry(0, idle, idle.next(history.window(0).plusSeconds(20)));
        history.entry(0, idle, idle.close(history.window(0).plusSeconds(21)));
        for (int i = 0; i < 2 * DAY; i++) {
            write(Math.max(i, 1), i + 1, 0);
            if (i == 0) {
                history.end(0, 0);
            }
            write(i, i + 1, 1);
        }
        requireRebuilt(0, all -> {
            assertThat(all.remove(idle.id().toString())).returns(true, ChainTree::closed);
            return all;
        });
        MemoryTreeStore store = rebuiltTrees(0);
        PartitionTrees trees = history.trees(0, store);
        PartitionFeed feed =
                new PartitionFeed(0, store.clock().orElseThrow().last().pseq() + 1);
        byte[] more = idle.next(history.window(2 * DAY).plusSeconds(1));

        assertThatExceptionOfType(LedgerIntegrityException.class)
                .isThrownBy(() ->
                        EntryRecords.offer(trees, history.next(0), idle.id().toString(), feed.entry(idle, more)))
                .withMessageContaining("tree size is 0, entry has sequence 2");
    }
}
