// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.avro.LedgerEntry;
import io.tallystick.embedded.EmbeddedLedger;
import io.tallystick.embedded.LedgerExtension;
import io.tallystick.entry.Body;
import io.tallystick.entry.Bytes;
import io.tallystick.entry.ChainId;
import io.tallystick.entry.Commitments;
import io.tallystick.entry.Context;
import io.tallystick.entry.ContextHeader;
import io.tallystick.entry.ContextRef;
import io.tallystick.entry.Entry;
import io.tallystick.entry.EntryCodec;
import io.tallystick.entry.Event;
import io.tallystick.entry.PayloadRef;
import io.tallystick.entry.RejectReason;
import io.tallystick.entry.Rejected;
import io.tallystick.entry.Salt;
import io.tallystick.entry.SourceRange;
import io.tallystick.json.JsonException;
import io.tallystick.topic.Receipt;
import io.tallystick.topic.Topics;
import io.tallystick.tree.Hash;
import io.tallystick.tree.Rfc6962;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Receipts and rejects on a real broker, from entries written as a sequencer would. */
@ExtendWith(LedgerExtension.class)
@SuppressWarnings("try") // an application works while its block lasts; nothing in the block names it
class OutcomesIT {
    private static final Instant RECORDED = Instant.parse("2026-11-21T03:22:01.250Z");
    private static final Salt SALT = Salt.of(new byte[Salt.LENGTH]);
    private TestLedger ledger;

    @BeforeEach
    void setUp(EmbeddedLedger embedded) throws Exception {
        ledger = new TestLedger(embedded);
    }

    @AfterEach
    void tearDown() {
        ledger.close();
    }

    private static ConditionFactory soon() {
        return await().atMost(Duration.ofMinutes(3)).pollInterval(Duration.ofMillis(250));
    }

    @Test
    void eventGetsAReceipt() throws Exception {
        // Given
        ledger.tenant("acme", 1);
        LedgerEntry event = event("acme", 1);
        ledger.append(event);

        // When
        try (IngestApplication ingest = ledger.ingest()) {
            soon().until(() -> !ledger.read(ledger.topics.receipts("acme")).isEmpty());
        }

        // Then
        ConsumerRecord<String, byte[]> record =
                ledger.read(ledger.topics.receipts("acme")).get(0);
        assertThat(record.key()).isEqualTo("e-1");
        assertThat(Receipt.parse(record.value()))
                .isEqualTo(new Receipt(
                        Optional.of("/orders"),
                        "e-1",
                        "acme/0",
                        1,
                        Rfc6962.leafHash(event.getEntry().array()),
                        RECORDED,
                        Instant.parse("2026-11-21T03:15:00Z")));
        assertThat(ledger.read(ledger.topics.rejects("acme"))).isEmpty();
    }

    @Test
    void refusedRecordIsCopiedWithItsHeadersAndTheReason() {
        // Given
        ledger.tenant("acme", 1);
        ledger.append(rejected("acme", 1, RejectReason.NOT_JSON, "nul"));
        ledger.append(rejected("acme", 2, RejectReason.VALUE_TOO_LARGE, null));
        ledger.append(rejected("acme", 3, RejectReason.NULL_VALUE, null));

        // When
        try (IngestApplication ingest = ledger.ingest()) {
            soon().until(() -> ledger.read(ledger.topics.rejects("acme")).size() == 3);
        }

        // Then
        List<ConsumerRecord<String, byte[]>> copies = ledger.read(ledger.topics.rejects("acme"));
        assertThat(copies.stream().map(ConsumerRecord::key)).containsExactly(place(1), place(2), place(3));
        assertThat(copies.get(0).value()).isEqualTo("nul".getBytes(UTF_8));
        assertThat(headers(copies.get(0)))
                .isEqualTo(Map.of(
                        "content-type", "application/json",
                        "none", "null",
                        "__streams.errors.exception", "not-json",
                        "__streams.errors.message", "It is not JSON.",
                        "__streams.errors.topic", ledger.topics.in("acme"),
                        "__streams.errors.partition", "0",
                        "__streams.errors.offset", "1",
                        "ledger-reject-code", "not-json"));
        assertThat(copies.get(1).value()).isNull();
        assertThat(headers(copies.get(1))).containsEntry("ledger-source-bytes", "2000000");
        assertThat(copies.get(2).value()).isNull();
        assertThat(headers(copies.get(2))).doesNotContainKey("ledger-source-bytes");
        assertThat(ledger.read(ledger.topics.receipts("acme"))).isEmpty();
    }

    @Test
    void missingTopicStallsItsTenantOnlyAndLosesNothing() throws Exception {
        // Given
        ledger.tenant("acme", 1);
        ledger.tenant("broken", 1);
        ledger.admin
                .deleteTopics(List.of(ledger.topics.rejects("broken")))
                .all()
                .get();
        for (int seq = 1; seq <= 20; seq++) {
            ledger.append(seq % 5 == 0 ? rejected("broken", seq, RejectReason.NOT_JSON, "x") : event("broken", seq));
            ledger.append(event("acme", seq));
        }

        // When
        try (IngestApplication ingest = ledger.ingest()) {
            soon().until(() -> ledger.read(ledger.topics.receipts("acme")).size() == 20);
        }
        try (IngestApplication ingest = ledger.ingest()) {
            ledger.append(event("acme", 21));
            ledger.append(event("broken", 21));
            soon().until(() -> receiptsOf("acme").contains(21L));
            assertThat(receiptsOf("broken")).isEmpty();
            ledger.admin
                    .createTopics(List.of(new NewTopic(ledger.topics.rejects("broken"), 1, (short) 1)))
                    .all()
                    .get();
            soon().until(() -> receiptsOf("broken").contains(21L));
            soon().until(() -> ledger.read(ledger.topics.rejects("broken")).size() >= 4);
        }

        // Then
        assertThat(receiptsOf("broken"))
                .containsExactlyElementsOf(LongStream.rangeClosed(1, 21)
                        .filter(seq -> seq == 21 || seq % 5 != 0)
                        .boxed()
                        .toList());
        assertThat(receiptsOf("acme").stream().distinct().sorted())
                .containsExactlyElementsOf(LongStream.rangeClosed(1, 21).boxed().toList());
    }

    @Test
    void tenantStalledOverARestartIsRememberedAndOthersGetNothingTwice() throws Exception {
        // Given
        ledger.tenant("acme", 1);
        String broken = IntStream.range(0, 1000)
                .mapToObj(i -> "broken-" + i)
                .filter(name -> entriesPartition(name) == entriesPartition("acme"))
                .findFirst()
                .orElseThrow();
        ledger.tenant(broken, 1);
        ledger.admin.deleteTopics(List.of(ledger.topics.rejects(broken))).all().get();
        for (int seq = 1; seq <= 20; seq++) {
            ledger.append(event(broken, seq));
            ledger.append(event("acme", seq));
        }
        try (IngestApplication ingest = ledger.ingest()) {
            soon().until(() -> receiptsOf("acme").size() == 20);
        }

        // When
        try (IngestApplication ingest = ledger.ingest()) {
            ledger.append(event(broken, 21));
            ledger.append(event("acme", 21));
            soon().until(() -> receiptsOf("acme").contains(21L));
            assertThat(receiptsOf(broken)).isEmpty();
        }
        ledger.admin
                .createTopics(List.of(new NewTopic(ledger.topics.rejects(broken), 1, (short) 1)))
                .all()
                .get();
        try (IngestApplication ingest = ledger.ingest()) {
            soon().until(() -> receiptsOf(broken).contains(21L));
        }

        // Then
        List<Long> all = LongStream.rangeClosed(1, 21).boxed().toList();
        assertThat(receiptsOf("acme")).containsExactlyElementsOf(all);
        assertThat(receiptsOf(broken)).containsExactlyElementsOf(all);
    }

    @Test
    void copyLargerThanItsTopicTakesIsWrittenWithoutItsValue() throws Exception {
        // Given
        ledger.tenant("acme", 1);
        ConfigResource rejects = new ConfigResource(ConfigResource.Type.TOPIC, ledger.topics.rejects("acme"));
        AlterConfigOp small = new AlterConfigOp(new ConfigEntry("max.message.bytes", "2000"), AlterConfigOp.OpType.SET);
        ledger.admin
                .incrementalAlterConfigs(Map.of(rejects, List.of(small)))
                .all()
                .get();
        ledger.append(rejected("acme", 1, RejectReason.NOT_JSON, "x".repeat(5000)));
        ledger.append(rejected("acme", 2, RejectReason.NOT_JSON, "nul"));
        ledger.append(event("acme", 3));

        // When
        try (IngestApplication ingest = ledger.ingest()) {
            soon().until(() -> !receiptsOf("acme").isEmpty());
            soon().until(() -> ledger.read(ledger.topics.rejects("acme")).stream()
                    .anyMatch(copy -> copy.key().equals(place(1))));
        }

        // Then
        List<ConsumerRecord<String, byte[]>> copies = ledger.read(ledger.topics.rejects("acme"));
        assertThat(copies)
                .filteredOn(copy -> copy.key().equals(place(1)))
                .hasSize(1)
                .allSatisfy(copy -> {
                    assertThat(copy.value()).isNull();
                    assertThat(headers(copy))
                            .containsEntry("ledger-source-bytes", "5000")
                            .containsEntry("ledger-reject-code", "not-json")
                            .containsEntry("content-type", "application/json");
                });
        assertThat(copies)
                .filteredOn(copy -> copy.key().equals(place(2)))
                .hasSize(1)
                .allSatisfy(copy -> {
                    assertThat(copy.value()).isEqualTo("nul".getBytes(UTF_8));
                    assertThat(headers(copy)).doesNotContainKey("ledger-source-bytes");
                });
    }

    private static int entriesPartition(String tenant) {
        return Topics.partitionOf(tenant + "/0", TestLedger.PARTITIONS);
    }

    @Test
    void outcomesAreCompleteAfterARestart() {
        // Given
        ledger.tenant("acme", 1);

        // When
        for (int round = 0; round < 3; round++) {
            try (IngestApplication ingest = ledger.ingest()) {
                int first = round * 100;
                IntStream.rangeClosed(first + 1, first + 100).forEach(seq -> ledger.append(event("acme", seq)));
            }
        }
        try (IngestApplication ingest = ledger.ingest()) {
            soon().until(() -> receiptsOf("acme").contains(300L));
        }

        // Then
        assertThat(receiptsOf("acme").stream().distinct().sorted())
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, 300).boxed().toList());
    }

    private String place(int offset) {
        return ledger.topics.in("acme") + ":0:" + offset;
    }

    private List<Long> receiptsOf(String tenant) {
        List<Long> seqs = new ArrayList<>();
        for (ConsumerRecord<String, byte[]> record : ledger.read(ledger.topics.receipts(tenant))) {
            try {
                seqs.add(Receipt.parse(record.value()).seq());
            } catch (JsonException e) {
                throw new AssertionError(e);
            }
        }
        return seqs;
    }

    private static Map<String, String> headers(ConsumerRecord<String, byte[]> record) {
        Map<String, String> headers = new TreeMap<>();
        record.headers()
                .forEach(header ->
                        headers.put(header.key(), header.value() == null ? "null" : new String(header.value(), UTF_8)));
        return headers;
    }

    static LedgerEntry event(String tenant, long seq) {
        byte[] payload = "{}".getBytes(UTF_8);
        Event event = new Event(
                new SourceRange(seq, seq + 1, Optional.empty()),
                "e-" + seq,
                "order",
                Optional.empty(),
                Optional.of("/orders"),
                new PayloadRef(payload.length, Commitments.payload(SALT, payload), PayloadRef.JSON),
                Optional.empty(),
                OptionalLong.empty());
        return stored(tenant, seq, event).setPayload(ByteBuffer.wrap(payload)).build();
    }

    /** @param value the original value; null if there was none or too much */
    private static LedgerEntry rejected(String tenant, long seq, RejectReason reason, String value) {
        byte[] context = new Context(
                        Optional.empty(),
                        List.of(
                                new ContextHeader("content-type", Optional.of(Bytes.utf8("application/json"))),
                                new ContextHeader("none", Optional.empty())),
                        Optional.empty(),
                        Optional.empty())
                .encode();
        byte[] bytes = value == null ? null : value.getBytes(UTF_8);
        Optional<PayloadRef> payload = reason == RejectReason.NULL_VALUE
                ? Optional.empty()
                : Optional.of(new PayloadRef(bytes == null ? 2_000_000 : bytes.length, Hash.ZERO, PayloadRef.JSON));
        Rejected rejected = new Rejected(
                new SourceRange(seq, seq + 1, Optional.empty()),
                reason,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                payload,
                Optional.of(new ContextRef(context.length, Commitments.context(SALT, context))),
                OptionalLong.empty());
        return stored(tenant, seq, rejected)
                .setPayload(bytes == null ? null : ByteBuffer.wrap(bytes))
                .setContext(ByteBuffer.wrap(context))
                .setDetail("It is not JSON.")
                .build();
    }

    private static LedgerEntry.Builder stored(String tenant, long seq, Body body) {
        ChainId chain = new ChainId(tenant, 0);
        byte[] entry = EntryCodec.encode(new Entry(chain, seq, Rfc6962.leafHash(new byte[1]), RECORDED, body));
        return LedgerEntry.newBuilder()
                .setPseq(seq)
                .setChain(chain.toString())
                .setSeq(seq)
                .setLeaderEpoch(0)
                .setEntry(ByteBuffer.wrap(entry));
    }
}
