// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.faults;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallystick.avro.ChainHalt;
import io.tallystick.avro.LedgerEntry;
import io.tallystick.chain.ChainConfig;
import io.tallystick.chain.ChainRecovery;
import io.tallystick.ingest.IngestApplication;
import io.tallystick.ingest.IngestConfig;
import io.tallystick.serde.LedgerSerdes;
import io.tallystick.topic.LedgerAdmin;
import io.tallystick.topic.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A tenant's topic elects a replica that lags, and loses records that the ledger has, under an ingest that never stops. Three
 * brokers as processes; the one that leads is killed and stays away.
 */
class UncleanElectionIT {
    private static final int LEADER = 1;
    private static final int BEHIND = 2;
    private static final String CUT = "acme/0";
    private static final String OTHER = "globex/0";
    private static final Pattern COVERS = Pattern.compile("\"source\":\\{\"from\":(\\d+),\"next\":(\\d+)");

    @TempDir
    private Path directory;

    private final Topics topics = new Topics(Topics.DEFAULT_PREFIX);
    private final List<Throwable> endedIngest = new CopyOnWriteArrayList<>();
    private final Map<String, List<String>> entries = new TreeMap<>();
    private Fleet fleet;
    private ChainConfig config;
    private Admin admin;
    private KafkaConsumer<String, SpecificRecord> reader;

    private static ConditionFactory soon() {
        return await().atMost(Duration.ofMinutes(2)).pollInterval(Duration.ofMillis(200));
    }

    @BeforeEach
    void setUp() throws Exception {
        fleet = new Fleet(directory, 3, false);
        fleet.startBrokers();
        Map<String, String> properties = new TreeMap<>(fleet.settings());
        properties.put(ChainConfig.STATE_DIR, directory.resolve("none").toString());
        config = new ChainConfig(properties);
        admin = Admin.create(config.ledger().kafkaClient("test-admin"));
        soon().ignoreExceptionsMatching(KafkaException.class::isInstance).until(() -> {
            setUpLedger();
            return true;
        });
        openReader();
    }

    private void setUpLedger() throws Exception {
        try (LedgerAdmin ledger = new LedgerAdmin(config.ledger())) {
            ledger.init(3);
            ledger.createTenant("globex", 1, 3);
            if (!admin.listTopics().names().get().contains(topics.in("acme"))) {
                NewTopic source = new NewTopic(topics.in("acme"), Map.of(0, List.of(LEADER, BEHIND)));
                admin.createTopics(List.of(source.configs(Map.of(
                                "cleanup.policy", "delete",
                                "max.message.bytes", Integer.toString(Topics.LARGE_RECORD_BYTES_MAX),
                                "min.insync.replicas", "1"))))
                        .all()
                        .get();
            }
            ledger.createTenant("acme", 1, 2);
        }
        // Nobody may set up a tenant like that. Somebody changes it later.
        ConfigResource source = new ConfigResource(ConfigResource.Type.TOPIC, topics.in("acme"));
        ConfigEntry unclean = new ConfigEntry("unclean.leader.election.enable", "true");
        admin.incrementalAlterConfigs(Map.of(source, List.of(new AlterConfigOp(unclean, AlterConfigOp.OpType.SET))))
                .all()
                .get();
    }

    private void openReader() {
        Map<String, Object> client = config.ledger().kafkaClient("test-reader");
        client.put("isolation.level", "read_committed");
        Deserializer<SpecificRecord> values =
                new LedgerSerdes(config.ledger().schemaRegistryUrl()).records().deserializer();
        reader = new KafkaConsumer<>(client, new StringDeserializer(), values);
        List<TopicPartition> all = IntStream.range(0, Fleet.LEDGER_PARTITIONS)
                .mapToObj(partition -> new TopicPartition(topics.entries(), partition))
                .toList();
        reader.assign(all);
        reader.seekToBeginning(all);
    }

    @AfterEach
    void tearDown() {
        if (reader != null) {
            reader.close(CloseOptions.timeout(Duration.ZERO));
        }
        if (admin != null) {
            admin.close(Duration.ZERO);
        }
        fleet.close();
    }

    @Test
    @SuppressWarnings("try") // ingest works while its block lasts; nothing in the block names it
    void recordsLostUnderALiveIngestHaltTheirChainAndNoOther() throws Exception {
        try (IngestApplication ingest = new IngestApplication(
                new IngestConfig(fleet.settings()), new SimpleMeterRegistry(), endedIngest::add)) {
            // Given
            ingest.start();
            fleet.startStage("chain-1");
            produce("acme", 10);
            produce("globex", 10);
            soon().until(() -> covered(CUT) == 10 && covered(OTHER) == 10);
            fleet.child("broker-" + BEHIND).stop();
            soon().until(() -> inSync().equals(Set.of(LEADER)));
            produce("acme", 5);
            soon().until(() -> covered(CUT) == 15);

            // When
            fleet.child("broker-" + LEADER).killForGood();
            fleet.child("broker-" + BEHIND).start();
            soon().ignoreExceptions().until(() -> leader() == BEHIND);
            produce("acme", 3);

            // Then
            ChainRecovery recovery = new ChainRecovery(config, progress -> {});
            soon().ignoreExceptions().until(() -> !recovery.halts().isEmpty());
            assertThat(recovery.halts()).singleElement().satisfies(UncleanElectionIT::namesWhatWasLost);
            produce("globex", 1);
            soon().until(() -> covered(OTHER) == 11);
            assertThat(covered(CUT)).isEqualTo(15);
            assertThat(endedIngest).isEmpty();

            // When
            recovery.clearHalt(CUT, "the test", "the leader died, five records are lost", Duration.ofMinutes(1));
            produce("acme", 5);

            // Then: what the source held in [10, 15) by then is in no entry, as the statement's entry says
            soon().until(() -> covered(CUT) == 18);
            assertThat(entries.get(CUT))
                    .anyMatch(entry ->
                            entry.contains("\"kind\":\"control\"") && entry.contains("\"type\":\"ledger.attest\""));
            assertThat(ends(CUT)).hasSize(18);
            assertThat(endedIngest).isEmpty();
        }
    }

    private static void namesWhatWasLost(ChainHalt mark) {
        assertThat(mark.getChain()).isEqualTo(CUT);
        assertThat(mark.getReason()).isEqualTo("source-truncated");
        assertThat(mark.getOffset()).isEqualTo(10);
        assertThat(mark.getNext()).isEqualTo(15);
    }

    /** By a producer of its own: one that lives on would number its records on from those that are lost. */
    private void produce(String tenant, int count) throws Exception {
        Map<String, Object> client = config.ledger().kafkaClient("test-producer");
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(client, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int i = 0; i < count; i++) {
                byte[] value = ("{\"record\":" + i + "}").getBytes(UTF_8);
                producer.send(new ProducerRecord<>(topics.in(tenant), 0, null, value))
                        .get();
            }
        }
    }

    private TopicPartitionInfo source() throws Exception {
        return admin.describeTopics(List.of(topics.in("acme")))
                .allTopicNames()
                .get()
                .get(topics.in("acme"))
                .partitions()
                .get(0);
    }

    private Set<Integer> inSync() throws Exception {
        return source().isr().stream().map(Node::id).collect(Collectors.toSet());
    }

    private int leader() throws Exception {
        Node leader = source().leader();
        return leader == null ? -1 : leader.id();
    }

    /** How far the chain's entries cover its source. */
    private long covered(String chain) {
        for (ConsumerRecord<String, SpecificRecord> record : reader.poll(Duration.ofMillis(100))) {
            if (record.value() instanceof LedgerEntry entry) {
                entries.computeIfAbsent(entry.getChain(), name -> new ArrayList<>())
                        .add(UTF_8.decode(entry.getEntry().duplicate()).toString());
            }
        }
        List<Long> ends = ends(chain);
        return ends.isEmpty() ? 0 : ends.get(ends.size() - 1);
    }

    /** The source offset each of its entries covers up to; each must begin where the one before ends. */
    private List<Long> ends(String chain) {
        List<Long> ends = new ArrayList<>();
        long next = 0;
        for (String entry : entries.getOrDefault(chain, List.of())) {
            Matcher covers = COVERS.matcher(entry);
            if (covers.find()) {
                assertThat(Long.parseLong(covers.group(1))).isEqualTo(next);
                next = Long.parseLong(covers.group(2));
                ends.add(next);
            }
        }
        return ends;
    }
}
