// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.avro.AdmittedEvent;
import io.tallystick.avro.AdmittedKind;
import io.tallystick.avro.Claim;
import io.tallystick.avro.LedgerEvent;
import io.tallystick.avro.Notice;
import io.tallystick.avro.Tick;
import io.tallystick.embedded.EmbeddedLedger;
import io.tallystick.embedded.LedgerExtension;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The continuity protocol on a real broker: nothing is lost, whatever stops or moves. */
@ExtendWith(LedgerExtension.class)
@SuppressWarnings("try") // an application works while its block lasts; nothing in the block names it
class ContinuityIT {
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
    void tenantsOfEveryFormatAreAdmittedBesideTheirBadRecords() throws Exception {
        // Given
        ledger.tenant("acme", 1);
        ledger.tenant("globex", 2);
        int id = ledger.register("events", LedgerEvent.getClassSchema());
        ledger.produce("acme", 0, "{ \"n\": 1 }".getBytes(UTF_8));
        ledger.produce("acme", 0, null);
        ledger.produce("acme", 0, new byte[2 * 1024 * 1024]);
        ledger.produce("acme", 0, "{\"a\":1,\"a\":2}".getBytes(UTF_8), "content-type", "application/json");
        ledger.produce("acme", 0, new byte[] {0, 0x7f, 0, 0, 1, 2});
        ledger.produce("acme", 0, "{\"n\":2}".getBytes(UTF_8));
        ledger.produce(
                "globex",
                1,
                "{}".getBytes(UTF_8),
                "ce_specversion",
                "1.0",
                "ce_id",
                "e-1",
                "ce_source",
                "/here",
                "ce_type",
                "t",
                "content-type",
                "application/json");
        LedgerEvent avro = LedgerEvent.newBuilder()
                .setId("a-1")
                .setType("order")
                .setPayload(ByteBuffer.wrap("{\"total\":5}".getBytes(UTF_8)))
                .build();
        ledger.produce("globex", 1, TestLedger.frame(id, avro));

        // When
        try (IngestApplication ingest = ledger.ingest()) {
            soon().until(() -> ledger.messages(AdmittedEvent.class, "acme/0").size() >= 6);
            soon().until(() -> ledger.messages(AdmittedEvent.class, "globex/1").size() >= 2);
            assertThat(ledger.refused("acme"))
                    .isEqualTo(Map.of(
                            "null-value", 1, "value-too-large", 1, "json-duplicate-name", 1, "schema-unknown", 1));
            assertThat(ledger.refused("globex")).isEmpty();
        }

        // Then
        List<AdmittedEvent> acme = ledger.messages(AdmittedEvent.class, "acme/0");
        assertThat(acme.stream().map(message -> message.getKind() + " " + message.getReason()))
                .containsExactly(
                        "EVENT null",
                        "REJECTED null-value",
                        "REJECTED value-too-large",
                        "REJECTED json-duplicate-name",
                        "REJECTED schema-unknown",
                        "EVENT null");
        assertThat(acme.stream().map(AdmittedEvent::getOffset)).containsExactly(0L, 1L, 2L, 3L, 4L, 5L);
        assertThat(acme.get(0).getPayload()).isEqualTo(ByteBuffer.wrap("{\"n\":1}".getBytes(UTF_8)));
        assertThat(acme.get(2).getPayload()).isNull();
        assertThat(acme.get(2).getPayloadBytes()).isEqualTo(2 * 1024 * 1024);
        assertContiguous(acme);
        List<AdmittedEvent> globex = ledger.messages(AdmittedEvent.class, "globex/1");
        assertThat(globex.stream().map(AdmittedEvent::getId)).containsExactly("e-1", "a-1");
        assertThat(globex.get(1).getPayload()).isEqualTo(ByteBuffer.wrap("{\"total\":5}".getBytes(UTF_8)));
        assertThat(globex).allMatch(message -> message.getLeaderEpoch() >= 0);
    }

    @Test
    void stopsAndStartsInTheMiddleLoseNothing() {
        // Given
        ledger.tenant("acme", 2);
        int perRound = 400;

        // When
        for (int round = 0; round < 3; round++) {
            try (IngestApplication ingest = ledger.ingest()) {
                for (int i = 0; i < perRound; i++) {
                    ledger.produce("acme", i % 2, ("{\"n\":" + i + "}").getBytes(UTF_8));
                }
            }
        }
        try (IngestApplication ingest = ledger.ingest()) {
            soon().until(() -> ledger.sequenced("acme/0").size()
                            + ledger.sequenced("acme/1").size()
                    == 3 * perRound);
        }

        // Then
        for (String chain : List.of("acme/0", "acme/1")) {
            List<AdmittedEvent> sequenced = ledger.sequenced(chain);
            assertContiguous(sequenced);
            assertThat(sequenced.stream().map(AdmittedEvent::getOffset))
                    .containsExactlyElementsOf(IntStream.range(0, 3 * perRound / 2)
                            .mapToObj(Long::valueOf)
                            .toList());
        }
    }

    @Test
    void markersAndAbortedRecordsFallInsideTheIntervals() {
        // Given
        String topic = ledger.tenant("acme", 1);
        try (KafkaProducer<String, byte[]> producer = ledger.transactional("writer")) {
            for (String values : List.of("+a,b", "-x,y", "+c", "-z", "+d")) {
                producer.beginTransaction();
                for (String value : List.of(values.substring(1).split(",", -1))) {
                    var unused =
                            producer.send(new ProducerRecord<>(topic, 0, null, ("\"" + value + "\"").getBytes(UTF_8)));
                }
                producer.flush();
                if (values.startsWith("+")) {
                    producer.commitTransaction();
                } else {
                    producer.abortTransaction();
                }
            }
        }

        // When
        try (IngestApplication ingest = ledger.ingest()) {
            soon().until(() -> ledger.messages(AdmittedEvent.class, "acme/0").size() >= 4);
            soon().until(() ->
                    ledger.messages(Claim.class, "acme/0").stream().anyMatch(claim -> claim.getFrom() == 11));
        }

        // Then
        List<AdmittedEvent> messages = ledger.messages(AdmittedEvent.class, "acme/0");
        assertThat(messages.stream()
                        .map(message ->
                                UTF_8.decode(message.getPayload().duplicate()).toString()))
                .containsExactly("\"a\"", "\"b\"", "\"c\"", "\"d\"");
        // a b | x y | c | z | d with a marker at each bar and at the end.
        assertThat(messages.stream().map(message -> message.getFrom() + ".." + message.getOffset()))
                .containsExactly("0..0", "1..1", "2..6", "7..10");
        assertThat(ledger.messages(Claim.class, "acme/0"))
                .filteredOn(claim -> claim.getFrom() == 11)
                .allMatch(claim -> claim.getSourceEnd() == 12);
    }

    @Test
    void tenantCreatedLaterIsReadAndClaimed() {
        // Given
        ledger.tenant("acme", 1);
        try (IngestApplication ingest = ledger.ingest()) {
            soon().until(() -> !ledger.messages(Claim.class, "acme/0").isEmpty());

            // When
            ledger.tenant("late", 3);
            ledger.produce("late", 2, "1".getBytes(UTF_8));

            // Then
            soon().until(() -> ledger.messages(AdmittedEvent.class, "late/2").size() == 1);
            for (int partition = 0; partition < 2; partition++) {
                String chain = "late/" + partition;
                soon().until(() -> !ledger.messages(Claim.class, chain).isEmpty());
                assertThat(ledger.messages(Claim.class, chain).get(0).getFrom()).isZero();
            }
        }
    }

    @Test
    void noticeMakesIngestGoBackAndSendAgain() {
        // Given
        ledger.tenant("acme", 1);
        IntStream.range(0, 10).forEach(i -> ledger.produce("acme", 0, ("" + i).getBytes(UTF_8)));
        try (IngestApplication ingest = ledger.ingest()) {
            soon().until(() -> ledger.messages(AdmittedEvent.class, "acme/0").size() == 10);
            String topicId =
                    ledger.messages(AdmittedEvent.class, "acme/0").get(0).getTopicId();

            // When
            notice("acme/0", "AAAAAAAAAAAAAAAAAAAAAA", 1);
            notice("nobody/0", topicId, 1);
            notice("acme/0", topicId, 6);

            // Then
            soon().until(() -> ledger.messages(AdmittedEvent.class, "acme/0").size() == 14);
            ledger.produce("acme", 0, "10".getBytes(UTF_8));
            soon().until(() -> ledger.messages(AdmittedEvent.class, "acme/0").size() == 15);
        }
        assertThat(ledger.messages(AdmittedEvent.class, "acme/0").stream()
                        .skip(10)
                        .map(message -> message.getFrom() + ".." + message.getOffset()))
                .containsExactly("6..6", "7..7", "8..8", "9..9", "10..10");
    }

    @Test
    void recordsLostToRetentionBecomeOneGap() throws Exception {
        // Given
        String topic = ledger.tenant("acme", 1);
        IntStream.range(0, 5).forEach(i -> ledger.produce("acme", 0, ("" + i).getBytes(UTF_8)));
        delete(topic, 2);
        try (IngestApplication ingest = ledger.ingest()) {
            soon().until(() -> ledger.messages(AdmittedEvent.class, "acme/0").size() == 4);
        }
        IntStream.range(5, 9).forEach(i -> ledger.produce("acme", 0, ("" + i).getBytes(UTF_8)));
        delete(topic, 8);

        // When
        try (IngestApplication ingest = ledger.ingest()) {
            soon().until(() -> ledger.messages(AdmittedEvent.class, "acme/0").size() == 6);
        }

        // Then
        List<AdmittedEvent> messages = ledger.messages(AdmittedEvent.class, "acme/0");
        assertContiguous(messages);
        assertThat(messages)
                .filteredOn(message -> message.getKind() == AdmittedKind.GAP)
                .extracting(message -> message.getReason() + " " + message.getFrom() + ".." + message.getOffset() + " "
                        + message.getLeaderEpoch())
                .containsExactly("before-ledger 0..1 -1", "source-retention 5..7 -1");
    }

    @Test
    void twoInstancesShareThePartitionsAndOneTakesOverFromTheOther() {
        // Given
        ledger.tenant("acme", 4);
        IngestApplication first = ledger.ingest();
        try (IngestApplication second = ledger.ingest()) {
            IntStream.range(0, 200).forEach(i -> ledger.produce("acme", i % 4, ("" + i).getBytes(UTF_8)));

            // When
            first.close();
            IntStream.range(200, 400).forEach(i -> ledger.produce("acme", i % 4, ("" + i).getBytes(UTF_8)));

            // Then
            for (int partition = 0; partition < 4; partition++) {
                String chain = "acme/" + partition;
                soon().until(() -> ledger.sequenced(chain).size() == 100);
                assertContiguous(ledger.sequenced(chain));
            }
        }
    }

    @Test
    void everyPartitionOfIngestGetsTicks() {
        // Given
        try (IngestApplication ingest = ledger.ingest()) {
            // When
            soon().until(() -> ticks().size() >= 3 * TestLedger.PARTITIONS);
        }

        // Then
        assertThat(ticks()).allSatisfy(record -> {
            Tick tick = (Tick) ledger.serde.deserializer().deserialize(record.topic(), record.value());
            assertThat(tick.getPartition()).isEqualTo(record.partition());
        });
        assertThat(ticks().stream().map(ConsumerRecord::partition).distinct()).hasSize(TestLedger.PARTITIONS);
    }

    /** Nothing but ticks has no key. */
    private List<ConsumerRecord<String, byte[]>> ticks() {
        return ledger.read(ledger.topics.ingest()).stream()
                .filter(record -> record.key() == null)
                .toList();
    }

    private void notice(String chain, String topicId, long next) {
        Notice notice = Notice.newBuilder()
                .setChain(chain)
                .setTopicId(topicId)
                .setNext(next)
                .build();
        ledger.write(ledger.topics.positions(), 0, chain, notice);
    }

    private void delete(String topic, long before) throws Exception {
        ledger.admin
                .deleteRecords(Map.of(new TopicPartition(topic, 0), RecordsToDelete.beforeOffset(before)))
                .all()
                .get();
    }

    private static void assertContiguous(List<AdmittedEvent> messages) {
        long next = 0;
        for (AdmittedEvent message : messages) {
            assertThat(message.getFrom()).isEqualTo(next);
            next = message.getOffset() + 1;
        }
    }
}
