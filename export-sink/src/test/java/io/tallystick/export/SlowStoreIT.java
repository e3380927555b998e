// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.embedded.EmbeddedLedger;
import io.tallystick.embedded.LedgerExtension;
import io.tallystick.entry.ChainId;
import io.tallystick.export.assemble.CoreExport;
import io.tallystick.export.assemble.RetentionRules;
import io.tallystick.export.assemble.SampleLedger;
import io.tallystick.export.store.Content;
import io.tallystick.export.store.DirectoryObjectStore;
import io.tallystick.export.store.ForwardingStore;
import io.tallystick.export.store.ObjectName;
import io.tallystick.export.store.ObjectStore;
import io.tallystick.export.store.Protection;
import io.tallystick.export.store.PutOutcome;
import io.tallystick.topic.LedgerSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Step one with a store that takes longer for a window than the group waits for a member that does not poll. */
@ExtendWith(LedgerExtension.class)
class SlowStoreIT {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Duration SILENCE_MAX = Duration.ofSeconds(4);
    private static final int CHAINS = 24;
    private static final long PUT_MS = 700;

    @TempDir
    Path temp;

    private final BlockingQueue<Throwable> fatal = new LinkedBlockingQueue<>();
    private final Map<ObjectName, Integer> puts = new ConcurrentHashMap<>();
    private ScriptedLedger ledger;
    private LedgerSettings settings;
    private Clients clients;
    private ObjectStore store;

    @BeforeEach
    void setUp(EmbeddedLedger embedded) throws Exception {
        ledger = new ScriptedLedger(embedded, temp);
        settings = new ExportConfig(ledger.properties()).ledger();
        clients = new Clients(settings, new ExporterName(""), SILENCE_MAX);
        store = new SlowStore(DirectoryObjectStore.open(ledger.bucket()));
    }

    @AfterEach
    void tearDown() throws IOException {
        store.close();
        ledger.close();
    }

    /** Counts what is tried, and takes its time. */
    private final class SlowStore extends ForwardingStore {
        SlowStore(ObjectStore store) {
            super(store);
        }

        @Override
        public PutOutcome putIfAbsent(ObjectName name, Content content, Protection protection) throws IOException {
            puts.merge(name, 1, Integer::sum);
            try {
                TimeUnit.MILLISECONDS.sleep(PUT_MS);
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            return super.putIfAbsent(name, content, protection);
        }
    }

    /** One window with many chains: one partition alone takes longer than a member may be silent. */
    private CoreExport.WindowScript manyChains() {
        SampleLedger sample = new SampleLedger();
        List<CoreExport.Appended> entries = new ArrayList<>();
        for (int partition = 0; partition < CHAINS; partition++) {
            ChainId chain = new ChainId("acme", partition);
            entries.add(new CoreExport.Appended(chain, sample.genesis(chain)));
        }
        return new CoreExport.WindowScript(entries, sample.seal());
    }

    private StepThread start(String scratch) {
        StepThread thread = new StepThread(
                "export-chains",
                () -> new ChainExporter(clients, store, temp.resolve(scratch), new RetentionRules(Set.of())),
                PATIENCE,
                fatal::add);
        thread.start();
        return thread;
    }

    private void awaitCommitted(CoreExport.WindowScript window) {
        Set<TopicPartition> partitions = IntStream.range(0, settings.partitions())
                .mapToObj(partition -> new TopicPartition(settings.topics().entries(), partition))
                .collect(Collectors.toSet());
        String end = Long.toString(window.sealed().window().end().toEpochMilli());
        try (Consumer<?, ?> committed = clients.member("export-chains")) {
            await().atMost(PATIENCE)
                    .until(() -> !fatal.isEmpty()
                            || committed.committed(partitions).values().stream()
                                    .allMatch(offset -> Objects.nonNull(offset)
                                            && offset.metadata().equals(end)));
        }
        assertThat(fatal).isEmpty();
    }

    @Test
    void aWindowThatTakesLongIsStoredOnce() {
        // Given
        CoreExport.WindowScript window = manyChains();
        ledger.feed().entries(window);

        // When
        try (StepThread exporter = start("scratch")) {
            assertThat(exporter).isNotNull();
            awaitCommitted(window);
        }

        // Then
        assertThat(puts).hasSize(CHAINS);
        assertThat(puts.values()).as("PUTs of each file").containsOnly(1);
    }

    @Test
    void whoComesMeanwhileGetsItsPartitionsAndNobodyStops() {
        // Given: the second joins while the first stores
        CoreExport.WindowScript window = manyChains();
        ledger.feed().entries(window);
        try (StepThread exporter = start("scratch")) {
            assertThat(exporter).isNotNull();
            await().atMost(PATIENCE).until(() -> puts.size() >= 2);

            // When
            try (StepThread second = start("second")) {
                assertThat(second).isNotNull();
                awaitCommitted(window);
            }
        }

        // Then: what the first had begun the second may have adopted
        assertThat(puts).hasSize(CHAINS);
        assertThat(puts.values()).as("PUTs of each file").allMatch(tries -> tries <= 2);
    }
}
