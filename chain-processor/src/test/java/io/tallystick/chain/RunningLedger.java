// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.avro.AdmittedEvent;
import io.tallystick.avro.ChainHalt;
import io.tallystick.avro.LedgerEntry;
import io.tallystick.avro.Notice;
import io.tallystick.avro.Tick;
import io.tallystick.chain.sequence.EntriesOracle;
import io.tallystick.chain.sequence.Given;
import io.tallystick.embedded.EmbeddedLedger;
import io.tallystick.entry.Bytes;
import io.tallystick.serde.LedgerSerdes;
import io.tallystick.topic.LedgerAdmin;
import io.tallystick.topic.LedgerSettings;
import io.tallystick.topic.Topics;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.MemberToRemove;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** A ledger of its own on the shared broker, with an ingest that is this test. */
final class RunningLedger implements AutoCloseable {
    static final int N = 2;
    static final Duration PATIENCE = Duration.ofMinutes(3);

    final Map<String, Object> properties = new HashMap<>();
    private final Instant created = InstantSource.system().instant();
    final LedgerSettings settings;
    final Serde<SpecificRecord> records;
    final Admin admin;
    private final Producer<String, SpecificRecord> producer;

    RunningLedger(EmbeddedLedger broker) throws IOException {
        properties.put(LedgerSettings.BOOTSTRAP_SERVERS, broker.bootstrapServers());
        properties.put(LedgerSettings.SCHEMA_REGISTRY_URL, broker.registryUrl());
        properties.put(LedgerSettings.ORIGIN, Given.ORIGIN);
        properties.put(LedgerSettings.PREFIX, broker.newPrefix());
        properties.put(LedgerSettings.PARTITIONS, N);
        properties.put(LedgerSettings.WINDOW_SIZE_MS, 10_000);
        properties.put(LedgerSettings.CHECKPOINT_INTERVAL_MS, 1_000);
        settings = config(Path.of("unused")).ledger();
        init();
        records = new LedgerSerdes(settings.schemaRegistryUrl()).records();
        admin = Admin.create(settings.kafkaClient("chain-it"));
        Map<String, Object> acks = settings.kafkaClient("chain-it");
        acks.put(ProducerConfig.ACKS_CONFIG, "all");
        acks.put(ProducerConfig.LINGER_MS_CONFIG, 5);
        producer = new KafkaProducer<>(acks, new StringSerializer(), records.serializer());
    }

    /** Also a second time after topics were lost: its clock starts at the same instant. */
    void init() throws IOException {
        try (LedgerAdmin ledger = new LedgerAdmin(settings, () -> created)) {
            ledger.init(1);
        }
    }

    Topics topics() {
        return settings.topics();
    }

    ChainConfig config(Path stateDirectory) {
        Map<String, Object> all = new HashMap<>(properties);
        all.put(ChainConfig.STATE_DIR, stateDirectory.toString());
        return new ChainConfig(all);
    }

    static int partition(String chain) {
        return Topics.partitionOf(chain, N);
    }

    void send(List<AdmittedEvent> messages) {
        produce(messages.stream()
                .map(message -> new ProducerRecord<String, SpecificRecord>(
                        topics().ingest(), partition(message.getChain()), message.getChain(), message))
                .toList());
    }

    /** A message that is no event. */
    void send(String chain, SpecificRecord message) {
        produce(List.of(new ProducerRecord<>(topics().ingest(), partition(chain), chain, message)));
    }

    void produce(List<ProducerRecord<String, SpecificRecord>> all) {
        List<Future<RecordMetadata>> sent = all.stream().map(producer::send).toList();
        producer.flush();
        for (Future<RecordMetadata> one : sent) {
            assertThat(one).succeedsWithin(PATIENCE);
        }
    }

    /** Events of one chain for source offsets {@code [from, to)}. */
    void sendEvents(String chain, long from, long to) {
        List<AdmittedEvent> events = new ArrayList<>();
        for (long offset = from; offset < to; offset++) {
            events.add(Given.forChain(Given.event(offset, offset, 0), chain));
        }
        send(events);
    }

    void tick() {
        produce(IntStream.range(0, N)
                .mapToObj(partition -> new ProducerRecord<String, SpecificRecord>(
                        topics().ingest(), partition, null, new Tick(partition)))
                .toList());
    }

    /** Every committed record of a partition of the entries topic. */
    List<SpecificRecord> entries(int partition) {
        return read(topics().entries(), partition);
    }

    List<Notice> notices() {
        return read(topics().positions(), 0).stream()
                .filter(Notice.class::isInstance)
                .map(Notice.class::cast)
                .toList();
    }

    /** The marks in the positions topic. */
    Map<String, ChainHalt> halts() {
        try (SpareReaders readers = new SpareReaders(settings, records.deserializer(), Duration.ofSeconds(90))) {
            return new KafkaHaltMarks(settings, readers)
                    .read(true).stream().collect(Collectors.toMap(ChainHalt::getChain, mark -> mark));
        }
    }

    private List<SpecificRecord> read(String topic, int partition) {
        Map<String, Object> committed = settings.kafkaClient("chain-it-reader");
        committed.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        committed.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        TopicPartition source = new TopicPartition(topic, partition);
        List<SpecificRecord> found = new ArrayList<>();
        try (Consumer<String, SpecificRecord> consumer =
                new KafkaConsumer<>(committed, new StringDeserializer(), records.deserializer())) {
            consumer.assign(List.of(source));
            consumer.seekToBeginning(List.of(source));
            long end = consumer.endOffsets(List.of(source)).get(source);
            while (consumer.position(source) < end) {
                for (ConsumerRecord<String, SpecificRecord> record : consumer.poll(Duration.ofMillis(100))) {
                    found.add(record.value());
                }
            }
        }
        return found;
    }

    /** Checks a chain's whole partition and tells how many source offsets are accounted for. */
    long accounted(String chain) {
        return EntriesOracle.check(entries(partition(chain))).sources().getOrDefault(chain, -1L);
    }

    void awaitAccounted(String chain, long next) {
        await().atMost(PATIENCE).until(() -> accounted(chain) == next);
    }

    static void awaitRunning(ChainApplication application) {
        await().atMost(PATIENCE).until(application::isRunning);
    }

    /** What a careless operator does: the changelog goes, and nobody notices. */
    void deleteChangelog() throws InterruptedException, ExecutionException {
        delete(changelog());
    }

    String changelog() {
        return new StageTopics(config(Path.of("unused"))).changelog();
    }

    private void delete(String topic) throws InterruptedException, ExecutionException {
        admin.deleteTopics(List.of(topic)).all().get();
        await().atMost(PATIENCE).until(() -> !admin.listTopics().names().get().contains(topic));
    }

    /** What is left after a disaster: the entries topic as it is given, made anew. */
    void replaceEntries(List<List<SpecificRecord>> partitions) throws InterruptedException, ExecutionException {
        String entries = topics().entries();
        delete(entries);
        NewTopic kept = new NewTopic(entries, N, (short) 1)
                .configs(Map.of(
                        TopicConfig.RETENTION_MS_CONFIG,
                        "-1",
                        TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                        Integer.toString(Topics.LARGE_RECORD_BYTES_MAX)));
        admin.createTopics(List.of(kept)).all().get();
        for (int partition = 0; partition < partitions.size(); partition++) {
            int home = partition;
            produce(partitions.get(partition).stream()
                    .map(record -> new ProducerRecord<String, SpecificRecord>(
                            entries, home, record instanceof LedgerEntry entry ? entry.getChain() : null, record))
                    .toList());
        }
    }

    /** Every partition of the entries topic. */
    List<List<SpecificRecord>> allEntries() {
        return IntStream.range(0, N).mapToObj(this::entries).toList();
    }

    /** The changelog as a restoring store sees it: last value by partition and key. */
    Map<String, Bytes> changelogContents() {
        Map<String, Bytes> contents = new TreeMap<>();
        Map<String, Object> committed = settings.kafkaClient("chain-it-reader");
        committed.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        committed.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        try (Consumer<String, byte[]> consumer =
                new KafkaConsumer<>(committed, new StringDeserializer(), new ByteArrayDeserializer())) {
            for (int partition = 0; partition < N; partition++) {
                TopicPartition source = new TopicPartition(changelog(), partition);
                consumer.assign(List.of(source));
                consumer.seekToBeginning(List.of(source));
                long end = consumer.endOffsets(List.of(source)).get(source);
                while (consumer.position(source) < end) {
                    consumer.poll(Duration.ofMillis(100)).forEach(record -> {
                        String key = record.partition() + " " + record.key();
                        if (record.value() == null) {
                            contents.remove(key);
                        } else {
                            contents.put(key, Bytes.of(record.value()));
                        }
                    });
                }
            }
        }
        return contents;
    }

    /** Writes what the changelog held at another time. */
    void restoreChangelog(Map<String, Bytes> contents) throws InterruptedException, ExecutionException {
        replaceChangelog();
        Map<String, Object> properties = settings.kafkaClient("chain-it-restore");
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        try (Producer<String, byte[]> restore =
                new KafkaProducer<>(properties, new StringSerializer(), new ByteArraySerializer())) {
            for (Map.Entry<String, Bytes> entry : contents.entrySet()) {
                String[] key = entry.getKey().split(" ", 2);
                restore.send(new ProducerRecord<>(
                                changelog(),
                                Integer.parseInt(key[0]),
                                key[1],
                                entry.getValue().toByteArray()))
                        .get();
            }
        }
    }

    /** Ends the session of the one thread of an instance that was stopped, instead of waiting for it to time out. */
    void endSessions() throws InterruptedException, ExecutionException {
        String group = config(Path.of("unused")).applicationId();
        RemoveMembersFromConsumerGroupOptions stopped =
                new RemoveMembersFromConsumerGroupOptions(List.of(new MemberToRemove("0-1")));
        admin.removeMembersFromConsumerGroup(group, stopped).all().get();
    }

    /** Worse: it is made anew while the stage runs, and holds only what is written from then on. */
    void replaceChangelog() throws InterruptedException, ExecutionException {
        deleteChangelog();
        makeChangelog();
    }

    /** An empty changelog. */
    void makeChangelog() {
        new StageTopics(config(Path.of("unused"))).ensureChangelog(admin);
    }

    @Override
    public void close() {
        producer.close();
        admin.close();
    }
}
