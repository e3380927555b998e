// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MonitoringTest {
    private final Health health = new Health();

    @Test
    void healthFollowsWhatRuns() throws Exception {
        try (MonitoringServer server = server()) {
            // Given: something that starts.
            assertThat(get(server, "/healthz").statusCode()).isEqualTo(503);

            // When
            health.up();

            // Then
            assertThat(get(server, "/healthz"))
                    .returns(200, HttpResponse::statusCode)
                    .returns("UP\n", HttpResponse::body);
        }
    }

    @Test
    void whatIsDownStaysDown() throws Exception {
        try (MonitoringServer server = server()) {
            // Given
            health.up();
            health.down();

            // When
            health.up();

            // Then
            assertThat(get(server, "/healthz").statusCode()).isEqualTo(503);
        }
    }

    @Test
    void metricsAreThoseOfTheRegistry() throws Exception {
        // Given
        int port = freePort();
        AtomicReference<HttpResponse<String>> answer = new AtomicReference<>();

        // When
        Monitoring.around(config(port, "127.0.0.1"), health, monitoring -> {
                    monitoring
                            .metrics()
                            .counter("ledger.ingest.rejected", "tenant", "acme", "code", "not-json")
                            .increment();
                    answer.set(get(URI.create(monitoring.url().orElseThrow())));
                    return () -> {};
                })
                .close();

        // Then
        assertThat(answer.get().headers().firstValue("Content-Type"))
                .contains("text/plain; version=0.0.4; charset=utf-8");
        assertThat(answer.get().body())
                .contains("ledger_ingest_rejected_total{code=\"not-json\",tenant=\"acme\"} 1.0")
                .contains("jvm_memory_used_bytes", "process_cpu_usage", "process_uptime_seconds")
                .containsPattern(
                        "ledger_build_info\\{commit=\"[0-9a-z]+\",version=\"[0-9]+\\.[0-9]+\\.[0-9]+[^\"$]*\"} 1");
        assertThatThrownBy(() -> get(URI.create("http://127.0.0.1:" + port + "/metrics")))
                .hasRootCauseInstanceOf(IOException.class);
    }

    @Test
    void withoutAPortThereIsNoServer() throws Exception {
        AtomicBoolean closed = new AtomicBoolean();

        Monitoring.around(config(0, "127.0.0.1"), health, monitoring -> {
                    assertThat(monitoring.url()).isEmpty();
                    return () -> closed.set(true);
                })
                .close();

        assertThat(closed).isTrue();
    }

    @Test
    void whatAFaultCountedCanBeReadUntilSomebodyEndsTheProcess() throws Exception {
        // Given
        int port = freePort();
        AutoCloseable running = failedOne(config(port, "127.0.0.1"));
        Thread closing = closing(running);

        // When
        await().until(() -> closing.getState() == Thread.State.TIMED_WAITING);

        // Then
        assertThat(get(URI.create("http://127.0.0.1:" + port + "/metrics")).body())
                .contains("ledger_chain_fork_detected_total 1.0");
        assertThat(get(URI.create("http://127.0.0.1:" + port + "/healthz")).statusCode())
                .isEqualTo(503);
        health.end();
        closing.join();
        assertThatThrownBy(() -> get(URI.create("http://127.0.0.1:" + port + "/metrics")))
                .hasRootCauseInstanceOf(IOException.class);
    }

    private AutoCloseable failedOne(MonitoringConfig config) {
        AutoCloseable running = Monitoring.around(config, health, monitoring -> {
            monitoring.metrics().counter("ledger.chain.fork.detected").increment();
            return () -> {};
        });
        health.up();
        health.fail();
        return running;
    }

    private static Thread closing(AutoCloseable running) {
        Thread closing = new Thread(() -> {
            try {
                running.close();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
        closing.start();
        return closing;
    }

    /** It would take an hour. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void nobodyWaitsWithoutAFaultOrOnceItIsToldToEnd(boolean failed) throws Exception {
        int port = freePort();
        MonitoringConfig config = MonitoringConfig.of(Map.of(MonitoringConfig.LINGER_MS, "3600000"), port);
        AutoCloseable running = Monitoring.around(config, health, monitoring -> () -> {});
        if (failed) {
            health.fail();
            health.end();
        }

        running.close();

        assertThatThrownBy(() -> get(URI.create("http://127.0.0.1:" + port + "/metrics")))
                .hasRootCauseInstanceOf(IOException.class);
    }

    @Test
    void nobodyWaitsWhereNothingCanBeReadOrNobodyShould() throws Exception {
        failedOne(config(0, "127.0.0.1")).close();
        failedOne(MonitoringConfig.of(Map.of(MonitoringConfig.LINGER_MS, "0"), freePort()))
                .close();

        assertThat(config(0, "127.0.0.1").linger()).isEqualTo(Duration.ofMinutes(1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "3600001", "1m"})
    void lingeringIsLimited(String time) {
        assertThatThrownBy(() -> MonitoringConfig.of(Map.of(MonitoringConfig.LINGER_MS, time), null))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(MonitoringConfig.LINGER_MS);
    }

    @Test
    void portInUseIsExplained() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> Monitoring.around(
                            config(taken.getLocalPort(), "127.0.0.1"), health, monitoring -> () -> {}))
                    .isInstanceOfSatisfying(
                            CommandException.class, e -> assertThat(e.remedy()).contains("--metrics-port"));
        }
    }

    @Test
    void unknownHostIsExplained() {
        assertThatThrownBy(() -> Monitoring.around(config(freePort(), "no.such.host.invalid"), health, any -> () -> {}))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("no.such.host.invalid");
    }

    @Test
    void serverEndsIfNothingStarts() throws Exception {
        // Given
        int port = freePort();

        // When
        assertThatThrownBy(() -> Monitoring.around(config(port, "127.0.0.1"), health, monitoring -> {
                    throw new IllegalStateException("cannot start");
                }))
                .hasMessage("cannot start");

        // Then
        assertThatThrownBy(() -> get(URI.create("http://127.0.0.1:" + port + "/healthz")))
                .hasRootCauseInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/metrics/", "/metrics/x", "/healthz/..", "/METRICS", "//metrics"})
    void otherPathsAreNotFound(String path) throws Exception {
        try (MonitoringServer server = server()) {
            assertThat(get(server, path).statusCode()).isEqualTo(404);
        }
    }

    @ParameterizedTest
    @CsvSource({"POST, /metrics", "PUT, /healthz", "DELETE, /metrics", "HEAD, /metrics"})
    void otherMethodsAreNotAllowed(String method, String path) throws Exception {
        try (MonitoringServer server = server()) {
            HttpRequest request = HttpRequest.newBuilder(uri(server, path))
                    .method(method, BodyPublishers.ofString("x"))
                    .build();

            HttpResponse<String> answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());

            assertThat(answer.statusCode()).isEqualTo(405);
            assertThat(answer.headers().firstValue("Allow")).contains("GET");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "65536", "http"})
    void portIsAPort(String port) {
        assertThatThrownBy(() -> MonitoringConfig.of(Map.of(MonitoringConfig.PORT, port), null))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(MonitoringConfig.PORT);
    }

    @Test
    void portOfTheCommandLineTakesThePlaceOfTheConfigured() {
        Map<String, String> configured = Map.of(MonitoringConfig.PORT, "9000");

        assertThat(MonitoringConfig.of(configured, null).port()).isEqualTo(9000);
        assertThat(MonitoringConfig.of(configured, 9001).port()).isEqualTo(9001);
        assertThat(MonitoringConfig.of(configured, 0).isOn()).isFalse();
    }

    private MonitoringServer server() throws IOException {
        return MonitoringServer.start("127.0.0.1", 0, () -> "x 1.0\n", health);
    }

    private static MonitoringConfig config(int port, String host) {
        return MonitoringConfig.of(Map.of(MonitoringConfig.HOST, host), port);
    }

    private static int freePort() {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static URI uri(MonitoringServer server, String path) {
        return URI.create(server.metricsUrl().replace("/metrics", path));
    }

    private static HttpResponse<String> get(MonitoringServer server, String path) {
        return get(uri(server, path));
    }

    private static HttpResponse<String> get(URI uri) {
        try {
            return HttpClient.newHttpClient().send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
