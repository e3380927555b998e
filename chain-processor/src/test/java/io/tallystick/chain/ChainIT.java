// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain;

import static io.tallystick.chain.RunningLedger.PATIENCE;
import static io.tallystick.chain.RunningLedger.awaitRunning;
import static io.tallystick.chain.RunningLedger.partition;
import static io.tallystick.chain.sequence.Given.event;
import static io.tallystick.chain.sequence.Given.forChain;
import static io.tallystick.chain.sequence.Given.gap;
import static io.tallystick.chain.sequence.Given.rejected;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallystick.avro.Boundary;
import io.tallystick.avro.Notice;
import io.tallystick.chain.sequence.EntriesOracle;
import io.tallystick.chain.sequence.Given;
import io.tallystick.embedded.EmbeddedLedger;
import io.tallystick.embedded.LedgerExtension;
import io.tallystick.fixtures.TestSeed;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.topic.LedgerSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LedgerExtension.class)
class ChainIT {
    @TempDir
    private Path state;

    private final AtomicReference<Throwable> fatal = new AtomicReference<>();
    private RunningLedger ledger;

    @BeforeEach
    void setUp(EmbeddedLedger broker) throws IOException {
        ledger = new RunningLedger(broker);
    }

    @AfterEach
    void tearDown() {
        ledger.close();
    }

    private ChainApplication start() {
        ChainApplication application =
                new ChainApplication(ledger.config(state), new SimpleMeterRegistry(), fatal::set);
        application.start();
        awaitRunning(application);
        return application;
    }

    @Test
    void whatIsAdmittedIsInTheLedgerOnceAndInOrder() {
        try (ChainApplication application = start()) {
            // When: three chains, with replays, a rejection and a gap
            for (String chain : List.of("acme/0", "acme/1", "globex/0")) {
                ledger.sendEvents(chain, 0, 100);
                ledger.sendEvents(chain, 40, 60);
                ledger.send(List.of(
                        forChain(rejected(100, 102, 0), chain),
                        forChain(gap(103, 199), chain),
                        forChain(event(200, 200, 1), chain)));
            }

            // Then
            for (String chain : List.of("acme/0", "acme/1", "globex/0")) {
                ledger.awaitAccounted(chain, 201);
                assertThat(EntriesOracle.check(ledger.entries(partition(chain))).sizes())
                        .containsEntry(chain, 104L);
            }
            assertThat(application.isRunning()).isTrue();
            assertThat(fatal).hasNullValue();
        }
    }

    @Test
    void aHoleIsToldToIngestAndFilledByIt() {
        try (ChainApplication application = start()) {
            // Given
            ledger.sendEvents("acme/0", 0, 10);

            // When
            ledger.sendEvents("acme/0", 15, 20);

            // Then
            await().atMost(PATIENCE).untilAsserted(() -> assertThat(ledger.notices())
                    .containsExactly(new Notice("acme/0", Given.TOPIC_ID, 10L, 0)));
            ledger.sendEvents("acme/0", 10, 20);
            ledger.awaitAccounted("acme/0", 20);
            assertThat(application.isRunning()).isTrue();
        }
    }

    @Test
    void ticksCutEveryPartitionAtTheSameInstants() {
        try (ChainApplication application = start()) {
            // When: ticks come until two boundaries are crossed
            await().atMost(PATIENCE).pollInterval(Duration.ofMillis(200)).until(() -> {
                ledger.tick();
                return boundaries(0).size() >= 3 && boundaries(1).size() >= 3;
            });

            // Then
            assertThat(boundaries(0).subList(0, 3)).isEqualTo(boundaries(1).subList(0, 3));
            assertThat(application.isRunning()).isTrue();
        }
    }

    private List<Instant> boundaries(int partition) {
        return ledger.entries(partition).stream()
                .filter(Boundary.class::isInstance)
                .map(record -> ((Boundary) record).getTime())
                .toList();
    }

    @Test
    void aCleanRestartGoesOn() {
        // Given
        try (ChainApplication application = start()) {
            ledger.sendEvents("acme/0", 0, 50);
            ledger.awaitAccounted("acme/0", 50);
            assertThat(application.isRunning()).isTrue();
        }

        // When
        try (ChainApplication application = start()) {
            ledger.sendEvents("acme/0", 45, 100);

            // Then
            ledger.awaitAccounted("acme/0", 100);
            assertThat(application.isRunning()).isTrue();
        }
    }

    @Test
    void aHaltSurvivesARestart() {
        // Given: the source lost its tail
        try (ChainApplication application = start()) {
            ledger.sendEvents("acme/0", 0, 10);
            ledger.send(List.of(forChain(event(5, 5, 1), "acme/0")));
            ledger.sendEvents("globex/0", 0, 1);
            ledger.awaitAccounted("globex/0", 1);
            assertThat(application.isRunning()).isTrue();
        }

        // When
        try (ChainApplication application = start()) {
            ledger.sendEvents("acme/0", 10, 20);
            ledger.sendEvents("globex/0", 1, 2);
            ledger.sendEvents("acme/1", 0, 1);

            // Then: neighbours of both partitions have passed it
            ledger.awaitAccounted("globex/0", 2);
            ledger.awaitAccounted("acme/1", 1);
            assertThat(ledger.accounted("acme/0")).isEqualTo(10);
            assertThat(application.isRunning()).isTrue();
        }
    }

    @Test
    void aZombieAndItsSuccessorsWriteOneGaplessChain() {
        // When: five lives, none waits until the one before it has stopped; each begins with an empty disk
        long sent = 0;
        for (int life = 0; life < 5; life++) {
            ChainApplication application = new ChainApplication(
                    ledger.config(state.resolve("life-" + life)), new SimpleMeterRegistry(), fatal::set);
            application.start();
            awaitRunning(application);
            ledger.sendEvents("acme/0", Math.max(0, sent - 20), sent + 300);
            ledger.sendEvents("globex/0", Math.max(0, sent - 20), sent + 300);
            sent += 300;
            application.close(Duration.ZERO);
        }

        // Then
        try (ChainApplication application = start()) {
            ledger.awaitAccounted("acme/0", sent);
            ledger.awaitAccounted("globex/0", sent);
            assertThat(EntriesOracle.check(ledger.entries(partition("acme/0"))).sizes())
                    .containsEntry("acme/0", sent + 1);
            assertThat(application.isRunning()).isTrue();
        }
    }

    @Test
    void killedProcessesLeaveOneGaplessChain() throws IOException, InterruptedException {
        // When: each life is ended by the operating system while it works, on the same disk
        Random random = TestSeed.random("ChainIT.kill");
        long sent = 0;
        for (int life = 0; life < 4; life++) {
            Process process = ChainProcess.start(ledger, state);
            long before = sent;
            sent += 1_000;
            ledger.sendEvents("acme/0", Math.max(0, before - 20), sent);
            ledger.sendEvents("globex/0", Math.max(0, before - 20), sent);
            long enough = before + 1 + random.nextInt(900);
            await().atMost(PATIENCE)
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> ledger.accounted("acme/0") >= enough);
            process.destroyForcibly().waitFor();
        }

        // Then
        try (ChainApplication application = start()) {
            ledger.awaitAccounted("acme/0", sent);
            ledger.awaitAccounted("globex/0", sent);
            assertThat(EntriesOracle.check(ledger.entries(partition("globex/0")))
                            .sizes())
                    .containsEntry("globex/0", sent + 1);
            assertThat(application.isRunning()).isTrue();
        }
    }

    @Test
    void anUndecodableMessageStopsTheApplicationAndSaysSo() {
        try (ChainApplication application = start()) {
            // Given
            ledger.sendEvents("acme/0", 0, 5);
            ledger.awaitAccounted("acme/0", 5);

            // When: ingest breaks its contract
            ledger.send(List.of(forChain(event(5, 5, 0).setId(null), "acme/0")));

            // Then
            await().atMost(PATIENCE).until(() -> fatal.get() != null);
            assertThat(fatal.get()).isInstanceOf(LedgerIntegrityException.class).hasMessageContaining("id is missing");
            assertThat(application.isRunning()).isFalse();
            assertThat(ledger.accounted("acme/0")).isEqualTo(5);
        }
    }

    @Test
    void anotherPartitionCountIsRefusedAtTheStart() {
        // Given
        ledger.properties.put(LedgerSettings.PARTITIONS, RunningLedger.N + 1);

        // When, Then
        try (ChainApplication application =
                new ChainApplication(ledger.config(state), new SimpleMeterRegistry(), fatal::set)) {
            assertThatThrownBy(application::start).isInstanceOf(LedgerIntegrityException.class);
        }
    }

    @Test
    void anIngestTopicThatTrustsItsProducersClocksIsRefusedAtTheStart()
            throws InterruptedException, ExecutionException {
        // Given
        ConfigResource ingest =
                new ConfigResource(ConfigResource.Type.TOPIC, ledger.topics().ingest());
        AlterConfigOp trusting = new AlterConfigOp(
                new ConfigEntry(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "CreateTime"), AlterConfigOp.OpType.SET);
        ledger.admin
                .incrementalAlterConfigs(Map.of(ingest, List.of(trusting)))
                .all()
                .get();

        // When, Then
        try (ChainApplication application =
                new ChainApplication(ledger.config(state), new SimpleMeterRegistry(), fatal::set)) {
            assertThatThrownBy(application::start)
                    .isInstanceOf(LedgerIntegrityException.class)
                    .hasMessageContaining("LogAppendTime");
        }
    }
}
