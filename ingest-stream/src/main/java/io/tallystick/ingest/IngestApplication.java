// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.MeterRegistry;
import io.tallystick.avro.Notice;
import io.tallystick.entry.RejectReason;
import io.tallystick.ingest.admit.Admission;
import io.tallystick.ingest.admit.TenantRules;
import io.tallystick.ingest.decode.Decoder;
import io.tallystick.serde.LedgerSerdes;
import io.tallystick.topic.LedgerAdmin;
import io.tallystick.topic.LedgerSettings;
import io.tallystick.topic.TenantDescriptor;
import io.tallystick.topic.TenantDirectory;
import io.tallystick.topic.Topics;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serde;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ingest: brings the tenants' records into the ledger and tells the tenants what became of them. DESIGN.md section 5.
 *
 * <pre>
 * ledger.tenants ----> tenants thread --- descriptors ---+
 * ledger.positions --> positions thread --- notices -----+--&gt; inbox
 *                                                        |
 * ledger.in.&lt;tenant&gt; --------------------------------> ingest thread --+--&gt; ledger.ingest
 *                                          ticks thread ----------------+
 * ledger.entries ----> outcomes thread ---&gt; ledger.receipts.&lt;tenant&gt;, ledger.rejects.&lt;tenant&gt;
 * </pre>
 *
 * <p>They begin once the schema registry has answered the thread ledger-start.
 *
 * <p>Any number of instances may run; they share the source partitions and the partitions of {@code ledger.entries}.
 */
public final class IngestApplication implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(IngestApplication.class);
    private static final Duration TAIL_POLL = Duration.ofMillis(200);
    private static final Duration TENANTS_INTERVAL = Duration.ofMillis(500);
    private static final Duration PUBLISH_INTERVAL = Duration.ofSeconds(1);
    private static final Duration TICK_INTERVAL = Duration.ofSeconds(1);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(40);
    private static final Duration STARTER_PATIENCE = Duration.ofSeconds(1);
    private static final Duration BLOCK_MAX = Duration.ofSeconds(2);
    private static final long OUTCOMES_BUFFER_BYTES = 32L * 1024 * 1024;
    private static final int SCHEMA_THREADS = 2;

    private final IngestConfig config;
    private final IngestTiming timing;
    private final MeterRegistry meters;
    private final Consumer<Throwable> onFatal;
    private final LedgerSettings settings;
    private final Topics topics;
    private final IngestClients clients;
    private final Serde<SpecificRecord> serde;
    private final InstantSource clock = InstantSource.system();
    private final Deque<AutoCloseable> resources = new ArrayDeque<>();
    private volatile boolean closed;
    private volatile Worker starter;

    /**
     * @param config of this instance
     * @param meters takes the metrics of this instance; they are removed when it closes
     * @param onFatal told, on another thread, of what stopped the application before its time; closing is up to the caller
     */
    public IngestApplication(IngestConfig config, MeterRegistry meters, Consumer<Throwable> onFatal) {
        this(config, IngestTiming.DESIGNED, meters, onFatal);
    }

    IngestApplication(IngestConfig config, IngestTiming timing, MeterRegistry meters, Consumer<Throwable> onFatal) {
        this.config = config;
        this.timing = timing;
        this.meters = requireNonNull(meters);
        this.onFatal = requireNonNull(onFatal);
        this.settings = config.settings();
        this.topics = settings.topics();
        this.clients = new IngestClients(settings, timing);
        this.serde = new LedgerSerdes(settings.schemaRegistryUrl()).records();
    }

    /**
     * Starts, and returns at once: the threads begin as soon as the schema registry answers. To be called once.
     *
     * @throws KafkaException if the cluster cannot be reached
     * @throws io.tallystick.topic.LedgerIntegrityException if the cluster's partition counts are not the ledger's
     */
    public synchronized void start() {
        try (LedgerAdmin ledger = new LedgerAdmin(settings)) {
            ledger.checkTopics();
        }
        Admin admin = closing(clients.admin("ingest-admin"));
        String cluster = clusterId(admin);
        IngestWriter writer = closing(new IngestWriter(
                clients.producer("ingest", 2 * config.inFlightBytesMax(), BLOCK_MAX),
                serde.serializer(),
                topics.ingest(),
                settings.partitions()));
        RegistryStart start = new RegistryStart(writer::warmUp, () -> begin(admin, writer, cluster), timing.retry());
        starter = new Worker("ledger-start", start, () -> {}, STARTER_PATIENCE, onFatal);
        starter.start();
    }

    private synchronized void begin(Admin admin, IngestWriter writer, String cluster) {
        starter.close();
        if (closed) {
            return;
        }
        Inbox inbox = new Inbox();
        IngestMetrics metrics = startIngest(admin, writer, cluster, inbox);
        // A tenant's meters are the ingest thread's.
        startOutcomes(
                admin,
                (tenant, reason) -> inbox.put(() -> metrics.tenant(tenant).rejected(reason)));
        start(
                "ledger-ticks",
                () -> {
                    writer.sendTicks();
                    Thread.sleep(TICK_INTERVAL.toMillis());
                },
                () -> {});
        LOGGER.atInfo().addKeyValue("cluster", cluster).log("ingest started");
    }

    private IngestMetrics startIngest(Admin admin, IngestWriter writer, String cluster, Inbox inbox) {
        RegistrySchemas schemas = closing(new RegistrySchemas(
                new RestRegistry(settings.schemaRegistryUrl()),
                Executors.newFixedThreadPool(SCHEMA_THREADS),
                Executors.newSingleThreadScheduledExecutor(),
                timing.retry(),
                System::nanoTime));
        Admission admission = new Admission(new RandomSalts(new SecureRandom()));
        org.apache.kafka.clients.consumer.Consumer<byte[], byte[]> consumer = clients.groupConsumer("ingest");
        SourceProbe probe = new SourceProbe(admin, topics.group("ingest"), clock);
        SourceProbe looks = new SourceProbe(closing(clients.admin("ingest-looks")), topics.group("ingest"), clock);
        IngestMetrics metrics = closing(new IngestMetrics(meters));
        InFlightLimit limit = new InFlightLimit(writer, config.inFlightBytesMax());
        SourceReader reader = new SourceReader(
                consumer,
                writer,
                probe,
                inbox,
                new SourceCommands.Shared(topics, cluster, admission, metrics),
                limit,
                timing);
        Decoder decoder = new Decoder(config.eventBytesMax(), Topics.OPERATOR, schemas);
        RecordAdmitter admitter = new RecordAdmitter(reader, decoder, admission, schemas, writer, inbox, metrics);
        ConfirmedBatches confirmed = new ConfirmedBatches(settings.partitions(), limit, reader::isCurrent, admitter);
        TopicGate gate = new TopicGate(reader, looks::lookById, inbox, metrics, limit, confirmed::add);
        IngestLoop loop = new IngestLoop(
                consumer,
                new SourceSubscription(consumer, reader, probe, inbox),
                reader,
                gate,
                confirmed,
                writer,
                inbox,
                topics,
                metrics,
                limit);
        loop.every(timing.commits(), reader::commit);
        loop.every(timing.claims(), reader::claimIdle);
        loop.every(timing.claims(), reader::tellPolicies);
        loop.every(PUBLISH_INTERVAL, loop::publish);
        start("ledger-ingest", loop::turn, () -> close(consumer));
        startTenants(tenants -> inbox.put(() -> loop.read(tenants)));
        startPositions(notice -> inbox.put(() -> reader.noticed(notice)));
        return metrics;
    }

    private void startTenants(Consumer<Map<String, TenantRules>> changed) {
        TenantDirectory directory = new TenantDirectory(settings);
        Map<String, TenantRules> known = new HashMap<>();
        start(
                "ledger-tenants",
                () -> {
                    try {
                        Map<String, TenantRules> found = new HashMap<>();
                        directory.refresh().forEach((tenant, descriptor) -> found.put(tenant, rules(descriptor)));
                        if (!found.equals(known)) {
                            known.clear();
                            known.putAll(found);
                            changed.accept(Map.copyOf(found));
                        }
                    } catch (RetriableException e) {
                        LOGGER.atWarn().addKeyValue("error", e.toString()).log("tenants not read, trying again");
                    }
                    Thread.sleep(TENANTS_INTERVAL.toMillis());
                },
                directory::close);
    }

    private static TenantRules rules(TenantDescriptor descriptor) {
        return new TenantRules(
                descriptor.topicId(),
                descriptor.state() == TenantDescriptor.State.SUSPENDED,
                descriptor.policiesInForce());
    }

    /** Notices older than this start are stale: the claims at assignment bring new ones where they are needed. */
    private void startPositions(Consumer<Notice> noticed) {
        TopicPartition partition = new TopicPartition(topics.positions(), 0);
        org.apache.kafka.clients.consumer.Consumer<byte[], byte[]> tail = clients.plainConsumer("positions");
        tail.assign(List.of(partition));
        tail.seekToEnd(List.of(partition));
        start(
                "ledger-positions",
                () -> {
                    for (ConsumerRecord<byte[], byte[]> record : tail.poll(TAIL_POLL)) {
                        notice(record, noticed);
                    }
                },
                tail::close);
    }

    private void notice(ConsumerRecord<byte[], byte[]> record, Consumer<Notice> noticed) {
        if (record.value() == null) {
            return;
        }
        try {
            if (serde.deserializer().deserialize(record.topic(), record.value()) instanceof Notice notice) {
                noticed.accept(notice);
            }
        } catch (SerializationException e) {
            if (!OutcomeLoop.isRegistryAway(e)) {
                throw e;
            }
            // The sequencer repeats a notice for as long as it is needed.
            LOGGER.atWarn().addKeyValue("error", e.toString()).log("notice not read, the schema registry is away");
        }
    }

    private void startOutcomes(Admin admin, BiConsumer<String, RejectReason> refused) {
        Inbox inbox = new Inbox();
        org.apache.kafka.clients.consumer.Consumer<byte[], byte[]> consumer = clients.groupConsumer("outcomes");
        org.apache.kafka.clients.consumer.Consumer<byte[], byte[]> side = clients.plainConsumer("outcomes-catch-up");
        Producer<String, byte[]> producer = clients.producer("outcomes", OUTCOMES_BUFFER_BYTES, BLOCK_MAX);
        OutcomeLoop loop = new OutcomeLoop(
                consumer,
                producer,
                serde.deserializer(),
                new OutcomeRecords(topics, settings.windowSize()),
                new OutcomeTenants(tenant -> outcomeTopics(admin, tenant), inbox, timing.retry()),
                side,
                inbox,
                timing,
                closing(new OutcomeMetrics(meters, refused)));
        loop.begin(topics.entries());
        start("ledger-outcomes", loop::turn, () -> {
            close(consumer);
            side.close();
            producer.close();
        });
    }

    private CompletionStage<?> outcomeTopics(Admin admin, String tenant) {
        return admin.describeTopics(List.of(topics.receipts(tenant), topics.rejects(tenant)))
                .allTopicNames()
                .toCompletionStage();
    }

    /** Leaves the group, after the revocation has committed. */
    private static void close(org.apache.kafka.clients.consumer.Consumer<byte[], byte[]> consumer) {
        consumer.close(CloseOptions.timeout(CLOSE_TIMEOUT));
    }

    private static String clusterId(Admin admin) {
        try {
            return admin.describeCluster().clusterId().get(CLOSE_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new KafkaException("the cluster does not tell its id; is it reachable?", e);
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    private void start(String name, Worker.Step step, Runnable end) {
        closing(new Worker(name, step, end, CLOSE_TIMEOUT.plusSeconds(5), onFatal))
                .start();
    }

    private <T extends AutoCloseable> T closing(T resource) {
        resources.push(resource);
        return resource;
    }

    /** Ends all threads; what has been sent lands or fails, and positions are committed of what has landed at once. */
    @Override
    public void close() {
        closed = true;
        // Not under the lock, which its last step takes.
        if (starter != null) {
            starter.close();
        }
        closeResources();
    }

    private synchronized void closeResources() {
        while (!resources.isEmpty()) {
            AutoCloseable resource = resources.pop();
            try {
                resource.close();
            } catch (Exception e) {
                LOGGER.atWarn()
                        .addKeyValue("resource", resource.getClass().getSimpleName())
                        .setCause(e)
                        .log("did not close cleanly");
            }
        }
        LOGGER.atInfo().log("ingest stopped");
    }
}
