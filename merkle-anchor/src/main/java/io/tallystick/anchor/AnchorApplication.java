// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.kafka.KafkaStreamsMetrics;
import io.tallystick.anchor.RegistryTopology.RegistryProgress;
import io.tallystick.anchor.RegistryTopology.Surroundings;
import io.tallystick.anchor.external.Anchor;
import io.tallystick.anchor.sign.CheckpointSigner;
import io.tallystick.anchor.window.WindowGrid;
import io.tallystick.serde.LedgerSerdes;
import io.tallystick.topic.LedgerAdmin;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.trust.TrustRootWatch;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trees, registry and signer in one process, and beside them the part that has checkpoints anchored outside. May run in several processes at once: trees share the partitions, registry and
 * signer run in one of them.
 *
 * <p>A broken invariant in any of the first three stops all of them: nothing may be signed after it. Whatever happens
 * to the last stops nothing else.
 */
public final class AnchorApplication implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(AnchorApplication.class);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(30);

    private final AnchorConfig config;
    private final MeterRegistry meters;
    private final Consumer<Throwable> onFatal;
    private final LedgerSerdes serdes;
    private final SealingMetrics sealing;
    private final AtomicBoolean failed = new AtomicBoolean();
    private final Deque<AutoCloseable> running = new ArrayDeque<>();

    /**
     * @param meters where it counts what it does
     * @param onFatal called at most once, on a thread of its own, after everything here has been stopped; the process
     *     should end
     */
    public AnchorApplication(AnchorConfig config, MeterRegistry meters, Consumer<Throwable> onFatal) {
        this.config = config;
        this.meters = meters;
        this.onFatal = onFatal;
        this.sealing = new SealingMetrics(meters, InstantSource.system());
        this.serdes = new LedgerSerdes(config.ledger().schemaRegistryUrl());
    }

    /**
     * Starts all three. What needs no broker comes first: of a file that cannot be used nobody should have to wait to hear.
     *
     * @throws LedgerIntegrityException if the broker's partitions are not the configured ones
     * @throws org.apache.kafka.common.config.ConfigException if a signing key cannot be used, or one that the trust root
     *     requires is missing
     * @throws org.apache.kafka.common.KafkaException if the broker cannot be reached
     */
    public synchronized void start() {
        if (!running.isEmpty()) {
            throw new IllegalStateException("already started");
        }
        try {
            SigningKeys keys = track(SigningKeys.open(config));
            String origin = config.ledger().origin();
            Optional<TrustRootWatch> trustRoot =
                    config.trustRootFile().map(file -> SigningKeys.trustRoot(file, origin));
            CheckpointSigner checkpoints = keys.signer(origin, trustRoot);
            WindowGrid windows = new WindowGrid(config.ledger().windowSize());
            SigningKeys.requireEnough(checkpoints, origin, windows.endOf(windows.startOf(Instant.now())));
            OutsideMetrics outside = outsideMetrics();
            List<Anchor> anchors = openOutside(keys, trustRoot, outside);
            checkTopics();
            int replication = ensureChangelogs();
            String instance = InstanceId.of(config.stateDirectory());
            sealing.watch(checkpoints);
            sealing.watch(trustRoot);
            startStreams(TreesTopology.STAGE, config.streams(TreesTopology.STAGE, instance, replication), this::trees);
            startStreams(
                    RegistryTopology.STAGE,
                    config.streams(RegistryTopology.STAGE, instance, replication),
                    this::registry);
            track(new Signer(
                            config,
                            instance,
                            checkpoints,
                            serdes.records(),
                            sealing.signer(),
                            fault -> fail("signer", fault)))
                    .start();
            if (!anchors.isEmpty()) {
                track(new OutsidePart(config, instance, anchors, serdes.records(), outside))
                        .start();
            }
        } catch (RuntimeException e) {
            close();
            throw e;
        }
        LOGGER.atInfo().addKeyValue("origin", config.ledger().origin()).log("anchor started");
    }

    private void checkTopics() {
        try (LedgerAdmin admin = new LedgerAdmin(config.ledger())) {
            admin.checkTopics();
        }
    }

    /** Returns how many replicas they have. */
    private int ensureChangelogs() {
        try (Admin admin =
                Admin.create(config.ledger().kafkaClient(config.topics().group("anchor-start")))) {
            Changelogs changelogs = new Changelogs(admin, config.topics());
            int replication = config.changelogReplication().orElseGet(changelogs::replication);
            changelogs.ensure(config.ledger().partitions(), replication);
            return replication;
        }
    }

    private Topology trees(Restores restores) {
        return TreesTopology.build(config, serdes.records(), new HeadsTreesRecovery(config, this::reader, restores));
    }

    private Topology registry(Restores restores) {
        TenantBlinds blinds = track(new TenantBlinds(config.ledger()));
        RegistryRecovery recovery = new TopicsRegistryRecovery(config, this::reader, restores);
        return RegistryTopology.build(
                new Surroundings(config, blinds, recovery, sealing::registered), serdes.records());
    }

    private CommittedReader reader() {
        return new CommittedReader(
                config.committedReader("recovery"), serdes.records().deserializer());
    }

    private void startStreams(String stage, Map<String, Object> properties, Function<Restores, Topology> topology) {
        Restores restores = new Restores(meters, stage, InstantSource.system());
        KafkaStreams streams = new KafkaStreams(topology.apply(restores), new StreamsConfig(properties));
        streams.setGlobalStateRestoreListener(restores);
        streams.setUncaughtExceptionHandler(fault -> {
            fail(stage, fault);
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
        track(() -> streams.close(CLOSE_TIMEOUT));
        track(new KafkaStreamsMetrics(streams)).bindTo(meters);
        streams.start();
    }

    private OutsideMetrics outsideMetrics() {
        List<String> ids = config.anchors().stream().map(OutsideConfig::id).toList();
        return new OutsideMetrics(meters, ids, config.ledger().windowSize(), InstantSource.system());
    }

    /** One whose key, certificate or file cannot be used is left out. */
    private List<Anchor> openOutside(SigningKeys keys, Optional<TrustRootWatch> trustRoot, OutsideMetrics metrics) {
        List<Anchor> anchors = new ArrayList<>();
        for (OutsideConfig outside : config.anchors()) {
            try {
                anchors.add(track(outside.open(keys, trustRoot, metrics.of(outside.id()))));
            } catch (ConfigException e) {
                metrics.of(outside.id()).leaveOut();
                LOGGER.atError()
                        .addKeyValue("anchor", outside.id())
                        .addKeyValue("error", e.getMessage())
                        .log("anchor is left out, nothing is submitted to it; correct its files or its "
                                + OutsideConfig.PREFIX + outside.id() + ".* and restart. Sealing goes on");
            }
        }
        return anchors;
    }

    private <T extends AutoCloseable> T track(T part) {
        running.push(part);
        return part;
    }

    /** Stops everything, on a thread of its own: the one that failed cannot wait for itself. */
    private void fail(String part, Throwable fault) {
        if (failed.compareAndSet(false, true)) {
            Throwable cause = rootOf(fault);
            sealing.stopped(cause);
            LOGGER.atError()
                    .addKeyValue("error", cause.toString())
                    .setCause(fault)
                    .log(part + " failed, anchor stops");
            Thread stop = new Thread(
                    () -> {
                        close();
                        onFatal.accept(cause);
                    },
                    "anchor-stop");
            stop.start();
        }
    }

    /** The broken invariant if there is one, else what was thrown. */
    private static Throwable rootOf(Throwable fault) {
        for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
            if (cause instanceof LedgerIntegrityException) {
                return cause;
            }
        }
        return fault;
    }

    /** Where things stand. Safe from any thread. */
    public synchronized AnchorSnapshot snapshot() {
        Optional<RegistryProgress> registry = sealing.progress();
        return new AnchorSnapshot(
                registry.map(RegistryProgress::sealedUntil),
                registry.map(RegistryProgress::size).orElse(0L),
                registry.map(RegistryProgress::awaited).orElse(List.of()),
                sealing.signer().publishedUntil(),
                sealing.signer().skippedRoots());
    }

    /** Stops signer, registry and trees, in this order; may be called again. */
    @Override
    public synchronized void close() {
        while (!running.isEmpty()) {
            AutoCloseable part = running.pop();
            try {
                part.close();
            } catch (Exception e) {
                LOGGER.atWarn().setCause(e).log("a part of the anchor did not close");
            }
        }
    }
}
