// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.avro.AdmittedEvent;
import io.tallystick.avro.Claim;
import io.tallystick.embedded.EmbeddedLedger;
import io.tallystick.embedded.LedgerExtension;
import io.tallystick.topic.TenantDescriptor.State;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What tenants do to their topics is nobody else's trouble. Two ledgers stand side by side on one broker, in one of them
 * nobody misbehaves. Latency is from the source record's append to the message's, both by the broker's clock.
 *
 * <pre>
 * round      idle: no flood          flood
 * quiet      its p95 is compared ----.    (what the flood costs the broker, and so all of its tenants)
 * noisy                               `-- with this one
 * </pre>
 *
 * <p>Idle and flood are in turns, as the machine may be busier in one minute than in the next.
 *
 * <p>Tenants send what is too large, name a schema while the registry is away, leave a transaction open; their topics are
 * created again, deleted under load, given more and more partitions, not readable, or were never there; they are suspended and
 * resumed, and have nowhere to be told of their outcomes.
 */
@ExtendWith(LedgerExtension.class)
@SuppressWarnings("try") // an application works while its block lasts; nothing in the block names it
class IsolationIT {
    private static final Logger LOGGER = LoggerFactory.getLogger(IsolationIT.class);
    private static final int SAMPLES = 200;
    private static final long PAUSE_NANOS = Duration.ofMillis(10).toNanos();
    private static final long FLOOD_PAUSE_NANOS = Duration.ofMillis(250).toNanos();

    /** An odd number, so that one of them is the median. */
    private static final int ROUNDS = 5;

    /**
     * Below this many milliseconds a latency is no trouble to anybody; a poll and a look at the topic may add up to it. Twice the
     * idle value would be less on a machine that does nothing else, and a single garbage collection more.
     */
    private static final double UNNOTICED_MS = 60;

    /** So many milliseconds more than where nobody misbehaves are trouble even for a single record. */
    private static final double STALL_MS = 5_000;

    private static final int DEED_EVERY = 4;
    private static final String UNREADABLE = "ledger.ingest.unreadable";
    private static final int OVERSIZE = 2 * 1024 * 1024;
    private static final int EXTRA_TOPICS = 30;
    private static final int UNKNOWN_IDS = 500;
    private static final int NEXT_IDS = 20;
    private static final int FIRST_UNKNOWN_ID = 0x7f000000;
    private static final int EXPANSIONS = 20;
    private static final List<String> NOISY = List.of(
            "recreated", "deleted", "schemas", "oversized", "open", "unreadable", "suspended", "expanding", "outcomes");

    @TempDir
    private static Path directory;

    private static GuardedBroker broker;

    private final AtomicBoolean flooding = new AtomicBoolean();
    private final AtomicBoolean stop = new AtomicBoolean();
    private final AtomicBoolean deleted = new AtomicBoolean();
    private RegistryProxy registry;
    private TestLedger quiet;
    private TestLedger ledger;

    @BeforeAll
    static void startBroker() {
        broker = new GuardedBroker(directory.resolve("broker"));
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @BeforeEach
    void setUp(EmbeddedLedger embedded) throws Exception {
        registry = new RegistryProxy(embedded.registryUrl());
        quiet = new TestLedger(embedded, broker, embedded.registryUrl());
        ledger = new TestLedger(embedded, broker, registry.url());
    }

    @AfterEach
    void tearDown() {
        registry.close();
        ledger.close();
        quiet.close();
    }

    @Test
    void misbehavingTenantsDoNotSlowOthersDown() {
        // Given
        begin(quiet);
        begin(ledger);
        NOISY.forEach(tenant -> {
            ledger.tenant(tenant, 1);
            ledger.produce(tenant, 0, "0".getBytes(UTF_8));
        });
        ledger.tenant("topicless", 1);
        ledger.deleteInput("topicless");
        try (IngestApplication undisturbed = quiet.ingest();
                IngestApplication ingest = ledger.ingest();
                KafkaProducer<String, byte[]> open = ledger.transactional("open")) {
            NOISY.forEach(tenant -> awaitMessages(ledger, tenant + "/0", 1));
            ledger.append(OutcomesIT.event("outcomes", 1));
            await().atMost(Duration.ofMinutes(3)).until(() -> !ledger.read(ledger.topics.receipts("outcomes"))
                    .isEmpty());
            CompletableFuture<Void> load = CompletableFuture.runAsync(this::load);
            phase(0); // both have compiled their ways

            // When
            ledger.recreate("recreated", 1);
            ledger.deleteInput("deleted");
            deleted.set(true);
            registry.away(true);
            ledger.produce("schemas", 0, new byte[] {0, 0x7f, 0, 0, 1, 2});
            open.beginTransaction();
            send(open, "open", new byte[1]);
            createTopics();
            TestLedger.await(ledger.admin
                    .deleteTopics(List.of(ledger.topics.receipts("outcomes")))
                    .all());
            GuardedBroker.put(ledger.admin, GuardedBroker.denial(ledger.topics.in("unreadable"), AclOperation.READ));
            await().atMost(Duration.ofMinutes(3)).until(() -> ledger.meter(UNREADABLE, "unreadable") == 1);
            ledger.produce("unreadable", 0, "1".getBytes(UTF_8));
            CompletableFuture<Void> flood = CompletableFuture.runAsync(this::flood);
            List<Round> rounds =
                    IntStream.rangeClosed(1, ROUNDS).mapToObj(this::round).toList();
            stop.set(true);
            CompletableFuture.allOf(flood, load).join();

            // Then
            assertThat(ledger.meter("ledger.ingest.topic.recreated", "recreated"))
                    .isEqualTo(1);
            assertThat(ledger.meter("ledger.ingest.waiting", "schemas")).isPositive();
            assertThat(ledger.meter("ledger.ingest.rejected", "oversized")).isPositive();
            assertThat(ledger.messages(AdmittedEvent.class, "open/0")).hasSize(1);
            assertThat(ledger.meter(UNREADABLE, "unreadable")).isEqualTo(1);
            assertThat(ledger.messages(AdmittedEvent.class, "unreadable/0")).hasSize(1);
            assertThat(ledger.messages(Claim.class, "expanding/1")).isNotEmpty();
            assertThat(ledger.meters
                            .get("ledger.ingest.outcomes.stalled")
                            .gauge()
                            .value())
                    .isPositive();
            assertThat(rounds.stream().map(Round::excess).sorted().toList().get(ROUNDS / 2))
                    .as("median of %s", rounds)
                    .isLessThan(1);
            assertThat(rounds).allSatisfy(round -> assertThat(
                            round.noisy().worstMs() - round.quiet().worstMs())
                    .as("worst of %s", round)
                    .isLessThan(STALL_MS));
        }
    }

    /** Each an id that nobody has registered: what is known of them must not push out what is found. */
    @Test
    void tenantOfManyUnknownSchemaIdsTakesNoSchemaFromAnother() throws Exception {
        // Given
        ledger.tenant("good", 1);
        ledger.tenant("noisy", 1);
        int id = ledger.register("numbers", Schema.create(Schema.Type.INT));
        try (IngestApplication ingest = ledger.ingest()) {
            ledger.produce("good", 0, framed(id));
            awaitMessages(ledger, "good/0", 1);

            // When
            for (int i = 0; i < UNKNOWN_IDS; i++) {
                ledger.produce("noisy", 0, framed(FIRST_UNKNOWN_ID + i));
            }
            awaitMessages(ledger, "noisy/0", UNKNOWN_IDS);
            ledger.produce("good", 0, framed(id));
            awaitMessages(ledger, "good/0", 2);
        }

        // Then
        assertThat(ledger.messages(AdmittedEvent.class, "noisy/0"))
                .hasSize(UNKNOWN_IDS)
                .allSatisfy(message -> assertThat(message.getReason()).isEqualTo("schema-unknown"));
        assertThat(ledger.messages(AdmittedEvent.class, "good/0"))
                .allSatisfy(message -> assertThat(message.getReason()).isNull());
        assertThat(lookupsOf(id)).isEqualTo(1);
    }

    /** Ids are given one after the other, so anybody can name the next ones before they are somebody's. */
    @Test
    void tenantThatNamesTheNextSchemaIdsSpoilsNoneForAnother() throws Exception {
        // Given
        ledger.tenant("good", 1);
        ledger.tenant("noisy", 1);
        int before = ledger.register("before", schemaOfOneByte("Before"));
        try (IngestApplication ingest = ledger.ingest()) {
            for (int i = 1; i <= NEXT_IDS; i++) {
                ledger.produce("noisy", 0, framed(before + i));
            }
            awaitMessages(ledger, "noisy/0", NEXT_IDS);

            // When
            int id = ledger.register("after", schemaOfOneByte("After"));
            ledger.produce("good", 0, framed(id));
            awaitMessages(ledger, "good/0", 1);

            // Then
            assertThat(id).isBetween(before + 1, before + NEXT_IDS);
        }
        assertThat(ledger.messages(AdmittedEvent.class, "good/0").get(0).getReason())
                .isNull();
    }

    /** One that no other test registers: the same text would have the same id. */
    private Schema schemaOfOneByte(String name) {
        String own = ledger.topics.group(name).replaceAll("[^A-Za-z0-9]", "");
        return Schema.createFixed(own, null, null, 1);
    }

    private static byte[] framed(int id) {
        return ByteBuffer.allocate(6).put((byte) 0).putInt(id).put((byte) 2).array();
    }

    private int lookupsOf(int id) {
        return registry.asked.entrySet().stream()
                .filter(asked -> asked.getKey().split("\\?", 2)[0].equals("/schemas/ids/" + id))
                .mapToInt(Map.Entry::getValue)
                .sum();
    }

    private void createTopics() {
        TestLedger.await(ledger.admin
                .createTopics(IntStream.range(0, EXTRA_TOPICS)
                        .mapToObj(i -> new NewTopic(ledger.topics.in("extra-" + i), 1, (short) 1))
                        .toList())
                .all());
    }

    private static void begin(TestLedger with) {
        with.tenant("good", 1);
        with.produce("good", 0, "0".getBytes(UTF_8));
    }

    private static void awaitMessages(TestLedger with, String chain, int count) {
        await().atMost(Duration.ofMinutes(3))
                .pollInterval(Duration.ofMillis(500))
                .until(() -> with.messages(AdmittedEvent.class, chain).size() >= count);
    }

    /** Of the records of a tenant that behaves, in milliseconds. */
    private record Latency(double p95Ms, double worstMs) {}

    /**
     * @param idle of the quiet ledger, while there is no flood
     * @param quiet of the same, during the flood
     * @param noisy of the other, at the same time
     */
    private record Round(Latency idle, Latency quiet, Latency noisy) {
        /** At least 1 if misbehaving tenants made more than twice of it. */
        double excess() {
            return noisy.p95Ms() / Math.max(2 * idle.p95Ms(), UNNOTICED_MS);
        }
    }

    private Round round(int number) {
        Latency idle = phase(2 * number - 1).get(0);
        flooding.set(true);
        List<Latency> flooded = phase(2 * number);
        flooding.set(false);
        Round round = new Round(idle, flooded.get(0), flooded.get(1));
        LOGGER.atInfo()
                .addKeyValue("round", number)
                .addKeyValue("idle", round.idle())
                .addKeyValue("quiet", round.quiet())
                .addKeyValue("noisy", round.noisy())
                .log("source append to message append");
        return round;
    }

    /** Sends records of the tenants that behave, to both ledgers in turns, and waits for them. @return of quiet, of noisy */
    private List<Latency> phase(int number) {
        Map<Integer, Long> toQuiet = new HashMap<>();
        Map<Integer, Long> toNoisy = new HashMap<>();
        int first = 1 + number * SAMPLES;
        for (int i = first; i < first + SAMPLES; i++) {
            byte[] value = ("" + i).getBytes(UTF_8);
            toQuiet.put(i, quiet.produce("good", 0, value).timestamp());
            toNoisy.put(i, ledger.produce("good", 0, value).timestamp());
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        return List.of(latency(took(quiet, toQuiet, first)), latency(took(ledger, toNoisy, first)));
    }

    private static Latency latency(long[] took) {
        return new Latency(p95(took), took[SAMPLES - 1]);
    }

    private static double p95(long[] took) {
        return took[SAMPLES * 95 / 100];
    }

    /** Milliseconds, ascending. */
    private static long[] took(TestLedger of, Map<Integer, Long> sent, int first) {
        awaitMessages(of, "good/0", first + SAMPLES);
        long[] took = of.read(of.topics.ingest()).stream()
                .filter(record -> "good/0".equals(record.key()))
                .mapToLong(record -> {
                    Object value = of.serde.deserializer().deserialize(record.topic(), record.value());
                    Long at = value instanceof AdmittedEvent event ? sent.get(number(event.getPayload())) : null;
                    return at == null ? -1 : record.timestamp() - at;
                })
                .filter(millis -> millis >= 0)
                .sorted()
                .toArray();
        assertThat(took).hasSize(SAMPLES);
        return took;
    }

    private static int number(ByteBuffer payload) {
        return Integer.parseInt(UTF_8.decode(payload.duplicate()).toString());
    }

    /** While it is on: records that are too large, and records that name topics' new owners; now and then an operator's deeds. */
    private void flood() {
        Map<String, Object> client = ledger.settings.kafkaClient("flood");
        client.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, 2 * OVERSIZE);
        try (KafkaProducer<String, byte[]> producer =
                new KafkaProducer<>(client, new StringSerializer(), new ByteArraySerializer())) {
            byte[] value = new byte[OVERSIZE];
            int times = 0;
            while (!stop.get()) {
                if (flooding.get()) {
                    send(producer, "oversized", value);
                    send(producer, "recreated", new byte[1]);
                    if (++times % DEED_EVERY == 0) {
                        deed(times / DEED_EVERY);
                    }
                }
                LockSupport.parkNanos(FLOOD_PAUSE_NANOS);
            }
        }
    }

    private void deed(int number) {
        ledger.setState("suspended", number % 2 == 0 ? State.ACTIVE : State.SUSPENDED);
        ledger.append(OutcomesIT.event("outcomes", 1 + number));
        if (number <= EXPANSIONS) {
            TestLedger.await(ledger.admin
                    .createPartitions(Map.of(ledger.topics.in("expanding"), NewPartitions.increaseTo(1 + number)))
                    .all());
        }
    }

    /** Keeps the positions of a tenant on the move until its topic is gone. */
    private void load() {
        Map<String, Object> client = ledger.settings.kafkaClient("load");
        client.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 1_000);
        try (KafkaProducer<String, byte[]> producer =
                new KafkaProducer<>(client, new StringSerializer(), new ByteArraySerializer())) {
            while (!deleted.get()) {
                send(producer, "deleted", new byte[1]);
                LockSupport.parkNanos(PAUSE_NANOS);
            }
            producer.close(Duration.ZERO);
        }
    }

    private void send(KafkaProducer<String, byte[]> producer, String tenant, byte[] value) {
        var unused = producer.send(new ProducerRecord<>(ledger.topics.in(tenant), 0, null, value));
    }
}
