// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallystick.avro.LedgerEntry;
import io.tallystick.embedded.EmbeddedLedger;
import io.tallystick.serde.LedgerSerdes;
import io.tallystick.topic.LedgerAdmin;
import io.tallystick.topic.LedgerSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** All four stages of a ledger of its own, in this JVM, on the shared broker; and its operator's command line. */
final class RunningStages implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final List<RunCommand.Stage> DOWNSTREAM_FIRST =
            List.of(RunCommand.Stage.EXPORT, RunCommand.Stage.ANCHOR, RunCommand.Stage.CHAIN, RunCommand.Stage.INGEST);

    final LedgerHome home;
    final LedgerSettings settings;
    final Admin admin;
    final AtomicReference<Throwable> fatal = new AtomicReference<>();
    private final Map<String, String> properties = new TreeMap<>();
    private final Map<RunCommand.Stage, AutoCloseable> running = new EnumMap<>(RunCommand.Stage.class);

    /** Sets up the ledger; one partition, windows of five seconds. */
    RunningStages(EmbeddedLedger broker, Path directory) throws IOException {
        this(broker, directory, home -> Map.of());
    }

    /** As {@link #RunningStages(EmbeddedLedger, Path)}, with settings of its own. */
    RunningStages(EmbeddedLedger broker, Path directory, Function<LedgerHome, Map<String, String>> further)
            throws IOException {
        home = new LedgerHome(directory);
        home.create();
        properties.putAll(LedgerKeys.defaults(home));
        properties.put("bootstrap.servers", broker.bootstrapServers());
        properties.put("schema.registry.url", broker.registryUrl());
        properties.put("ledger.origin", "ledger.example.com");
        properties.put("ledger.partitions", "1");
        properties.put("ledger.prefix", broker.newPrefix());
        properties.put("ledger.window.size.ms", "5000");
        properties.put("ledger.checkpoint.interval.ms", "1000");
        properties.put("state.dir", home.state().toString());
        properties.put("ledger.export.directory", home.bucket().toString());
        // A stopped instance is a member until its session ends.
        properties.put("streams.consumer.session.timeout.ms", "6000");
        properties.put("streams.consumer.heartbeat.interval.ms", "1000");
        properties.putAll(further.apply(home));
        List<String> lines = new ArrayList<>();
        properties.forEach((key, value) -> lines.add(key + "=" + value));
        Files.write(home.config(), lines);
        settings = ConfigFile.settings(properties);
        LedgerKeys.of(properties).createMissing(settings.origin(), properties);
        try (LedgerAdmin ledger = new LedgerAdmin(settings)) {
            ledger.init(1);
        }
        admin = Admin.create(settings.kafkaClient("stages-it"));
    }

    /** A command, with the ledger's configuration. */
    TallyRun tally(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--config", home.config().toString()));
        return TallyRun.of(all.toArray(String[]::new));
    }

    /** As {@link #tally}, and it must succeed. */
    TallyRun ok(String... arguments) {
        TallyRun run = tally(arguments);
        assertThat(run.exitCode()).as(run.everything()).isZero();
        return run;
    }

    void start() {
        DOWNSTREAM_FIRST.forEach(this::start);
    }

    void start(RunCommand.Stage stage) {
        start(stage, new SimpleMeterRegistry());
    }

    private void start(RunCommand.Stage stage, MeterRegistry meters) {
        running.put(stage, stage.start(ConfigFile.read(home.config()), meters, fatal::set));
    }

    /** A stage whose metrics can be read. @return where */
    URI startMonitored(RunCommand.Stage stage) throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        AtomicReference<URI> url = new AtomicReference<>();
        MonitoringConfig config = MonitoringConfig.of(Map.of(MonitoringConfig.HOST, "127.0.0.1"), port);
        AutoCloseable monitored = Monitoring.around(config, new Health(), monitoring -> {
            url.set(URI.create(monitoring.url().orElseThrow()));
            return stage.start(ConfigFile.read(home.config()), monitoring.metrics(), fatal::set);
        });
        running.put(stage, monitored);
        return url.get();
    }

    /** Ends a stage and starts it again, with the configuration as it is now. */
    void restart(RunCommand.Stage stage) {
        close(stage);
        start(stage);
    }

    /** As {@code tally up} ends: ingest first, then what is sealed is exported, then the rest. */
    void stop() {
        close(RunCommand.Stage.INGEST);
        assertThat(new SettledBucket(home.bucket()).await(PATIENCE)).isTrue();
        closeAll();
    }

    void closeAll() {
        for (RunCommand.Stage stage : List.copyOf(running.keySet())) {
            close(stage);
        }
    }

    private void close(RunCommand.Stage stage) {
        try {
            running.remove(stage).close();
        } catch (Exception e) {
            throw new IllegalStateException("a stage does not end", e);
        }
    }

    /** The verdict on the whole bucket. */
    TallyRun verify() {
        return TallyRun.of(
                "verify",
                home.bucket().toString(),
                "--trust-root",
                home.trustRoot().toString());
    }

    /** Produces to partition 0 of a tenant, in order. */
    void produce(String tenant, Iterable<String> values, Map<String, String> headers)
            throws ExecutionException, InterruptedException {
        Map<String, Object> client = settings.kafkaClient("stages-it");
        client.put(ProducerConfig.ACKS_CONFIG, "all");
        try (Producer<String, String> producer =
                new KafkaProducer<>(client, new StringSerializer(), new StringSerializer())) {
            List<Future<?>> sent = new ArrayList<>();
            for (String value : values) {
                ProducerRecord<String, String> record =
                        new ProducerRecord<>(settings.topics().in(tenant), 0, null, value);
                headers.forEach((name, text) -> record.headers().add(name, text.getBytes(UTF_8)));
                sent.add(producer.send(record));
            }
            producer.flush();
            for (Future<?> one : sent) {
                one.get();
            }
        }
    }

    /** Committed records of partition 0 of a topic. */
    List<ConsumerRecord<String, byte[]>> read(String topic) {
        Map<String, Object> client = settings.kafkaClient("stages-it");
        client.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        client.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        TopicPartition partition = new TopicPartition(topic, 0);
        List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
        try (KafkaConsumer<String, byte[]> consumer =
                new KafkaConsumer<>(client, new StringDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            while (consumer.position(partition) < end) {
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
            }
        }
        return records;
    }

    /** Committed records of partition 0 of one of the ledger's own topics. */
    List<SpecificRecord> records(String topic) {
        var deserializer =
                new LedgerSerdes(settings.schemaRegistryUrl()).records().deserializer();
        return read(topic).stream()
                .map(record -> deserializer.deserialize(topic, record.value()))
                .toList();
    }

    /** The texts of a chain's entries. */
    List<String> entries(String chain) {
        return records(settings.topics().entries()).stream()
                .filter(record ->
                        record instanceof LedgerEntry entry && entry.getChain().equals(chain))
                .map(record -> UTF_8.decode(((LedgerEntry) record).getEntry().duplicate())
                        .toString())
                .toList();
    }

    void awaitEntry(String chain, String... says) {
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(500)).until(() -> entries(chain).stream()
                .anyMatch(entry -> List.of(says).stream().allMatch(entry::contains)));
    }

    void awaitAccepted(String tenant, long events) {
        await().atMost(PATIENCE)
                .until(() -> fatal.get() != null
                        || BundleCounts.of(home.bucket(), tenant).accepted() >= events);
        assertThat(fatal).hasNullValue();
    }

    @Override
    public void close() {
        closeAll();
        admin.close();
    }
}
