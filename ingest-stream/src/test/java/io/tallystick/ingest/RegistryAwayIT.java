// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.tallystick.avro.AdmittedEvent;
import io.tallystick.avro.LedgerEvent;
import io.tallystick.embedded.EmbeddedLedger;
import io.tallystick.embedded.LedgerExtension;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import org.apache.avro.Schema;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A registry that is down holds up those who need an unknown schema, nobody else, and refuses nothing. */
@ExtendWith(LedgerExtension.class)
@SuppressWarnings("try") // an application works while its block lasts; nothing in the block names it
class RegistryAwayIT {
    private final ConcurrentHashMap<String, Integer> asked = new ConcurrentHashMap<>();
    private volatile boolean away;
    private volatile int nonsenseOf = -1;
    private HttpServer front;
    private TestLedger ledger;

    /** Stands between ingest and the registry, so that it can be away. */
    @BeforeEach
    void setUp(EmbeddedLedger embedded) throws IOException {
        front = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        front.setExecutor(Executors.newCachedThreadPool());
        front.createContext("/", exchange -> {
            String path = exchange.getRequestURI().toString();
            asked.merge(path, 1, Integer::sum);
            HttpURLConnection to = (HttpURLConnection)
                    URI.create(embedded.registryUrl() + path).toURL().openConnection();
            to.setRequestMethod(exchange.getRequestMethod());
            to.setRequestProperty("Content-Type", "application/vnd.schemaregistry.v1+json");
            byte[] request = exchange.getRequestBody().readAllBytes();
            if (request.length > 0) {
                to.setDoOutput(true);
                to.getOutputStream().write(request);
            }
            int status = away ? 503 : to.getResponseCode();
            InputStream in = away || status >= 400 ? to.getErrorStream() : to.getInputStream();
            byte[] answer = in == null || away ? new byte[0] : in.readAllBytes();
            if (path.split("\\?", 2)[0].equals("/schemas/ids/" + nonsenseOf)) {
                answer = "null".getBytes(UTF_8);
                status = 200;
            }
            exchange.getResponseHeaders().set("Content-Type", "application/vnd.schemaregistry.v1+json");
            exchange.sendResponseHeaders(status, answer.length == 0 ? -1 : answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        front.start();
        ledger = new TestLedger(
                embedded, "http://127.0.0.1:" + front.getAddress().getPort());
    }

    @AfterEach
    void tearDown() {
        front.stop(0);
        ledger.close();
    }

    private static ConditionFactory soon() {
        return await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(250));
    }

    @Test
    void recordWaitsForTheRegistryWhileOthersGoOn() throws Exception {
        // Given
        ledger.tenant("acme", 2);
        int id = ledger.register("events", LedgerEvent.getClassSchema());
        LedgerEvent event = LedgerEvent.newBuilder()
                .setId("a-1")
                .setType("order")
                .setPayload(ByteBuffer.wrap("{}".getBytes(UTF_8)))
                .build();
        try (IngestApplication ingest = ledger.ingest()) {
            ledger.produce("acme", 0, "1".getBytes(UTF_8));
            soon().until(() -> ledger.messages(AdmittedEvent.class, "acme/0").size() == 1);
            away = true;

            // When
            ledger.produce("acme", 0, TestLedger.frame(id, event));
            ledger.produce("acme", 0, new byte[] {0, 0x7f, 0, 0, 2, 0});
            ledger.produce("acme", 0, "2".getBytes(UTF_8));
            ledger.produce("acme", 1, "3".getBytes(UTF_8));

            // Then
            soon().until(() -> ledger.messages(AdmittedEvent.class, "acme/1").size() == 1);
            soon().until(() -> asked.getOrDefault(schemaPath(id), 0) >= 3);
            assertThat(ledger.messages(AdmittedEvent.class, "acme/0")).hasSize(1);
            away = false;
            soon().until(() -> ledger.messages(AdmittedEvent.class, "acme/0").size() == 4);
        }
        assertThat(ledger.messages(AdmittedEvent.class, "acme/0").stream()
                        .map(message -> message.getFrom() + " " + message.getReason()))
                .containsExactly("0 null", "1 null", "2 schema-unknown", "3 null");
    }

    @Test
    void answerThatIsNoSchemaIsAskedForAgain() throws Exception {
        // Given
        ledger.tenant("acme", 1);
        int id = ledger.register("events", Schema.create(Schema.Type.INT));
        nonsenseOf = id;
        try (IngestApplication ingest = ledger.ingest()) {
            // When
            ledger.produce("acme", 0, new byte[] {0, 0, 0, (byte) (id >> 8), (byte) id, 2});
            soon().until(() -> asked.getOrDefault(schemaPath(id), 0) >= 3);
            nonsenseOf = -1;

            // Then
            soon().until(() -> ledger.messages(AdmittedEvent.class, "acme/0").size() == 1);
        }
        assertThat(ledger.messages(AdmittedEvent.class, "acme/0").get(0).getReason())
                .isNull();
    }

    @Test
    void ingestStartsOnceTheRegistryIsThere() {
        // Given
        ledger.tenant("acme", 1);
        ledger.produce("acme", 0, "1".getBytes(UTF_8));
        away = true;
        try (IngestApplication ingest = ledger.ingest()) {
            soon().until(() -> asked.values().stream().anyMatch(times -> times >= 3));

            // When
            away = false;

            // Then
            soon().until(() -> ledger.messages(AdmittedEvent.class, "acme/0").size() == 1);
        }
    }

    @Test
    void ingestThatWaitsForTheRegistryCanBeClosed() {
        // Given
        away = true;
        IngestApplication ingest = ledger.ingest();
        soon().until(() -> !asked.isEmpty());

        // When
        Instant before = Instant.now();
        ingest.close();

        // Then
        assertThat(Duration.between(before, Instant.now())).isLessThan(Duration.ofSeconds(10));
        assertThat(ledger.read(ledger.topics.ingest())).isEmpty();
    }

    private String schemaPath(int id) {
        return asked.keySet().stream()
                .filter(path -> path.startsWith("/schemas/ids/" + id))
                .findFirst()
                .orElse("");
    }
}
