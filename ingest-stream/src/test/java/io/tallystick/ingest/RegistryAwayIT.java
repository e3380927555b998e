// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.avro.AdmittedEvent;
import io.tallystick.avro.LedgerEvent;
import io.tallystick.embedded.EmbeddedLedger;
import io.tallystick.embedded.LedgerExtension;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
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
    private RegistryProxy registry;
    private TestLedger ledger;

    @BeforeEach
    void setUp(EmbeddedLedger embedded) throws IOException {
        registry = new RegistryProxy(embedded.registryUrl());
        ledger = new TestLedger(embedded, registry.url());
    }

    @AfterEach
    void tearDown() {
        registry.close();
        ledger.close();
    }

    private static ConditionFactory soon() {
        return await().atMost(Duration.ofMinutes(3)).pollInterval(Duration.ofMillis(250));
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
            registry.away(true);

            // When
            ledger.produce("acme", 0, TestLedger.frame(id, event));
            ledger.produce("acme", 0, new byte[] {0, 0x7f, 0, 0, 2, 0});
            ledger.produce("acme", 0, "2".getBytes(UTF_8));
            ledger.produce("acme", 1, "3".getBytes(UTF_8));

            // Then
            soon().until(() -> ledger.messages(AdmittedEvent.class, "acme/1").size() == 1);
            soon().until(() -> registry.asked.getOrDefault(schemaPath(id), 0) >= 3);
            assertThat(ledger.messages(AdmittedEvent.class, "acme/0")).hasSize(1);
            registry.away(false);
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
        registry.nonsenseOf(id);
        try (IngestApplication ingest = ledger.ingest()) {
            // When
            ledger.produce("acme", 0, new byte[] {0, 0, 0, (byte) (id >> 8), (byte) id, 2});
            soon().until(() -> registry.asked.getOrDefault(schemaPath(id), 0) >= 3);
            registry.nonsenseOf(-1);

            // Then
            soon().until(() -> ledger.messages(AdmittedEvent.class, "acme/0").size() == 1);
        }
        assertThat(ledger.messages(AdmittedEvent.class, "acme/0").get(0).getReason())
                .isNull();
    }

    @Test
    void schemaThatAFollowerOfTheRegistryDoesNotHaveYetIsWaitedFor() throws Exception {
        // Given
        ledger.tenant("acme", 1);
        int id = ledger.register("events", Schema.create(Schema.Type.INT));
        registry.missOnce(id);
        try (IngestApplication ingest = ledger.ingest()) {
            // When
            ledger.produce("acme", 0, new byte[] {0, 0, 0, (byte) (id >> 8), (byte) id, 2});

            // Then
            soon().until(() -> ledger.messages(AdmittedEvent.class, "acme/0").size() == 1);
        }
        assertThat(registry.asked.get(schemaPath(id))).isEqualTo(2);
        assertThat(ledger.messages(AdmittedEvent.class, "acme/0").get(0).getReason())
                .isNull();
    }

    @Test
    void ingestStartsOnceTheRegistryIsThere() {
        // Given
        ledger.tenant("acme", 1);
        ledger.produce("acme", 0, "1".getBytes(UTF_8));
        registry.away(true);
        try (IngestApplication ingest = ledger.ingest()) {
            soon().until(() -> registry.asked.values().stream().anyMatch(times -> times >= 3));

            // When
            registry.away(false);

            // Then
            soon().until(() -> ledger.messages(AdmittedEvent.class, "acme/0").size() == 1);
        }
    }

    @Test
    void ingestThatWaitsForTheRegistryCanBeClosed() {
        // Given a ledger with the ticks of its making
        int made = ledger.read(ledger.topics.ingest()).size();
        registry.away(true);
        IngestApplication ingest = ledger.ingest();
        soon().until(() -> !registry.asked.isEmpty());

        // When
        Instant before = Instant.now();
        ingest.close();

        // Then
        assertThat(Duration.between(before, Instant.now())).isLessThan(Duration.ofSeconds(10));
        assertThat(ledger.read(ledger.topics.ingest())).hasSize(made);
    }

    private String schemaPath(int id) {
        return registry.asked.keySet().stream()
                .filter(path -> path.startsWith("/schemas/ids/" + id))
                .findFirst()
                .orElse("");
    }
}
