// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.confluent.kafka.schemaregistry.client.rest.RestService;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallystick.bundle.ExportRecord;
import io.tallystick.embedded.EmbeddedLedger;
import io.tallystick.embedded.LedgerExtension;
import io.tallystick.entry.SchemaRef;
import io.tallystick.export.assemble.BundleKeys;
import io.tallystick.export.assemble.BundleWriter;
import io.tallystick.export.assemble.CoreExport;
import io.tallystick.export.assemble.RetentionRules;
import io.tallystick.export.assemble.SampleLedger;
import io.tallystick.export.assemble.SchemaMissingException;
import io.tallystick.export.assemble.SharedObjects;
import io.tallystick.export.store.DirectoryObjectStore;
import io.tallystick.export.store.ObjectStore;
import io.tallystick.topic.LedgerAdmin;
import io.tallystick.tree.Hash;
import io.tallystick.trust.KeyFile;
import io.tallystick.verify.VerificationReport;
import io.tallystick.verify.Verifier;
import io.tallystick.verify.VerifyRequest;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import org.apache.avro.Schema;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Two tenants in one partition; the schema registry lacks the text of a schema that one of them used. */
@ExtendWith(LedgerExtension.class)
class MissingSchemaIT {
    private static final RetentionRules RULES = new RetentionRules(Set.of());
    private static final String ACME_3RD = "v1/tenant=acme/dt=2026-11-21/window_start=20261121T034500Z/";
    private static final String GLOBEX_1ST = "v1/tenant=globex/dt=2026-11-21/window_start=20261121T031500Z/";
    private static final String GLOBEX_3RD = "v1/tenant=globex/dt=2026-11-21/window_start=20261121T034500Z/";
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @TempDir
    Path temp;

    private final SampleLedger sample = new SampleLedger();
    private final BlockingQueue<Throwable> fatal = new LinkedBlockingQueue<>();
    private final Warnings warnings = new Warnings();
    private Map<String, String> properties;
    private ExportConfig config;
    private RestService registry;
    private SchemaRef missing;
    private String text;
    private List<CoreExport.WindowScript> script;
    private LedgerFeed feed;

    private static final class Warnings extends AppenderBase<ILoggingEvent> {
        private final List<String> lines = new CopyOnWriteArrayList<>();

        @Override
        protected void append(ILoggingEvent event) {
            lines.add(event.getFormattedMessage() + " " + event.getKeyValuePairs());
        }
    }

    @BeforeEach
    void setUp(EmbeddedLedger embedded) throws Exception {
        properties = properties(embedded);
        config = new ExportConfig(properties);
        try (LedgerAdmin admin = new LedgerAdmin(config.ledger())) {
            admin.init(1);
        }
        registry = new RestService(embedded.registryUrl());
        missing = nextToBeRegistered();
        script = CoreExport.threeWindows(sample, missing);
        feed = new LedgerFeed(config.ledger());
        feed.tenants("acme", "globex");
        warnings.start();
        log().addAppender(warnings);
    }

    private static Logger log() {
        return (Logger) LoggerFactory.getLogger(PendingBundles.class);
    }

    /** The id the registry will give to {@link #text} when it gets it. */
    private SchemaRef nextToBeRegistered() throws Exception {
        String unique = "Sample" + Long.toString(System.nanoTime(), 36);
        int last = registry.registerSchema(record(unique + "Before"), unique + "-before");
        text = record(unique);
        return new SchemaRef(last + 1L, Hash.sha256(text.getBytes(UTF_8)));
    }

    private static String record(String name) {
        return new Schema.Parser()
                .parse("{\"type\":\"record\",\"name\":\"" + name + "\",\"fields\":[]}")
                .toString();
    }

    private Map<String, String> properties(EmbeddedLedger embedded) throws Exception {
        Path passphrase = Files.createFile(
                temp.resolve("passphrase"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(passphrase, "correct horse");
        KeyFile.write(temp.resolve("bundle.pem"), sample.bundleKey(), "correct horse".toCharArray());
        Files.write(temp.resolve("trust-root.json"), sample.trustRoot());
        Map<String, String> all = new HashMap<>();
        all.put("bootstrap.servers", embedded.bootstrapServers());
        all.put("schema.registry.url", embedded.registryUrl());
        all.put("ledger.origin", SampleLedger.ORIGIN);
        all.put("ledger.prefix", embedded.newPrefix());
        all.put("ledger.partitions", "1");
        all.put("ledger.export.directory", temp.resolve("bucket").toString());
        all.put("ledger.export.scratch.directory", temp.resolve("scratch").toString());
        all.put("ledger.export.retry.timeout.ms", "0");
        all.put("ledger.bundle.key.file", temp.resolve("bundle.pem").toString());
        all.put("ledger.key.passphrase.file", passphrase.toString());
        all.put("ledger.trust.root.file", temp.resolve("trust-root.json").toString());
        return all;
    }

    @AfterEach
    void tearDown() {
        log().detachAppender(warnings);
        feed.close();
    }

    private ExportApplication start() {
        ExportApplication application = new ExportApplication(config, new SimpleMeterRegistry(), fatal::add);
        application.start();
        return application;
    }

    private Path bucket(String path) {
        return temp.resolve("bucket").resolve(path);
    }

    private void awaitObject(String path) {
        await().atMost(PATIENCE).until(() -> !fatal.isEmpty() || Files.exists(bucket(path)));
        assertThat(fatal).isEmpty();
    }

    private long committed() throws Exception {
        String group = config.ledger().topics().group("export-bundles");
        try (Admin admin = Admin.create(config.ledger().kafkaClient("test"))) {
            Map<TopicPartition, OffsetAndMetadata> offsets = admin.listConsumerGroupOffsets(group)
                    .partitionsToOffsetAndMetadata()
                    .get();
            return offsets.get(new TopicPartition(config.ledger().topics().exports(), 0))
                    .offset();
        }
    }

    private void feedAll() {
        for (CoreExport.WindowScript window : script) {
            feed.entries(window);
            feed.seal(window);
        }
    }

    @Test
    void theOtherTenantGoesOnAndTheFirstFollowsWhenTheTextIsBack() throws Exception {
        // Given
        feedAll();

        // When: several attempts, then a restart
        try (ExportApplication application = start()) {
            assertThat(application).isNotNull();
            awaitObject(ACME_3RD + "checkpoint");
            await().atMost(PATIENCE)
                    .until(() -> warnings.lines.stream()
                                    .filter(line -> line.contains("windows=\"3\""))
                                    .count()
                            > 1);
        }

        // Then
        assertThat(fatal).isEmpty();
        assertThat(bucket(GLOBEX_1ST + "checkpoint")).doesNotExist();
        assertThat(bucket(GLOBEX_3RD + "manifest.json")).doesNotExist();
        assertThat(committed()).isZero();
        assertThat(warnings.lines)
                .last()
                .asString()
                .contains("tenant=\"globex\"", "window=\"2026-11-21T03:15:00Z\"", "schemaId=\"" + missing.id() + "\"")
                .contains("IMPORT");

        // When
        try (ExportApplication application = start()) {
            assertThat(application).isNotNull();
            int before = warnings.lines.size();
            await().atMost(PATIENCE).until(() -> warnings.lines.size() > before);
            assertThat(registry.registerSchema(text, missing.id() + "-value")).isEqualTo((int) missing.id());
            awaitObject(GLOBEX_3RD + "checkpoint");
            await().atMost(PATIENCE).until(() -> committed() > 0);
        }

        // Then
        VerificationReport report = Verifier.verify(
                VerifyRequest.of(temp.resolve("bucket")).withTrustRoot(temp.resolve("trust-root.json")));
        assertThat(report.exitCode()).as(report.text()).isZero();
        assertThat(fatal).isEmpty();
    }

    @Test
    void anAnswerThatIsNotTheTextIsAMissingSchemaAndNoAnswerIsNot() throws Exception {
        // Given
        RegistrySchemas schemas = new RegistrySchemas(properties.get("schema.registry.url"));
        SchemaRef other = new SchemaRef(missing.id() - 1, missing.sha256());
        int unused;
        try (ServerSocket socket = new ServerSocket(0)) {
            unused = socket.getLocalPort();
        }

        // When / Then
        assertThatThrownBy(() -> schemas.text(missing))
                .isInstanceOf(SchemaMissingException.class)
                .hasMessageContaining("id " + missing.id());
        assertThatThrownBy(() -> schemas.text(other))
                .isInstanceOf(SchemaMissingException.class)
                .hasMessageContaining(missing.sha256().toString());
        assertThatThrownBy(() -> new RegistrySchemas("http://localhost:" + unused).text(missing))
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(SchemaMissingException.class);
    }

    @Test
    void stepsSayWhenAllIsDoneAlsoWithinAnOpenWindow() throws Exception {
        // Given: entries of a window that does not end
        feed.open(script.get(0));
        Clients clients = new Clients(config.ledger(), new ExporterName(""));
        try (ObjectStore store = DirectoryObjectStore.open(temp.resolve("bucket"));
                Step chains = new ChainExporter(clients, store, temp.resolve("scratch"), RULES);
                Step bundles = bundleExporter(clients, store)) {
            // When / Then
            await().atMost(PATIENCE).until(chains::poll);
            await().atMost(PATIENCE).until(bundles::poll);
        }
    }

    @Test
    void stepsDoNotSaySoBeforeTheyHaveRead() throws Exception {
        // Given
        feed.open(script.get(0));
        Clients clients = new Clients(config.ledger(), new ExporterName(""));
        try (ObjectStore store = DirectoryObjectStore.open(temp.resolve("bucket"));
                Step chains = new ChainExporter(clients, store, temp.resolve("scratch"), RULES);
                Step bundles = bundleExporter(clients, store)) {
            // When / Then: new partitions are paused until the poll ends
            assertThat(chains.poll()).isFalse();
            assertThat(bundles.poll()).isFalse();
        }
    }

    private Step bundleExporter(Clients clients, ObjectStore store) {
        ExportRecord.Software software = new ExportRecord.Software("unknown", "0.1.0");
        return new BundleExporter(
                clients,
                new BundleWriter(store, BundleKeys.always(sample.bundleKey()), software, RULES),
                new SharedObjects(store),
                new RegistrySchemas(config.ledger().schemaRegistryUrl()),
                RULES,
                new WrittenBundles(new SimpleMeterRegistry(), Optional.empty()),
                InstantSource.system());
    }
}
