// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.Timer;
import io.tallystick.avro.AdmittedEvent;
import io.tallystick.embedded.EmbeddedLedger;
import io.tallystick.embedded.LedgerExtension;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What tenants do to their topics is nobody else's trouble. Latency is from the source record's append to the message's,
 * both by the broker's clock. The floor is generous: this machine does other things, too.
 */
@ExtendWith(LedgerExtension.class)
@SuppressWarnings("try") // an application works while its block lasts; nothing in the block names it
class IsolationIT {
    private static final Logger LOGGER = LoggerFactory.getLogger(IsolationIT.class);
    private static final int SAMPLES = 400;
    private static final long PAUSE_NANOS = Duration.ofMillis(10).toNanos();
    private static final long FLOOD_PAUSE_NANOS = Duration.ofMillis(250).toNanos();

    /** What tenants do lasts through all rounds; what else the machine does may not. */
    private static final int ROUNDS_MAX = 4;

    private static final double FLOOR_MS = 250;
    private static final int OVERSIZE = 2 * 1024 * 1024;

    private final AtomicBoolean stop = new AtomicBoolean();
    private RegistryProxy registry;
    private TestLedger ledger;

    @BeforeEach
    void setUp(EmbeddedLedger embedded) throws Exception {
        registry = new RegistryProxy(embedded.registryUrl());
        ledger = new TestLedger(embedded, registry.url());
    }

    @AfterEach
    void tearDown() {
        registry.close();
        ledger.close();
    }

    @Test
    void misbehavingTenantsDoNotSlowOthersDown() {
        // Given
        for (String tenant : new String[] {"good", "recreated", "deleted", "schemas", "oversized"}) {
            ledger.tenant(tenant, 1);
            ledger.produce(tenant, 0, "0".getBytes(UTF_8));
        }
        try (IngestApplication ingest = ledger.ingest()) {
            await().atMost(Duration.ofMinutes(3))
                    .until(() ->
                            ledger.messages(AdmittedEvent.class, "oversized/0").size() == 1);
            double idle = p95(0);

            // When
            ledger.recreate("recreated", 1);
            ledger.deleteInput("deleted");
            registry.away(true);
            ledger.produce("schemas", 0, new byte[] {0, 0x7f, 0, 0, 1, 2});
            CompletableFuture<Void> flood = CompletableFuture.runAsync(this::flood);
            double busy = Double.MAX_VALUE;
            for (int round = 1; round <= ROUNDS_MAX && busy >= Math.max(2 * idle, FLOOR_MS); round++) {
                busy = Math.min(busy, p95(round * SAMPLES));
            }
            stop.set(true);
            flood.join();
            LOGGER.atInfo()
                    .addKeyValue("idleP95Ms", idle)
                    .addKeyValue("busyP95Ms", busy)
                    .addKeyValue("oversized", ledger.meter("ledger.ingest.rejected", "oversized"))
                    .log("latency of the tenant that behaves");

            // Then
            assertThat(ledger.meter("ledger.ingest.topic.recreated", "recreated"))
                    .isEqualTo(1);
            assertThat(ledger.meter("ledger.ingest.waiting", "schemas")).isPositive();
            assertThat(ledger.meter("ledger.ingest.rejected", "oversized")).isPositive();
            assertThat(busy).isLessThan(Math.max(2 * idle, FLOOR_MS));
        }
    }

    /** Records that are too large, one after the other, and records that name topics' new owners. */
    private void flood() {
        Map<String, Object> client = ledger.settings.kafkaClient("flood");
        client.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, 2 * OVERSIZE);
        try (KafkaProducer<String, byte[]> producer =
                new KafkaProducer<>(client, new StringSerializer(), new ByteArraySerializer())) {
            byte[] value = new byte[OVERSIZE];
            while (!stop.get()) {
                send(producer, "oversized", value);
                send(producer, "recreated", new byte[1]);
                LockSupport.parkNanos(FLOOD_PAUSE_NANOS);
            }
        }
    }

    private void send(KafkaProducer<String, byte[]> producer, String tenant, byte[] value) {
        var unused = producer.send(new ProducerRecord<>(ledger.topics.in(tenant), 0, null, value));
    }

    /**
     * Sends records of the good tenant, at a hundred a second, and waits for them.
     *
     * @param first number of the first record
     */
    private double p95(int first) {
        Map<Integer, Long> sent = new ConcurrentHashMap<>();
        for (int i = first; i < first + SAMPLES; i++) {
            sent.put(i, ledger.produce("good", 0, ("" + i).getBytes(UTF_8)).timestamp());
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        await().atMost(Duration.ofMinutes(3))
                .pollInterval(Duration.ofMillis(500))
                .until(() -> ledger.messages(AdmittedEvent.class, "good/0").size() > first + SAMPLES);
        long[] took = ledger.read(ledger.topics.ingest()).stream()
                .filter(record -> "good/0".equals(record.key()))
                .mapToLong(record -> {
                    Object value = ledger.serde.deserializer().deserialize(record.topic(), record.value());
                    if (!(value instanceof AdmittedEvent event)) {
                        return -1;
                    }
                    Long at = sent.get(number(event.getPayload()));
                    return at == null ? -1 : record.timestamp() - at;
                })
                .filter(millis -> millis >= 0)
                .sorted()
                .toArray();
        assertThat(took).hasSizeGreaterThanOrEqualTo(SAMPLES);
        Timer looks = ledger.meters.get("ledger.ingest.confirmation").timer();
        LOGGER.atInfo()
                .addKeyValue("p50Ms", took[took.length / 2])
                .addKeyValue("maxMs", took[took.length - 1])
                .addKeyValue("looks", looks.count())
                .addKeyValue("looksMeanMs", looks.mean(TimeUnit.MILLISECONDS))
                .addKeyValue("looksMaxMs", looks.max(TimeUnit.MILLISECONDS))
                .log("source append to message append");
        return Arrays.stream(took).skip(took.length * 95L / 100).findFirst().orElseThrow();
    }

    private static int number(ByteBuffer payload) {
        return Integer.parseInt(UTF_8.decode(payload.duplicate()).toString());
    }
}
