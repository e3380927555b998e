// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export;

import static io.tallystick.export.ScriptedLedger.ACME_1ST;
import static io.tallystick.export.ScriptedLedger.ACME_2ND;
import static io.tallystick.export.ScriptedLedger.ACME_3RD;
import static io.tallystick.export.ScriptedLedger.GLOBEX_3RD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.github.luben.zstd.ZstdInputStream;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallystick.embedded.EmbeddedLedger;
import io.tallystick.embedded.LedgerExtension;
import io.tallystick.export.assemble.CoreExport;
import io.tallystick.export.assemble.FailingStore;
import io.tallystick.export.audit.BundleWalk;
import io.tallystick.export.store.Content;
import io.tallystick.export.store.ForwardingStore;
import io.tallystick.export.store.ObjectName;
import io.tallystick.export.store.ObjectStore;
import io.tallystick.export.store.Protection;
import io.tallystick.export.store.PutOutcome;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.tree.Hash;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The exporter on a real broker: what it writes is what an auditor accepts, however often it is interrupted. */
@ExtendWith(LedgerExtension.class)
class ExportIT {
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @TempDir
    Path temp;

    private final BlockingQueue<Throwable> fatal = new LinkedBlockingQueue<>();
    private ScriptedLedger ledger;
    private Map<String, String> properties;
    private Path bucket;
    private List<CoreExport.WindowScript> script;
    private LedgerFeed feed;

    @BeforeEach
    void setUp(EmbeddedLedger embedded) throws Exception {
        ledger = new ScriptedLedger(embedded, temp);
        properties = ledger.properties();
        bucket = ledger.bucket();
        script = ledger.script();
        feed = ledger.feed();
    }

    @AfterEach
    void tearDown() {
        ledger.close();
    }

    private ExportApplication start() {
        return start(UnaryOperator.identity());
    }

    private ExportApplication start(UnaryOperator<ObjectStore> between) {
        ExportApplication application =
                new ExportApplication(new ExportConfig(properties), new SimpleMeterRegistry(), fatal::add, between);
        application.start();
        return application;
    }

    private void awaitObject(String path) {
        await().atMost(PATIENCE).until(() -> !fatal.isEmpty() || Files.exists(bucket.resolve(path)));
        assertThat(fatal).isEmpty();
    }

    private void awaitAll() {
        awaitObject(ACME_3RD + "checkpoint");
        awaitObject(GLOBEX_3RD + "checkpoint");
    }

    /** What two exports must have in common: everything that follows from the topics, data uncompressed. */
    private static SortedMap<String, Hash> evidence(Path bucket) throws IOException {
        SortedMap<String, Hash> evidence = new TreeMap<>();
        for (Map.Entry<String, Hash> file : CoreExport.digests(bucket).entrySet()) {
            String path = file.getKey();
            if (path.endsWith(".zst")) {
                try (InputStream in = new ZstdInputStream(Files.newInputStream(bucket.resolve(path)))) {
                    evidence.put(path, Hash.sha256(in.readAllBytes()));
                }
            } else if (!path.matches(".*/(export.json|bundle.dsse.json|SHA256SUMS)")) {
                evidence.put(path, file.getValue());
            }
        }
        return evidence;
    }

    @Test
    void writesBundlesThatAnAuditorAccepts() {
        // Given
        ledger.feedAll();

        // When
        try (ExportApplication application = start()) {
            assertThat(application).isNotNull();
            awaitAll();
        }

        // Then
        ledger.requireValid(bucket);
        ledger.requireValid(bucket.resolve("v1/tenant=acme"));
        ledger.requireValid(bucket.resolve("v1/tenant=globex"));
        assertThat(bucket.resolve("v1/trust-root-1.json")).exists();
        assertThat(bucket.resolve("v1/README.md")).exists();
        assertThat(bucket.resolve("v1/sql/duckdb.sql")).exists();
        assertThat(bucket.resolve("v1/keys/" + ledger.sample().bundleKey().keyId() + ".pem"))
                .exists();
    }

    @Test
    void goesOnWhereItWasAfterARestart() {
        // Given: stopped after a whole window, and again between the two steps of the next one
        feed.entries(script.get(0));
        feed.seal(script.get(0));
        try (ExportApplication application = start()) {
            assertThat(application).isNotNull();
            awaitObject(ACME_1ST + "checkpoint");
        }
        feed.entries(script.get(1));
        try (ExportApplication application = start()) {
            assertThat(application).isNotNull();
            awaitObject(ACME_2ND + "chain-0000-00000.ndjson.zst");
        }
        assertThat(bucket.resolve(ACME_2ND + "manifest.json")).doesNotExist();
        feed.seal(script.get(1));
        feed.entries(script.get(2));
        feed.seal(script.get(2));

        // When
        try (ExportApplication application = start()) {
            assertThat(application).isNotNull();
            awaitAll();
        }

        // Then
        ledger.requireValid(bucket);
    }

    @Test
    void aFurtherExporterFillsAnotherStoreWithTheSameEvidence() throws Exception {
        // Given
        ledger.feedAll();
        try (ExportApplication application = start()) {
            assertThat(application).isNotNull();
            awaitAll();
        }
        Path first = bucket;

        // When
        bucket = temp.resolve("copy");
        properties.put("ledger.export.directory", bucket.toString());
        properties.put("ledger.export.name", "copy");
        try (ExportApplication application = start()) {
            assertThat(application).isNotNull();
            awaitAll();
        }

        // Then
        assertThat(evidence(bucket)).isEqualTo(evidence(first));
        ledger.requireValid(bucket);
    }

    @Test
    void goesOnByItselfAfterAStoreThatFails() throws Exception {
        // Given: failures at several places, each of them once, all of them persisted
        ledger.feedAll();

        // When
        try (ExportApplication application = start(store -> new FailingStore(
                new FailingStore(
                        new FailingStore(store, 12, FailingStore.Failure.FAILED_BUT_PERSISTED),
                        15,
                        FailingStore.Failure.FAILED),
                30,
                FailingStore.Failure.FAILED_BUT_PERSISTED))) {
            assertThat(application).isNotNull();
            awaitAll();
        }

        // Then
        ledger.requireValid(bucket);
    }

    @Test
    void stopsWhenAStoreGoesOnFailing() {
        // Given: many polls return between one failure and the next
        properties.put("ledger.export.retry.timeout.ms", "2000");
        ledger.feedAll();

        // When
        try (ExportApplication application = start(BrokenStore::new)) {
            assertThat(application).isNotNull();
            await().atMost(PATIENCE).until(() -> !fatal.isEmpty());
        }

        // Then
        assertThat(fatal).first().asString().contains("export-bundles failed");
        assertThat(bucket.resolve(ACME_1ST + "checkpoint")).doesNotExist();
    }

    /** Takes everything but checkpoints of bundles. */
    private static final class BrokenStore extends ForwardingStore {
        BrokenStore(ObjectStore store) {
            super(store);
        }

        @Override
        public PutOutcome putIfAbsent(ObjectName name, Content content, Protection protection) throws IOException {
            if (name.toString().endsWith("/checkpoint")) {
                throw new IOException("made to fail at " + name);
            }
            return super.putIfAbsent(name, content, protection);
        }
    }

    @Test
    void stopsAtAnObjectThatIsNotItsOwn() throws Exception {
        // Given
        ledger.feedAll();
        Path foreign = bucket.resolve(ACME_1ST + "chain-0003-00000.ndjson.zst");
        Files.createDirectories(foreign.getParent());
        Files.writeString(foreign, "not ours");

        // When
        try (ExportApplication application = start()) {
            assertThat(application).isNotNull();
            await().atMost(PATIENCE).until(() -> !fatal.isEmpty());
        }

        // Then
        assertThat(fatal)
                .first()
                .isInstanceOf(LedgerIntegrityException.class)
                .asString()
                .contains("chain-0003-00000.ndjson.zst");
        assertThat(foreign).hasContent("not ours");
        assertThat(bucket.resolve(ACME_1ST + "checkpoint")).doesNotExist();
    }

    @Test
    void stopsWhenItsStoreWasExchanged() {
        // Given
        feed.entries(script.get(0));
        feed.seal(script.get(0));
        try (ExportApplication application = start()) {
            assertThat(application).isNotNull();
            awaitObject(ACME_1ST + "checkpoint");
        }
        bucket = temp.resolve("empty");
        properties.put("ledger.export.directory", bucket.toString());
        feed.entries(script.get(1));
        feed.seal(script.get(1));

        // When
        try (ExportApplication application = start()) {
            assertThat(application).isNotNull();
            await().atMost(PATIENCE).until(() -> !fatal.isEmpty());
        }

        // Then: a bundle of the window before is missing, or a data file, of a tenant that had none yet
        assertThat(fatal)
                .first()
                .asString()
                .containsAnyOf("no complete bundle", "is this the store the first step writes to?");
        assertThat(bucket.resolve(ACME_2ND + "manifest.json")).doesNotExist();
    }

    @Test
    void refusesToStartWithAnotherNumberOfPartitions() {
        // Given
        properties.put("ledger.partitions", "3");

        // When / Then
        assertThatThrownBy(this::start)
                .isInstanceOf(LedgerIntegrityException.class)
                .hasMessageContaining("ledger.partitions");
    }

    @Test
    void refusesToStartWithoutItsKey() throws Exception {
        // Given
        Files.writeString(temp.resolve("passphrase"), "wrong");

        // When / Then
        assertThatThrownBy(this::start).hasMessageContaining("ledger.bundle.key.file");
    }

    @Test
    void theBrokerKeepsHowFarTheAuditIs() {
        // Given: more tenants than there is room for
        Clients clients = new Clients(new ExportConfig(properties).ledger(), new ExporterName(""));
        TreeMap<String, BundleWalk.Place> all = new TreeMap<>();
        Instant window = Instant.parse("2026-11-21T03:15:00Z");
        for (int i = 0; i < 2_000; i++) {
            all.put("tenant-" + i, new BundleWalk.Place(window, window, 3));
        }
        assertThat(new AuditPlaces(clients).load()).isEmpty();

        // When
        new AuditPlaces(clients).save(new BundleWalk.Progress(7, all));

        // Then
        BundleWalk.Progress kept = new AuditPlaces(clients).load().orElseThrow();
        assertThat(kept.secret()).isEqualTo(7);
        assertThat(kept.places()).hasSizeGreaterThan(100).allSatisfy((tenant, place) -> assertThat(place)
                .isEqualTo(all.get(tenant)));
    }
}
