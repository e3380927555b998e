// SPDX-License-Identifier: Apache-2.0
package io.tallystick.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BrokerProcessIT {

    private static final EmbeddedOptions OPTIONS = EmbeddedOptions.defaults().withBrokerHeapMegabytes(256);

    private final LinkedBlockingQueue<EmbeddedException> fatal = new LinkedBlockingQueue<>();

    @Test
    void killedBrokerKeepsWhatItAcknowledgedAndItsPort(@TempDir Path directory) throws Exception {
        // Given
        String bootstrapServers;
        String clusterId;
        List<String> acknowledged = new ArrayList<>();
        try (BrokerProcess broker = BrokerProcess.start(directory, OPTIONS, fatal::add)) {
            bootstrapServers = broker.bootstrapServers();
            clusterId = broker.clusterId();
            BrokerClient client = new BrokerClient(bootstrapServers);
            client.createTopic("kept");
            for (int i = 0; i < 5; i++) {
                client.send("kept", "value " + i);
                acknowledged.add("value " + i);
            }
            broker.kill();
        }

        // When
        try (BrokerProcess broker = BrokerProcess.start(directory, OPTIONS, fatal::add)) {
            BrokerClient client = new BrokerClient(broker.bootstrapServers());

            // Then
            assertThat(broker.bootstrapServers()).isEqualTo(bootstrapServers);
            assertThat(broker.clusterId()).isEqualTo(clusterId);
            assertThat(client.values("kept")).isEqualTo(acknowledged);
            assertThat(client.send("kept", "next")).isEqualTo(5);
        }
        assertThat(fatal).isEmpty();
    }

    @Test
    void killedWhileItIsWrittenToItKeepsEveryAcknowledgedRecordInOrder(@TempDir Path directory) throws Exception {
        // Given
        ConcurrentSkipListMap<Long, String> acknowledged = new ConcurrentSkipListMap<>();
        try (BrokerProcess broker = BrokerProcess.start(directory, OPTIONS, fatal::add)) {
            BrokerClient client = new BrokerClient(broker.bootstrapServers());
            client.createTopic("kept");
            Thread producer = new Thread(() -> client.sendUntilRefused("kept", acknowledged));
            producer.start();
            Awaitility.await().atMost(Duration.ofMinutes(3)).until(() -> acknowledged.size() > 2_000);

            // When
            broker.kill();
            producer.join();
        }

        // Then
        try (BrokerProcess broker = BrokerProcess.start(directory, OPTIONS, fatal::add)) {
            List<String> kept = new BrokerClient(broker.bootstrapServers()).values("kept");
            assertThat(kept).hasSizeGreaterThan(2_000);
            acknowledged.forEach(
                    (offset, value) -> assertThat(kept.get(offset.intValue())).isEqualTo(value));
        }
    }

    @Test
    void tellsItsOwnerThatTheBrokerEndedByItself(@TempDir Path directory) throws Exception {
        // Given
        try (BrokerProcess broker = BrokerProcess.start(directory, OPTIONS, fatal::add)) {

            // When
            ProcessHandle.of(broker.pid()).orElseThrow().destroyForcibly();

            // Then
            EmbeddedException told = fatal.poll(20, TimeUnit.SECONDS);
            assertThat(told)
                    .hasMessageContaining("process " + broker.pid())
                    .hasMessageContaining(broker.log().toString());
            assertThat(broker.isAlive()).isFalse();
        }
    }

    @Test
    void outlivesTheSignalsThatATerminalSendsToAll(@TempDir Path directory) throws Exception {
        // Given
        try (BrokerProcess broker = BrokerProcess.start(directory, OPTIONS, fatal::add)) {
            BrokerClient client = new BrokerClient(broker.bootstrapServers());
            client.createTopic("alive");

            // When
            for (String signal : List.of("-INT", "-TERM", "-HUP")) {
                assertThat(new ProcessBuilder("kill", signal, Long.toString(broker.pid()))
                                .start()
                                .waitFor())
                        .isZero();
            }

            // Then
            assertThat(client.send("alive", "still")).isZero();
        }
        assertThat(fatal).isEmpty();
    }

    @Test
    void brokerEndsWhenItsParentIsKilledAndTheDirectoryCanBeUsedAgain(@TempDir Path directory) throws Exception {
        // Given
        Process parent = startParent(directory);
        String[] told = firstLine(parent).split(" ", 2);
        ProcessHandle broker = ProcessHandle.of(Long.parseLong(told[0])).orElseThrow();
        new BrokerClient(told[1]).createTopic("kept");

        // When
        parent.destroyForcibly().waitFor();

        // Then
        try (BrokerProcess next = BrokerProcess.start(directory, OPTIONS, fatal::add)) {
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> !broker.isAlive()); // until the system has noticed
            assertThat(next.bootstrapServers()).isEqualTo(told[1]);
            assertThat(new BrokerClient(told[1]).topics()).contains("kept");
        }
    }

    @Test
    void brokerThatIsStillStartingEndsWithItsParent(@TempDir Path directory) throws Exception {
        // Given
        Process parent = startParent(directory);
        Awaitility.await()
                .atMost(Duration.ofMinutes(3))
                .until(() -> parent.descendants().findAny().isPresent());
        ProcessHandle broker = parent.descendants().findAny().orElseThrow();

        // When
        parent.destroyForcibly().waitFor();

        // Then
        Awaitility.await().atMost(Duration.ofMinutes(3)).until(() -> !broker.isAlive());
    }

    @Test
    void secondProcessOnTheSameDirectoryIsToldWhoHoldsIt(@TempDir Path directory) {
        // Given
        try (BrokerProcess first = BrokerProcess.start(directory, OPTIONS, fatal::add)) {

            // When
            assertThatThrownBy(() -> BrokerProcess.start(directory, OPTIONS, fatal::add))
                    // Then
                    .isInstanceOf(EmbeddedException.class)
                    .hasMessageContaining("in use by process " + first.pid())
                    .hasMessageContaining("choose another data directory");
            assertThat(first.isAlive()).isTrue();
        }
    }

    @Test
    void childsReasonForNotStartingReachesTheParent(@TempDir Path directory) throws IOException {
        // Given
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            EmbeddedOptions options = OPTIONS.withBrokerPort(taken.getLocalPort());

            // When
            assertThatThrownBy(() -> BrokerProcess.start(directory, options, fatal::add))
                    // Then
                    .isInstanceOf(EmbeddedException.class)
                    .hasMessageContaining("Port " + taken.getLocalPort());
        }
    }

    @Test
    void damagedClusterIdIsReportedNotReplaced(@TempDir Path directory) throws IOException {
        // Given
        Files.createDirectories(directory.resolve("kafka"));
        Files.writeString(directory.resolve("kafka/meta.properties"), "version=1\n");

        // When
        assertThatThrownBy(() -> BrokerProcess.start(directory, OPTIONS, fatal::add))
                // Then
                .isInstanceOf(EmbeddedException.class)
                .hasMessageContaining("names no cluster.id");
    }

    private static Process startParent(Path directory) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                ParentMain.class.getName(),
                directory.toString());
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        builder.redirectError(ProcessBuilder.Redirect.INHERIT);
        return builder.start();
    }

    private static String firstLine(Process process) throws IOException {
        BufferedReader reader = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
        return reader.readLine();
    }
}
