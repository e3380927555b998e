// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.luben.zstd.ZstdInputStream;
import io.tallystick.bundle.BundleLayout;
import io.tallystick.bundle.BundleLine;
import io.tallystick.entry.Event;
import io.tallystick.fixtures.TestSeed;
import io.tallystick.topic.LedgerAdmin;
import io.tallystick.topic.LedgerSettings;
import io.tallystick.verify.ExitCode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole ledger is killed at random moments while a producer goes on, and at last its broker alone. The number of kills is set by
 * {@code -Dledger.test.kills}.
 */
class KillIT {
    private static final int KILLS = Integer.getInteger("ledger.test.kills");
    private static final Duration WINDOW = Duration.ofSeconds(10);
    private static final int BATCH = 10;
    private static final int UP_MS_MAX = 15_000;

    @TempDir
    private Path directory;

    @AutoClose
    private UpProcess up;

    private final AtomicInteger acknowledged = new AtomicInteger();
    private final AtomicReference<Exception> producerFault = new AtomicReference<>();
    private final AtomicBoolean stop = new AtomicBoolean();

    @AfterEach
    void endProducer() {
        stop.set(true);
    }

    @Test
    void everyRecordIsInExactlyOneEntryWhateverIsKilled() throws Exception {
        // Given
        Random random = TestSeed.random("KillIT");
        LedgerHome home = new LedgerHome(directory.resolve("ledger"));
        up = UpProcess.start(home.directory(), WINDOW);
        LedgerSettings settings = ConfigFile.settings(ConfigFile.read(home.config()));
        try (LedgerAdmin admin = new LedgerAdmin(settings)) {
            admin.createTenant("acme", 1, 1);
        }
        Thread producing = new Thread(() -> produce(settings), "producer");
        producing.start();

        // When
        for (int kill = 0; kill < KILLS; kill++) {
            int upMs = random.nextInt(UP_MS_MAX);
            long since = System.nanoTime();
            await().atMost(Duration.ofMinutes(1))
                    .until(() -> Duration.ofNanos(System.nanoTime() - since).toMillis() >= upMs);
            up.kill();
            up = UpProcess.start(home.directory(), WINDOW);
        }
        assertThat(up.killBroker()).as(up.log()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(up.log()).contains("tally: The broker (process ");
        up = UpProcess.start(home.directory(), WINDOW);
        stop.set(true);
        producing.join();
        await().atMost(Duration.ofMinutes(2)).until(() -> !up.isAlive() || accepted(home) >= acknowledged.get());
        up.stop();

        // Then
        assertThat(producerFault.get()).isNull();
        assertThat(numbers(home))
                .as("%d kills; %s", KILLS, up.log())
                .isEqualTo(IntStream.range(0, acknowledged.get()).boxed().toList());
        TallyRun verify = TallyRun.of(
                "verify",
                home.bucket().toString(),
                "--trust-root",
                home.trustRoot().toString());
        assertThat(verify.exitCode()).as(verify.everything()).isZero();
        assertThat(home.directory().resolve("tally.log")).isNotEmptyFile();
    }

    /** Numbers from 0, ten at a time; a number counts when the broker has acknowledged it. */
    private void produce(LedgerSettings settings) {
        Map<String, Object> properties = settings.kafkaClient("kill-it");
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 600_000);
        String topic = settings.topics().in("acme");
        try (Producer<String, String> producer =
                new KafkaProducer<>(properties, new StringSerializer(), new StringSerializer())) {
            while (!stop.get()) {
                int first = acknowledged.get();
                List<Future<?>> sent = new ArrayList<>();
                for (int i = 0; i < BATCH; i++) {
                    sent.add(producer.send(new ProducerRecord<>(topic, "{\"n\":" + (first + i) + "}")));
                }
                producer.flush();
                for (Future<?> one : sent) {
                    one.get();
                    acknowledged.incrementAndGet();
                }
            }
        } catch (InterruptedException | ExecutionException e) {
            producerFault.set(e);
        }
    }

    private static long accepted(LedgerHome home) {
        return BundleCounts.of(home.bucket(), "acme").accepted();
    }

    /** The numbers in the payloads of all bundles, in the order of the chain. */
    private static List<Integer> numbers(LedgerHome home) throws Exception {
        List<Integer> numbers = new ArrayList<>();
        for (Path bundle : BundleCounts.bundles(home.bucket(), "acme")) {
            Path data = bundle.resolve(BundleLayout.dataFile(0, 0) + BundleLayout.STORED_SUFFIX);
            if (!Files.exists(data)) {
                continue;
            }
            try (BufferedReader lines =
                    new BufferedReader(new InputStreamReader(new ZstdInputStream(Files.newInputStream(data)), UTF_8))) {
                for (String text = lines.readLine(); text != null; text = lines.readLine()) {
                    BundleLine line = BundleLine.parse(text.getBytes(UTF_8));
                    if (line.entry().body() instanceof Event) {
                        String payload = new String(
                                line.payload()
                                        .orElseThrow()
                                        .bytes()
                                        .orElseThrow()
                                        .toByteArray(),
                                UTF_8);
                        numbers.add(Integer.parseInt(payload.substring(5, payload.length() - 1)));
                    }
                }
            }
        }
        return numbers;
    }
}
