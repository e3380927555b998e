// SPDX-License-Identifier: Apache-2.0
package io.tallystick.serde;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import io.confluent.kafka.serializers.KafkaAvroDeserializer;
import io.confluent.kafka.serializers.KafkaAvroSerializer;
import io.confluent.kafka.serializers.subject.TopicRecordNameStrategy;
import io.tallystick.avro.AdmittedEvent;
import io.tallystick.avro.AdmittedKind;
import io.tallystick.avro.Boundary;
import io.tallystick.avro.Claim;
import io.tallystick.avro.ClaimStatus;
import io.tallystick.avro.LedgerEntry;
import io.tallystick.avro.Tick;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Our serdes against Confluent's own, over Confluent's in-memory registry. */
class LedgerSerdesTest {
    private static final String TOPIC = "t.ingest";
    private static final int DAMAGED = 20_000;
    private static final Map<String, Object> SETTINGS = Map.of(
            "schema.registry.url",
            "mock://",
            "auto.register.schemas",
            false,
            "value.subject.name.strategy",
            TopicRecordNameStrategy.class.getName(),
            "specific.avro.reader",
            true);

    private final MockSchemaRegistryClient registry = new MockSchemaRegistryClient();
    private final Serde<SpecificRecord> serde = new LedgerSerdes(registry, "mock://").records();
    private final KafkaAvroSerializer theirWriter = new KafkaAvroSerializer(registry);
    private final KafkaAvroDeserializer theirReader = new KafkaAvroDeserializer(registry);

    @BeforeEach
    void register() throws IOException, RestClientException {
        theirWriter.configure(SETTINGS, false);
        theirReader.configure(SETTINGS, false);
        for (SpecificRecord record : records()) {
            registry.register(TOPIC + "-" + record.getSchema().getFullName(), new AvroSchema(record.getSchema()));
        }
    }

    @Test
    void writesConfluentsBytesTheFirstTimeAndEveryTime() {
        for (SpecificRecord record : records()) {
            byte[] expected = theirWriter.serialize(TOPIC, record);
            for (int turn = 0; turn < 3; turn++) {
                assertThat(serde.serializer().serialize(TOPIC, record)).isEqualTo(expected);
            }
        }
    }

    @Test
    void readsWhatConfluentWroteTheFirstTimeAndEveryTime() {
        for (SpecificRecord record : records()) {
            byte[] written = theirWriter.serialize(TOPIC, record);
            for (int turn = 0; turn < 3; turn++) {
                assertThat(serde.deserializer().deserialize(TOPIC, written)).isEqualTo(record);
            }
        }
    }

    @Test
    void recordsReadEarlierAreNotChangedByLaterOnes() {
        // Given
        byte[] first = serde.serializer().serialize(TOPIC, entry(1));
        byte[] second = serde.serializer().serialize(TOPIC, entry(2));
        serde.deserializer().deserialize(TOPIC, first);

        // When
        SpecificRecord one = serde.deserializer().deserialize(TOPIC, first);
        SpecificRecord two = serde.deserializer().deserialize(TOPIC, second);

        // Then
        assertThat(one).isEqualTo(entry(1));
        assertThat(two).isEqualTo(entry(2));
    }

    @Test
    void manyThreadsMayShareASerde() {
        List<Long> read = IntStream.range(0, 5_000)
                .parallel()
                .mapToObj(number -> serde.serializer().serialize(TOPIC, entry(number)))
                .map(bytes -> ((LedgerEntry) serde.deserializer().deserialize(TOPIC, bytes)).getPseq())
                .toList();

        assertThat(read)
                .isEqualTo(IntStream.range(0, 5_000).mapToObj(Long::valueOf).toList());
    }

    @Test
    void bytesOfAnEarlierSchemaAreReadWithTheDefaultsOfTheirLaterFields() throws IOException, RestClientException {
        // Given a writer that knew fewer fields
        Schema earlier = SchemaBuilder.record("LedgerEntry")
                .namespace("io.tallystick.avro")
                .fields()
                .requiredLong("pseq")
                .requiredString("chain")
                .requiredLong("seq")
                .requiredInt("leaderEpoch")
                .requiredBytes("entry")
                .endRecord();
        registry.register("t.earlier-" + earlier.getFullName(), new AvroSchema(earlier));
        byte[] written = theirWriter.serialize(
                "t.earlier",
                new GenericRecordBuilder(earlier)
                        .set("pseq", 7L)
                        .set("chain", "acme/0")
                        .set("seq", 6L)
                        .set("leaderEpoch", 0)
                        .set("entry", ByteBuffer.wrap(new byte[] {1}))
                        .build());

        for (int turn = 0; turn < 2; turn++) {
            // When
            LedgerEntry read = (LedgerEntry) serde.deserializer().deserialize("t.earlier", written);

            // Then
            assertThat(read.getPseq()).isEqualTo(7);
            assertThat(read.getPayload()).isNull();
        }
    }

    @Test
    void nullStaysNull() {
        assertThat(serde.serializer().serialize(TOPIC, null)).isNull();
        assertThat(serde.deserializer().deserialize(TOPIC, null)).isNull();
    }

    @Test
    void schemaThatIsNotRegisteredIsRefused() {
        assertThatThrownBy(() -> serde.serializer().serialize("t.other", new Tick(0)))
                .isInstanceOf(Exception.class)
                .hasMessageContaining("schema");
    }

    @Test
    void unknownIdIsRefused() {
        byte[] written = serde.serializer().serialize(TOPIC, new Tick(0));
        written[1] = 77;

        assertThatThrownBy(() -> serde.deserializer().deserialize(TOPIC, written))
                .isInstanceOf(Exception.class);
    }

    @Test
    void otherMagicAndShortBytesAreRefused() {
        byte[] written = serde.serializer().serialize(TOPIC, new Tick(0));
        written[0] = 1;

        assertThatThrownBy(() -> serde.deserializer().deserialize(TOPIC, written))
                .isInstanceOf(SerializationException.class);
        assertThatThrownBy(() -> serde.deserializer().deserialize(TOPIC, new byte[] {0, 0, 0}))
                .isInstanceOf(SerializationException.class);
        assertThatThrownBy(() -> serde.deserializer().deserialize(TOPIC, new byte[0]))
                .isInstanceOf(SerializationException.class);
    }

    @Test
    void bytesThatEndTooEarlyAreRefusedAtOnceAndHarmNoOtherRecord() {
        // Given a schema that is known
        byte[] written = serde.serializer().serialize(TOPIC, entry(1));
        serde.deserializer().deserialize(TOPIC, written);

        // Then
        for (int length = 5; length < written.length; length++) {
            byte[] cut = Arrays.copyOf(written, length);
            assertThatThrownBy(() -> serde.deserializer().deserialize(TOPIC, cut))
                    .isInstanceOf(SerializationException.class);
        }
        assertThat(serde.deserializer().deserialize(TOPIC, written)).isEqualTo(entry(1));
    }

    @Test
    void recordThatLacksAFieldIsRefusedAndHarmsNoOtherRecord() {
        // Given
        byte[] expected = serde.serializer().serialize(TOPIC, entry(1));
        LedgerEntry incomplete = new LedgerEntry(1L, "acme/0", 1L, 0, null, null, null, null, null, null);

        // Then
        assertThatThrownBy(() -> serde.serializer().serialize(TOPIC, incomplete))
                .isInstanceOf(SerializationException.class);
        assertThat(serde.serializer().serialize(TOPIC, entry(1))).isEqualTo(expected);
    }

    @Test
    void admittedEventWithEachFieldAloneIsWrittenAsConfluentWritesIt() {
        AdmittedEvent full = fullEvent();
        for (Schema.Field field : full.getSchema().getFields()) {
            if (field.schema().isNullable()) {
                // Given
                AdmittedEvent alone = AdmittedEvent.newBuilder(gap()).build();
                alone.put(field.pos(), full.get(field.pos()));
                AdmittedEvent without = AdmittedEvent.newBuilder(full).build();
                without.put(field.pos(), null);

                // Then
                for (AdmittedEvent event : List.of(alone, without)) {
                    byte[] expected = theirWriter.serialize(TOPIC, event);
                    assertThat(serde.serializer().serialize(TOPIC, event)).isEqualTo(expected);
                    assertThat(serde.deserializer().deserialize(TOPIC, expected))
                            .isEqualTo(event);
                }
            }
        }
    }

    @Test
    void admittedEventThatLacksAFieldIsRefusedAndHarmsNoOtherRecord() {
        // Given
        byte[] expected = serde.serializer().serialize(TOPIC, event());
        for (Schema.Field field : AdmittedEvent.getClassSchema().getFields()) {
            if (!field.schema().isNullable()
                    && (field.schema().getType() == Schema.Type.STRING
                            || field.schema().getType() == Schema.Type.ENUM)) {
                AdmittedEvent incomplete = fullEvent();
                incomplete.put(field.pos(), null);

                // Then
                assertThatThrownBy(() -> serde.serializer().serialize(TOPIC, incomplete))
                        .as(field.name())
                        .isInstanceOf(SerializationException.class);
            }
        }
        assertThat(serde.serializer().serialize(TOPIC, event())).isEqualTo(expected);
    }

    @Test
    void lengthBeyondTheBytesIsRefused() {
        byte[] written = serde.serializer().serialize(TOPIC, entry(1));
        serde.deserializer().deserialize(TOPIC, written);
        // pseq is one byte; then the length of the chain's name, as a variable-length integer.
        Arrays.fill(written, 6, 10, (byte) 0xff);
        written[10] = 0x0f;

        assertThatThrownBy(() -> serde.deserializer().deserialize(TOPIC, written))
                .isInstanceOf(SerializationException.class);
    }

    @Test
    void damagedBytesAreReadAsConfluentReadsThemOrRefusedByBoth() {
        // Given
        Random random = new Random(20261122);
        List<byte[]> written = new ArrayList<>();
        for (SpecificRecord record : List.of(entry(1), event(), gap(), claim(), new Tick(3))) {
            written.add(serde.serializer().serialize(TOPIC, record));
            serde.deserializer().deserialize(TOPIC, written.get(written.size() - 1));
        }
        int refused = 0;

        for (int i = 0; i < DAMAGED; i++) {
            // When
            byte[] bytes = written.get(random.nextInt(written.size())).clone();
            for (int changes = 1 + random.nextInt(2); changes > 0; changes--) {
                // No bit that would make the length of a value a larger one: Avro's reader reserves what it says.
                int at = 5 + random.nextInt(bytes.length - 5);
                bytes[at] = (byte) (random.nextBoolean() ? random.nextInt(128) : bytes[at] ^ 1 << random.nextInt(7));
            }
            Optional<Object> expected = read(theirReader, bytes);

            // Then
            assertThat(read(serde.deserializer(), bytes)).as("damaged %d", i).isEqualTo(expected);
            refused += expected.isEmpty() ? 1 : 0;
        }
        assertThat(refused).isBetween(DAMAGED / 10, DAMAGED * 9 / 10);
    }

    private static Optional<Object> read(Deserializer<?> reader, byte[] bytes) {
        try {
            return Optional.of(reader.deserialize(TOPIC, bytes));
        } catch (SerializationException e) {
            return Optional.empty();
        }
    }

    @Test
    void aLengthBeyondTheRecordReservesNoMemory() {
        // Given the entry's bytes said to be 2^31 - 9, in a record of some 50
        byte[] written = serde.serializer().serialize(TOPIC, entry(1));
        serde.deserializer().deserialize(TOPIC, written);
        int entry = new String(written, ISO_8859_1).indexOf("{\"seq\"");
        byte[] claimed = Arrays.copyOf(written, entry + 20);
        ByteBuffer.wrap(claimed).position(entry - 1).put(new byte[] {-18, -1, -1, -1, 15});

        // Then
        assertThatThrownBy(() -> serde.deserializer().deserialize(TOPIC, claimed))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("a value of 2147483639 bytes");
    }

    @Test
    void aSchemaThatDiffersInWordsOnlyIsReadAsOurs() throws IOException, RestClientException {
        // Given a writer whose schema has no documentation, and says nothing of Java
        Schema plain = new Schema.Parser().parse(SchemaNormalization.toParsingForm(LedgerEntry.getClassSchema()));
        registry.register("t.plain-" + plain.getFullName(), new AvroSchema(plain));
        GenericRecord record = new GenericData.Record(plain);
        for (Schema.Field field : plain.getFields()) {
            record.put(field.pos(), entry(1).get(field.pos()));
        }
        byte[] written = theirWriter.serialize("t.plain", record);

        for (int turn = 0; turn < 2; turn++) {
            assertThat(serde.deserializer().deserialize("t.plain", written)).isEqualTo(entry(1));
        }
    }

    private static List<SpecificRecord> records() {
        return List.of(
                new Tick(3),
                entry(1),
                new LedgerEntry(2L, "acme/0", 1L, -1, bytes("{}"), null, null, null, null, "why"),
                event(),
                fullEvent(),
                gap(),
                claim(),
                boundary());
    }

    private static LedgerEntry entry(long pseq) {
        return new LedgerEntry(
                pseq,
                "acme/0",
                pseq,
                0,
                bytes("{\"seq\":" + pseq + "}"),
                bytes("payload"),
                bytes("salt"),
                bytes("ctx"),
                bytes("salt"),
                null);
    }

    private static AdmittedEvent event() {
        return AdmittedEvent.newBuilder()
                .setChain("acme/0")
                .setCluster("c")
                .setTopic("ledger.in.acme")
                .setPartition(0)
                .setTopicId("id")
                .setLeaderEpoch(4)
                .setFrom(5)
                .setOffset(6)
                .setKind(AdmittedKind.EVENT)
                .setTimestamp(Instant.ofEpochMilli(1_700_000_000_123L))
                .setId("größer")
                .setPayload(bytes("{}"))
                .setPayloadBytes(2L)
                .build();
    }

    private static AdmittedEvent fullEvent() {
        return AdmittedEvent.newBuilder(event())
                .setOldTopicId("old")
                .setFrom(-1)
                .setOffset(Long.MAX_VALUE)
                .setKind(AdmittedKind.REJECTED)
                .setReason("not-json")
                .setDetail("It is not JSON €😀.")
                .setTimestamp(Instant.ofEpochMilli(253_402_300_799_999L))
                .setType("")
                .setTime("2026-11-21T03:15:00Z")
                .setProducer("/p")
                .setMedia("application/json")
                .setPayloadCommit(bytes("c".repeat(32)))
                .setPayloadSalt(bytes("s".repeat(16)))
                .setPayload(bytes("x".repeat(100_000)))
                .setSchemaId(Integer.MAX_VALUE)
                .setSchemaSha256("00")
                .setContext(bytes("{\"key\":\"k\"}"))
                .setContextCommit(bytes("d".repeat(32)))
                .setContextSalt(bytes(""))
                .setIfHead("head")
                .setFromLeaderEpoch(7)
                .build();
    }

    private static AdmittedEvent gap() {
        return AdmittedEvent.newBuilder()
                .setChain("acme/0")
                .setCluster("c")
                .setTopic("ledger.in.acme")
                .setPartition(9_999)
                .setTopicId("id")
                .setFrom(0)
                .setOffset(6)
                .setKind(AdmittedKind.GAP)
                .build();
    }

    private static Claim claim() {
        return Claim.newBuilder()
                .setChain("acme/0")
                .setCluster("c")
                .setTopic("ledger.in.acme")
                .setPartition(0)
                .setTopicId("id")
                .setFrom(3)
                .setSourceEnd(4)
                .setAsOf(Instant.EPOCH)
                .build();
    }

    private static Boundary boundary() {
        return Boundary.newBuilder()
                .setPseq(1)
                .setPartition(0)
                .setTime(Instant.ofEpochMilli(1_700_000_000_000L))
                .setClaims(List.of(new ClaimStatus("acme/0", 3L, Instant.ofEpochMilli(1L))))
                .build();
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
}
