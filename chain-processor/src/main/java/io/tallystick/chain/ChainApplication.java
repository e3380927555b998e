// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.kafka.KafkaStreamsMetrics;
import io.tallystick.chain.duplicates.IndexMemory;
import io.tallystick.chain.sequence.HeadGuard;
import io.tallystick.serde.LedgerSerdes;
import io.tallystick.topic.LedgerAdmin;
import io.tallystick.topic.LedgerIntegrityException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The chain stage: one process, any number of partitions.
 *
 * <p>{@link #start} and {@link #close} are for one thread. Whatever goes wrong later stops all of it.
 */
public final class ChainApplication implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(ChainApplication.class);
    private static final Duration CLOSE_MAX = Duration.ofSeconds(30);

    private final ChainConfig config;
    private final MeterRegistry meters;
    private final Consumer<Throwable> onFatal;
    private final long replayMax;
    private final AtomicReference<Throwable> fault = new AtomicReference<>();
    private KafkaStreams streams;
    private KafkaStreamsMetrics streamsMetrics;
    private IndexMemory memory;
    private SpareReaders readers;

    /**
     * @param config configuration
     * @param meters takes this stage's metrics and those of Kafka Streams
     * @param onFatal called once, from a thread of Kafka Streams, when the application has stopped by itself; the
     *     {@link LedgerIntegrityException} if that was the reason, else what Kafka threw. May call {@link #close}
     */
    public ChainApplication(ChainConfig config, MeterRegistry meters, Consumer<Throwable> onFatal) {
        this(config, meters, onFatal, HeadGuard.REPLAY_RECORDS_MAX);
    }

    ChainApplication(ChainConfig config, MeterRegistry meters, Consumer<Throwable> onFatal, long replayMax) {
        this.config = requireNonNull(config, "config");
        this.meters = requireNonNull(meters, "meters");
        this.onFatal = requireNonNull(onFatal, "onFatal");
        this.replayMax = replayMax;
    }

    /**
     * Checks that the cluster is this ledger's and begins to work in the background.
     *
     * @throws LedgerIntegrityException if the topics are not what the ledger rests on, or the group has no place to read on
     *     from
     * @throws org.apache.kafka.common.KafkaException if the brokers do not answer
     */
    public void start() {
        try (LedgerAdmin admin = new LedgerAdmin(config.ledger())) {
            admin.checkTopics();
        }
        try (Admin admin = Admin.create(config.ledger().kafkaClient(config.applicationId() + "-start"))) {
            new StageTopics(config).ensureChangelog(admin);
            new ChainGroup(config, admin).requireOffsets();
        }
        Serde<SpecificRecord> records = new LedgerSerdes(config.ledger().schemaRegistryUrl()).records();
        readers = new SpareReaders(
                config.ledger(), records.deserializer(), CommittedRecords.pendingMax(config.transactionTimeout()));
        SequencerSupplier sequencer = new SequencerSupplier(
                config.ledger(),
                config.clockMaxAhead(),
                replayMax,
                new KafkaEntriesTail(config.ledger(), readers),
                new KafkaHaltMarks(config.ledger(), readers),
                duplicates(records),
                new CommitPace(),
                meters,
                InstantSource.system());
        Properties properties = new Properties();
        properties.putAll(config.streamsProperties());
        streams = new KafkaStreams(ChainTopology.build(config, records, sequencer), properties);
        streams.setUncaughtExceptionHandler(this::stop);
        streams.setStateListener(this::stateChanged);
        streamsMetrics = new KafkaStreamsMetrics(streams);
        streamsMetrics.bindTo(meters);
        streams.start();
    }

    private Duplicates duplicates(Serde<SpecificRecord> records) {
        memory = new IndexMemory(config.duplicatesMemoryBytes());
        LOGGER.atInfo()
                .addKeyValue("stateBytes", SmallRocksDb.MEMORY_BYTES)
                .addKeyValue("duplicatesBytes", memory.bytes())
                .log("memory of RocksDB bounded");
        return new Duplicates(
                config.duplicatesDirectory(),
                memory,
                new KafkaEntriesHistory(config.ledger(), records.deserializer(), config.duplicatesRebuildMax()));
    }

    private StreamThreadExceptionResponse stop(Throwable thrown) {
        fault.compareAndSet(null, reason(thrown));
        LOGGER.atError()
                .setCause(thrown)
                .addKeyValue("error", reason(thrown).getMessage())
                .log("chain stage stops");
        return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    }

    private void stateChanged(KafkaStreams.State now, KafkaStreams.State before) {
        LOGGER.atInfo().addKeyValue("state", now).addKeyValue("before", before).log("chain stage changed state");
        if (now == KafkaStreams.State.ERROR) {
            Throwable cause = fault.get();
            onFatal.accept(cause != null ? cause : new IllegalStateException("Kafka Streams stopped in state ERROR"));
        }
    }

    /** The broken invariant among the causes, which says more than what Streams wraps it in. */
    private static Throwable reason(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof LedgerIntegrityException) {
                return cause;
            }
        }
        return thrown;
    }

    /** Whether every task runs, which is after its head guard has passed. */
    public boolean isRunning() {
        return streams != null && streams.state() == KafkaStreams.State.RUNNING;
    }

    /** Commits what is done and stops. The instance stays a member of its group: a restart finds its partitions. */
    @Override
    public void close() {
        close(CLOSE_MAX);
    }

    /** If it does not stop in time its native memory stays: a thread may still use it. */
    void close(Duration timeout) {
        if (streams == null) {
            return;
        }
        boolean stopped = streams.close(timeout);
        streamsMetrics.close();
        readers.close();
        if (stopped) {
            memory.close();
        } else {
            LOGGER.atWarn().addKeyValue("timeout", timeout).log("chain stage did not stop in time");
        }
    }
}
