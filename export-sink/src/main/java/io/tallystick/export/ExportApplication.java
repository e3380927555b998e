// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.tallystick.bundle.ExportRecord;
import io.tallystick.export.assemble.BundleKeys;
import io.tallystick.export.assemble.BundleWriter;
import io.tallystick.export.assemble.RetentionRules;
import io.tallystick.export.assemble.SharedObjects;
import io.tallystick.export.audit.BundleWalk;
import io.tallystick.export.audit.SelfAudit;
import io.tallystick.export.store.ObjectStore;
import io.tallystick.topic.LedgerAdmin;
import io.tallystick.trust.SigningKey;
import io.tallystick.trust.TrustedKey;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.apache.kafka.common.config.ConfigException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The exporter as a process runs it: three threads, one a step, over one store. Several processes may share the work; each
 * partition is with one of them at a time, and two that meet on one window write the same objects.
 *
 * <p>{@link #start} and {@link #close} are for one thread.
 */
public final class ExportApplication implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(ExportApplication.class);
    private static final Duration AUDIT_STATEMENT = Duration.ofHours(1);
    private static final List<String> TEXTS = List.of("README.md", "sql/athena.sql", "sql/duckdb.sql");

    private final ExportConfig config;
    private final MeterRegistry metrics;
    private final Consumer<Throwable> onFatal;
    private final UnaryOperator<ObjectStore> between;
    private final List<StepThread> threads = new ArrayList<>();
    private Optional<AuditThread> audit = Optional.empty();
    private Optional<ObjectStore> store = Optional.empty();
    private Optional<BundleKeys> keys = Optional.empty();
    private Optional<Gauge> staleRoot = Optional.empty();
    private Optional<WrittenBundles> written = Optional.empty();

    /**
     * @param config the configuration
     * @param metrics where it counts what it does
     * @param onFatal told once per step when it stops for good, by the step's thread; the process should end then
     */
    public ExportApplication(ExportConfig config, MeterRegistry metrics, Consumer<Throwable> onFatal) {
        this(config, metrics, onFatal, UnaryOperator.identity());
    }

    /** @param between what tests put between exporter and store */
    ExportApplication(
            ExportConfig config,
            MeterRegistry metrics,
            Consumer<Throwable> onFatal,
            UnaryOperator<ObjectStore> between) {
        this.metrics = metrics;
        this.config = config;
        this.onFatal = onFatal;
        this.between = between;
    }

    /**
     * Starts all steps.
     *
     * @throws io.tallystick.topic.LedgerIntegrityException if the broker has other partitions than configured, or the
     *     store belongs to another ledger
     * @throws ConfigException if a key or the trust root cannot be used
     * @throws UncheckedIOException if the store cannot be opened
     */
    public void start() {
        try (LedgerAdmin admin = new LedgerAdmin(config.ledger())) {
            admin.checkTopics();
        }
        try {
            ObjectStore opened = between.apply(Stores.open(config.store()));
            store = Optional.of(opened);
            Optional<ConfiguredKeys.PublishedRoot> root = ConfiguredKeys.root(config);
            BundleKeys bundleKeys = ConfiguredKeys.open(config, root);
            keys = Optional.of(bundleKeys);
            staleRoot = root.map(this::staleGauge);
            SharedObjects shared = new SharedObjects(opened);
            putShared(shared, bundleKeys, root);
            startSteps(opened, bundleKeys, shared);
        } catch (IOException e) {
            close();
            throw new UncheckedIOException("cannot use the store " + config.store(), e);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
        LOGGER.atInfo()
                .addKeyValue("store", config.store())
                .addKeyValue("lock", store.get().lockMode().text())
                .addKeyValue("origin", config.ledger().origin())
                .log("exporter started");
    }

    private Gauge staleGauge(ConfiguredKeys.PublishedRoot root) {
        return Gauge.builder(
                        "ledger.export.trust.root.stale", () -> root.watch().isStale() ? 1 : 0)
                .description("1 while the trust root's file is not what this process read from it at its start.")
                .register(metrics);
    }

    private void startSteps(ObjectStore opened, BundleKeys bundleKeys, SharedObjects shared) {
        Clients clients = new Clients(config.ledger(), new ExporterName(config.name()));
        RetentionRules rules = new RetentionRules(config.store().held());
        BundleWriter bundles = new BundleWriter(opened, bundleKeys, software(), rules);
        RegistrySchemas schemas = new RegistrySchemas(config.ledger().schemaRegistryUrl());
        Optional<BundleWalk> walk = config.auditShare()
                .map(share -> new BundleWalk(share, config.ledger().windowSize(), new SecureRandom()));
        walk.ifPresent(bundlesToAudit -> startAudit(opened, bundleKeys, bundlesToAudit, new AuditPlaces(clients)));
        WrittenBundles told = new WrittenBundles(metrics, walk);
        written = Optional.of(told);
        startStep("export-chains", () -> new ChainExporter(clients, opened, config.scratchDirectory(), rules));
        startStep(
                "export-bundles",
                () -> new BundleExporter(clients, bundles, shared, schemas, rules, told, InstantSource.system()));
        startStep("export-receipts", () -> new ReceiptExporter(clients, shared, rules, InstantSource.system()));
    }

    private void startAudit(ObjectStore opened, BundleKeys bundleKeys, BundleWalk walk, AuditThread.Places places) {
        AuditThread thread = new AuditThread(
                walk,
                new SelfAudit(
                        opened,
                        config.trustRootFile().orElseThrow(),
                        config.scratchDirectory().resolve("audit"),
                        config.store().held()),
                new AuditEvents(config.ledger(), config.store().toString(), bundleKeys),
                places,
                new AuditMetrics(metrics, InstantSource.system()),
                new AuditThread.Pace(config.auditInterval(), AUDIT_STATEMENT),
                InstantSource.system());
        audit = Optional.of(thread);
        thread.start();
    }

    private void startStep(String name, StepThread.Opening opening) {
        StepThread thread = new StepThread(name, opening, config.retryTimeout(), onFatal);
        threads.add(thread);
        thread.start();
    }

    private static void putShared(
            SharedObjects shared, BundleKeys bundleKeys, Optional<ConfiguredKeys.PublishedRoot> root)
            throws IOException {
        for (SigningKey key : bundleKeys.all()) {
            shared.putKey(key.spki());
        }
        if (root.isPresent()) {
            for (TrustedKey trusted : root.get().root().keys()) {
                shared.putKey(trusted.spki());
            }
            shared.putTrustRoot(root.get().root(), root.get().file().toByteArray())
                    .ifPresent(fault -> LOGGER.atError()
                            .addKeyValue("version", root.get().root().version())
                            .addKeyValue("error", fault)
                            .log("the store holds another trust root of this version, which stays; nothing rests on it:"
                                    + " find out who wrote it"));
        }
        for (String text : TEXTS) {
            try (InputStream in = ExportApplication.class.getResourceAsStream("/io/tallystick/export/" + text)) {
                shared.putText(text, in.readAllBytes());
            }
        }
    }

    /** What the build left in the jar. */
    static ExportRecord.Software software() {
        Properties build = new Properties();
        try (InputStream in = ExportApplication.class.getResourceAsStream("/io/tallystick/export/build.properties")) {
            build.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new ExportRecord.Software(build.getProperty("commit"), build.getProperty("version"));
    }

    /** Ends all steps and gives back what they hold. Windows that are half done are done again after the next start. */
    @Override
    public void close() {
        threads.forEach(StepThread::stop);
        threads.forEach(StepThread::close);
        threads.clear();
        audit.ifPresent(AuditThread::close);
        audit = Optional.empty();
        staleRoot.ifPresent(metrics::remove);
        staleRoot = Optional.empty();
        written.ifPresent(WrittenBundles::close);
        written = Optional.empty();
        keys.ifPresent(BundleKeys::close);
        keys = Optional.empty();
        try {
            if (store.isPresent()) {
                store.get().close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            store = Optional.empty();
        }
    }
}
