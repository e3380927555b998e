// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallystick.bundle.ExportRecord;
import io.tallystick.embedded.EmbeddedLedger;
import io.tallystick.embedded.LedgerExtension;
import io.tallystick.entry.ChainId;
import io.tallystick.export.assemble.BundleKeys;
import io.tallystick.export.assemble.BundleWriter;
import io.tallystick.export.assemble.CoreExport;
import io.tallystick.export.assemble.RetentionRules;
import io.tallystick.export.assemble.SampleLedger;
import io.tallystick.export.assemble.SharedObjects;
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
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Both steps with a store that takes longer for a window than the group waits for a member that does not poll. */
@ExtendWith(LedgerExtension.class)
class SlowStoreIT {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Duration SILENCE_MAX = Duration.ofSeconds(4);
    private static final int CHAINS = 24;
    private static final long PUT_MS = 700;
    private static final long OBJECT_MS = 200;
    private static final String CHAINS_STEP = "export-chains";
    private static final RetentionRules RULES = new RetentionRules(Set.of());

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
        store = new SlowStore(DirectoryObjectStore.open(ledger.bucket()), PUT_MS);
    }

    @AfterEach
    void tearDown() throws IOException {
        store.close();
        ledger.close();
    }

    /** Counts what is tried, and takes its time. */
    private final class SlowStore extends ForwardingStore {
        private final long everyMs;

        SlowStore(ObjectStore store, long everyMs) {
            super(store);
            this.everyMs = everyMs;
        }

        private void pause() throws IOException {
            try {
                TimeUnit.MILLISECONDS.sleep(everyMs);
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }

        @Override
        public PutOutcome putIfAbsent(ObjectName name, Content content, Protection protection) throws IOException {
            puts.merge(name, 1, Integer::sum);
            pause();
            return super.putIfAbsent(name, content, protection);
        }

        @Override
        public boolean protect(ObjectName name, Protection protection) throws IOException {
            pause();
            return super.protect(name, protection);
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
        return start(scratch, store);
    }

    private StepThread start(String scratch, ObjectStore to) {
        return start(CHAINS_STEP, () -> new ChainExporter(clients, to, temp.resolve(scratch), RULES));
    }

    private StepThread start(String name, StepThread.Opening opening) {
        StepThread thread = new StepThread(name, opening, PATIENCE, fatal::add);
        thread.start();
        return thread;
    }

    private Step bundles(ObjectStore to) {
        return new BundleExporter(
                clients,
                new BundleWriter(
                        to,
                        BundleKeys.always(ledger.sample().bundleKey()),
                        new ExportRecord.Software("unknown", "0.1.0"),
                        RULES),
                new SharedObjects(to),
                new RegistrySchemas(settings.schemaRegistryUrl()),
                RULES,
                new WrittenBundles(new SimpleMeterRegistry(), Optional.empty()),
                InstantSource.system());
    }

    private void awaitCommitted(CoreExport.WindowScript window) {
        String end = Long.toString(window.sealed().window().end().toEpochMilli());
        awaitCommitted(CHAINS_STEP, settings.topics().entries(), end::equals);
    }

    private void awaitCommitted(String step, String topic, Predicate<String> metadata) {
        Set<TopicPartition> partitions = IntStream.range(0, settings.partitions())
                .mapToObj(partition -> new TopicPartition(topic, partition))
                .collect(Collectors.toSet());
        try (Consumer<?, ?> committed = clients.member(step)) {
            await().atMost(PATIENCE)
                    .until(() -> !fatal.isEmpty()
                            || committed.committed(partitions).values().stream()
                                    .allMatch(offset -> Objects.nonNull(offset) && metadata.test(offset.metadata())));
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
    void aBundleThatTakesLongIsWrittenOnce() throws IOException {
        // Given: the data files are there
        CoreExport.WindowScript window = manyChains();
        ledger.feed().entries(window);
        ledger.feed().seal(window);
        try (ObjectStore fast = DirectoryObjectStore.open(ledger.bucket());
                StepThread chains = start("scratch", fast)) {
            assertThat(chains).isNotNull();
            awaitCommitted(window);
        }

        // When: their locks, and as many checkpoints, in one bundle
        String start = "v1 " + window.sealed().window().start().toEpochMilli() + " ";
        try (ObjectStore slow = new SlowStore(DirectoryObjectStore.open(ledger.bucket()), OBJECT_MS);
                StepThread bundles = start(BundleExporter.STAGE, () -> bundles(slow))) {
            assertThat(bundles).isNotNull();
            awaitCommitted(BundleExporter.STAGE, settings.topics().exports(), metadata -> metadata.startsWith(start));
        }

        // Then
        assertThat(puts).hasSizeGreaterThan(CHAINS);
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
