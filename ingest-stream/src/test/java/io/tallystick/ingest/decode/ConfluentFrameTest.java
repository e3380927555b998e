// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.decode;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.avro.LedgerEvent;
import io.tallystick.entry.Bytes;
import io.tallystick.entry.Context;
import io.tallystick.entry.ContextHeader;
import io.tallystick.entry.RejectReason;
import io.tallystick.json.Jcs;
import io.tallystick.json.JsonException;
import io.tallystick.json.JsonObject;
import io.tallystick.json.JsonParser;
import io.tallystick.tree.Hash;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.file.DataFileStream;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Values in Confluent's wire format. Vectors: see the README beside them. */
class ConfluentFrameTest {
    private static final int EVENT_ID = 9;
    private static final int OTHER_ID = 1;
    private static final Schema EVENT = LedgerEvent.getClassSchema();
    private static final JsonObject VECTORS = vectors();

    private static JsonObject vectors() {
        try (InputStream in = ConfluentFrameTest.class.getResourceAsStream("/vectors/avro/confluent-frames.json")) {
            return JsonParser.parseObject(in.readAllBytes(), 10);
        } catch (IOException | JsonException e) {
            throw new AssertionError(e);
        }
    }

    private static String weather() {
        try {
            return new String(Jcs.encode(VECTORS.object("schema")), UTF_8);
        } catch (JsonException e) {
            throw new AssertionError(e);
        }
    }

    private static Decoded decode(byte[] value, Map<Integer, Schemas.Lookup> schemas) {
        Schemas.Lookup unknown = new Schemas.Lookup.Unknown("is not in the schema registry");
        return new Decoder(Decoder.EVENT_BYTES_MAX, "operator", id -> schemas.getOrDefault(id, unknown))
                .decode(Records.plain().value(value).build());
    }

    private static Decoded decodeEvent(Schema writer, byte[] datum) {
        return decode(
                frame(EVENT_ID, datum),
                Map.of(EVENT_ID, RegisteredSchema.judge(EVENT_ID, "AVRO", writer.toString(), false)));
    }

    private static byte[] frame(int id, byte[] datum) {
        return ByteBuffer.allocate(5 + datum.length)
                .put((byte) 0)
                .putInt(id)
                .put(datum)
                .array();
    }

    private static byte[] encode(GenericRecord record) {
        try {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
            new GenericDatumWriter<GenericRecord>(record.getSchema()).write(record, encoder);
            encoder.flush();
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A valid event in this version of the schema. */
    private static GenericData.Record event(Schema schema) {
        GenericData.Record event = new GenericData.Record(schema);
        event.put("id", "a-1");
        event.put("type", "order");
        event.put("media", "application/json");
        event.put("payload", ByteBuffer.wrap("{ \"n\": 1 }".getBytes(UTF_8)));
        event.put("attributes", new TreeMap<>(Map.of("zone", "z", "area", "a")));
        return event;
    }

    private static RejectReason reason(Decoded decoded) {
        assertThat(decoded).isInstanceOf(Decoded.Refused.class);
        return ((Decoded.Refused) decoded).reason();
    }

    private static Decoded.Accepted accepted(Decoded decoded) {
        assertThat(decoded).isInstanceOf(Decoded.Accepted.class);
        return (Decoded.Accepted) decoded;
    }

    private static List<String> hexOf(String list) throws JsonException {
        List<String> frames = new ArrayList<>();
        for (JsonObject frame : VECTORS.array(list).objects()) {
            frames.add(frame.string("frame_hex"));
        }
        return frames;
    }

    static List<String> goodFrames() throws JsonException {
        return hexOf("good");
    }

    static List<String> badFrames() throws JsonException {
        return hexOf("bad").stream().filter(frame -> frame.startsWith("00")).toList();
    }

    @ParameterizedTest
    @MethodSource("goodFrames")
    void otherRecordIsKeptWithItsFrameAndItsSchema(String hex) {
        // Given
        byte[] frame = HexFormat.of().parseHex(hex);
        int id = ByteBuffer.wrap(frame).getInt(1);

        // When
        Decoded decoded = decode(frame, Map.of(id, RegisteredSchema.judge(id, "AVRO", weather(), false)));

        // Then
        Payload payload = accepted(decoded).payload();
        assertThat(payload.bytes()).isEqualTo(Bytes.of(frame));
        assertThat(payload.media()).isEqualTo("application/vnd.confluent.avro");
        assertThat(payload.schema().orElseThrow().id()).isEqualTo(id);
        assertThat(payload.schema().orElseThrow().sha256())
                .isEqualTo(Hash.sha256(weather().getBytes(UTF_8)));
        assertThat(accepted(decoded).identity().id()).contains("topic-id-1:3:7");
    }

    @ParameterizedTest
    @MethodSource("badFrames")
    void brokenFrameIsRefused(String hex) {
        // Given
        Map<Integer, Schemas.Lookup> schemas = Map.of(1, RegisteredSchema.judge(1, "AVRO", weather(), false));

        // Then
        assertThat(reason(decode(HexFormat.of().parseHex(hex), schemas))).isEqualTo(RejectReason.AVRO_INVALID);
    }

    @Test
    void recordsOfAnAvroFileAreKeptOnceFramed() throws IOException {
        try (DataFileStream<GenericRecord> file = new DataFileStream<>(
                ConfluentFrameTest.class.getResourceAsStream("/vectors/avro/weather.avro"),
                new GenericDatumReader<>())) {
            // Given
            String text = file.getSchema().toString();
            Map<Integer, Schemas.Lookup> schemas = Map.of(1, RegisteredSchema.judge(1, "AVRO", text, false));

            // Then
            int count = 0;
            for (GenericRecord record : file) {
                byte[] datum = encode(record);
                accepted(decode(frame(OTHER_ID, datum), schemas));
                for (int length = 0; length < datum.length; length++) {
                    assertThat(reason(decode(frame(OTHER_ID, Arrays.copyOf(datum, length)), schemas)))
                            .isEqualTo(RejectReason.AVRO_INVALID);
                }
                count++;
            }
            assertThat(count).isEqualTo(5);
        }
    }

    @Test
    void ledgerEventIsTakenApart() {
        // Given
        GenericData.Record event = event(EVENT);
        event.put("producer", "shop");
        event.put("time", "2026-11-21T03:15:00Z");
        event.put("subject", "s");
        event.put("actor", "eve");

        // When
        Decoded.Accepted accepted = accepted(decodeEvent(EVENT, encode(event)));

        // Then
        assertThat(accepted.identity())
                .isEqualTo(new Identity(
                        Optional.of("a-1"),
                        Optional.of("order"),
                        Optional.of("2026-11-21T03:15:00Z"),
                        Optional.of("shop")));
        assertThat(accepted.payload())
                .isEqualTo(new Payload(Bytes.utf8("{\"n\":1}"), "application/json", Optional.empty()));
        assertThat(accepted.context())
                .contains(new Context(
                        Optional.of("eve"),
                        List.of(
                                new ContextHeader("area", Optional.of(Bytes.utf8("a"))),
                                new ContextHeader("zone", Optional.of(Bytes.utf8("z")))),
                        Optional.empty(),
                        Optional.of("s")));
    }

    @Test
    void olderAndNewerLedgerEventsResolve() {
        // Given
        Schema older = SchemaBuilder.record("LedgerEvent")
                .namespace("io.tallystick.avro")
                .fields()
                .requiredString("id")
                .requiredString("type")
                .requiredBytes("payload")
                .endRecord();
        GenericData.Record old = new GenericData.Record(older);
        old.put("id", "a-1");
        old.put("type", "t");
        old.put("payload", ByteBuffer.wrap("[ ]".getBytes(UTF_8)));
        List<Schema.Field> fields = new ArrayList<>();
        EVENT.getFields().forEach(field -> fields.add(0, new Schema.Field(field, field.schema())));
        fields.add(new Schema.Field("extra", Schema.create(Schema.Type.LONG), null, 0L));
        Schema newer = Schema.createRecord("LedgerEvent", null, "io.tallystick.avro", false, fields);
        GenericData.Record young = event(newer);
        young.put("extra", 5L);

        // Then
        assertThat(accepted(decodeEvent(older, encode(old))).payload())
                .isEqualTo(new Payload(Bytes.utf8("[]"), "application/json", Optional.empty()));
        assertThat(accepted(decodeEvent(newer, encode(young))).identity().id()).contains("a-1");
    }

    @Test
    void ledgerEventWithoutItsIdDoesNotResolve() {
        // Given
        Schema other = SchemaBuilder.record("LedgerEvent")
                .namespace("io.tallystick.avro")
                .fields()
                .requiredString("type")
                .endRecord();
        GenericData.Record record = new GenericData.Record(other);
        record.put("type", "t");

        // Then
        assertThat(reason(decodeEvent(other, encode(record)))).isEqualTo(RejectReason.AVRO_INVALID);
    }

    @Test
    void everyPrefixAndEveryTrailingByteOfALedgerEventIsRefused() {
        // Given
        byte[] datum = encode(event(EVENT));

        // Then
        for (int length = 0; length < datum.length; length++) {
            assertThat(reason(decodeEvent(EVENT, Arrays.copyOf(datum, length)))).isEqualTo(RejectReason.AVRO_INVALID);
        }
        assertThat(reason(decodeEvent(EVENT, Arrays.copyOf(datum, datum.length + 1))))
                .isEqualTo(RejectReason.AVRO_INVALID);
    }

    @Test
    void ledgerEventIsHeldToTheRulesOfEveryEvent() {
        assertThat(reason(changed("id", ""))).isEqualTo(RejectReason.AVRO_INVALID);
        assertThat(reason(changed("type", ""))).isEqualTo(RejectReason.AVRO_INVALID);
        assertThat(reason(changed("media", ""))).isEqualTo(RejectReason.AVRO_INVALID);
        assertThat(reason(changed("time", "now"))).isEqualTo(RejectReason.AVRO_INVALID);
        assertThat(reason(changed("type", "ledger.x"))).isEqualTo(RejectReason.TYPE_RESERVED);
        assertThat(reason(changed("id", "i".repeat(513)))).isEqualTo(RejectReason.ATTRIBUTE_TOO_LONG);
        assertThat(reason(changed("actor", "i".repeat(513)))).isEqualTo(RejectReason.ATTRIBUTE_TOO_LONG);
        assertThat(reason(changed("media", "text/\u0001"))).isEqualTo(RejectReason.ATTRIBUTE_CONTROL_CHARACTER);
        assertThat(reason(changed("payload", ByteBuffer.wrap(new byte[] {'{'}))))
                .isEqualTo(RejectReason.NOT_JSON);
        assertThat(reason(changed("attributes", Map.of("a", "v".repeat(17_000)))))
                .isEqualTo(RejectReason.HEADERS_TOO_LARGE);
    }

    private static Decoded changed(String field, Object value) {
        GenericData.Record event = event(EVENT);
        event.put(field, value);
        return decodeEvent(EVENT, encode(event));
    }

    @Test
    void refusedLedgerEventCommitsToTheFrameAsProduced() {
        // When
        Decoded.Refused refused = (Decoded.Refused) changed("type", "ledger.x");

        // Then
        Payload payload = refused.payload().orElseThrow();
        assertThat(payload.bytes().toByteArray()).startsWith(0, 0, 0, 0, EVENT_ID);
        assertThat(payload.media()).isEqualTo("application/octet-stream");
        assertThat(refused.identity().id()).contains("a-1");
        assertThat(refused.context()).isEmpty();
    }

    @Test
    void recordWaitsWhileItsSchemaIsLookedUp() {
        // When
        Decoded decoded = decode(frame(77, new byte[1]), Map.of(77, new Schemas.Lookup.Pending()));

        // Then
        assertThat(decoded).isEqualTo(new Decoded.Waiting(77));
    }

    @Test
    void recordRefusedByItsEnvelopeDoesNotWait() {
        // Given
        Decoder decoder = new Decoder(100, "operator", id -> new Schemas.Lookup.Pending());
        SourceRecord record = Records.plain()
                .value(frame(77, new byte[1]))
                .header("ce_ledgertenant", "globex")
                .build();

        // Then
        assertThat(reason(decoder.decode(record))).isEqualTo(RejectReason.TENANT_MISMATCH);
        assertThat(decoder.awaited(record)).isEmpty();
    }

    @Test
    void schemaIsAwaitedOnlyByAFrameThatNeedsOneNobodyKnowsYet() {
        // Given
        Map<Integer, Schemas.Lookup> known = Map.of(
                1,
                RegisteredSchema.judge(1, "AVRO", weather(), false),
                2,
                new Schemas.Lookup.Unknown("is not in the schema registry"));
        Decoder decoder = new Decoder(100, "operator", id -> known.getOrDefault(id, new Schemas.Lookup.Pending()));

        // Then
        assertThat(decoder.awaited(Records.plain().value(frame(77, new byte[1])).build()))
                .hasValue(77);
        for (byte[] value : List.of(
                frame(1, new byte[1]),
                frame(2, new byte[1]),
                frame(-1, new byte[1]),
                frame(77, new byte[100]),
                new byte[] {0, 0, 0},
                new byte[0],
                "1".getBytes(UTF_8))) {
            assertThat(decoder.awaited(Records.plain().value(value).build())).isEmpty();
        }
        assertThat(decoder.awaited(Records.plain().nullValue().build())).isEmpty();
        assertThat(decoder.awaited(
                        Records.cloudEvent().value(frame(77, new byte[1])).build()))
                .isEmpty();
    }

    @Test
    void schemaTheLedgerCannotUseIsUnknown() {
        assertThat(RegisteredSchema.judge(1, "PROTOBUF", "syntax = \"proto3\";", false))
                .isInstanceOf(Schemas.Lookup.Unknown.class);
        assertThat(RegisteredSchema.judge(1, "AVRO", weather(), true)).isInstanceOf(Schemas.Lookup.Unknown.class);
        assertThat(RegisteredSchema.judge(1, "AVRO", "{\"type\":\"nothing\"}", false))
                .isInstanceOf(Schemas.Lookup.Unknown.class);
        assertThat(RegisteredSchema.judge(1, "AVRO", "no schema", false)).isInstanceOf(Schemas.Lookup.Unknown.class);
    }

    private static String nestedArrays(int depth) {
        return "{\"type\":\"array\",\"items\":".repeat(depth) + "\"int\"" + "}".repeat(depth);
    }

    private static String unusable(String text) {
        Schemas.Lookup lookup = RegisteredSchema.judge(1, "AVRO", text, false);
        assertThat(lookup).isInstanceOf(Schemas.Lookup.Unknown.class);
        return ((Schemas.Lookup.Unknown) lookup).detail();
    }

    @Test
    void schemaThatNestsDeeperThanTheLimitIsRefusedBeforeItIsParsed() {
        assertThat(RegisteredSchema.judge(1, "AVRO", nestedArrays(RegisteredSchema.NESTING_MAX), false))
                .isInstanceOf(Schemas.Lookup.Found.class);
        assertThat(unusable(nestedArrays(RegisteredSchema.NESTING_MAX + 1))).contains("nests deeper");
        assertThat(unusable("[".repeat(500_000))).contains("nests deeper");
    }

    @Test
    void bracketsInStringsOfASchemaAreNotNesting() {
        String doc = "{[\\\"".repeat(RegisteredSchema.NESTING_MAX);

        assertThat(RegisteredSchema.judge(
                        1, "AVRO", "{\"type\":\"record\",\"name\":\"R\",\"doc\":\"" + doc + "\",\"fields\":[]}", false))
                .isInstanceOf(Schemas.Lookup.Found.class);
    }

    @Test
    void schemaTextLongerThanTheLimitIsRefused() {
        String rest = "{\"type\":\"int\"}";
        String longest = " ".repeat(RegisteredSchema.TEXT_MAX - rest.length()) + rest;

        assertThat(RegisteredSchema.judge(1, "AVRO", longest, false)).isInstanceOf(Schemas.Lookup.Found.class);
        assertThat(unusable(" " + longest)).contains("is longer");
    }

    /** Each record has two fields of the one before: unfolded, two to the power of sixty. */
    @Test
    void ledgerEventWhoseTypesUnfoldWithoutBoundIsRefused() {
        StringBuilder chain = new StringBuilder("{\"type\":\"record\",\"name\":\"R0\",\"fields\":[]}");
        for (int i = 1; i <= 60; i++) {
            String before = "\"R" + (i - 1) + "\"";
            chain.append(",{\"type\":\"record\",\"name\":\"R").append(i).append("\",\"fields\":[");
            chain.append("{\"name\":\"a\",\"type\":").append(before).append("},");
            chain.append("{\"name\":\"b\",\"type\":").append(before).append("}]}");
        }
        String event = "{\"type\":\"record\",\"name\":\"LedgerEvent\",\"namespace\":\"io.tallystick.avro\",\"fields\":"
                + "[{\"name\":\"x\",\"type\":[\"null\"," + chain + "]}]}";

        assertThat(unusable(event)).contains("types");
        assertThat(RegisteredSchema.judge(1, "AVRO", event.replace("LedgerEvent", "Other"), false))
                .isInstanceOf(Schemas.Lookup.Found.class);
    }

    /** Each is a type and a datum that is none of it. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"boolean\" 02",
                "\"int\" 8080808020",
                "\"long\" 80808080808080808002",
                "\"long\" ffffffffffffffffffff01",
                "\"float\" 000000",
                "\"double\" 00000000000000",
                "\"bytes\" 01",
                "\"bytes\" 0400",
                "\"string\" feffffff0f00",
                "\"string\" 04c328",
                "\"string\" 06eda080",
                "[\"null\",\"int\"] 04",
                "[\"null\",\"int\"] 01",
                "{\"type\":\"enum\",\"name\":\"e\",\"symbols\":[\"A\",\"B\"]} 04",
                "{\"type\":\"enum\",\"name\":\"e\",\"symbols\":[\"A\",\"B\"]} 01",
                "{\"type\":\"fixed\",\"name\":\"f\",\"size\":3} 0000",
                "{\"type\":\"array\",\"items\":\"null\"} feffffffffffffffff0100",
                "{\"type\":\"array\",\"items\":\"int\"} 0402",
                "{\"type\":\"array\",\"items\":\"int\"} 0102",
                "{\"type\":\"array\",\"items\":\"int\"} 01040000",
                "{\"type\":\"array\",\"items\":\"int\"} 0106020400",
                "{\"type\":\"array\",\"items\":\"int\"} ffffffffffffffffff010000",
                "{\"type\":\"map\",\"values\":\"int\"} 0202ff0200",
                "{\"type\":\"map\",\"values\":\"int\"} 0202",
                "\"null\" 00"
            })
    void datumThatIsNotOfItsTypeIsRefused(String typeAndHex) {
        // Given
        int space = typeAndHex.lastIndexOf(' ');
        String text = typeAndHex.substring(0, space);
        byte[] datum = HexFormat.of().parseHex(typeAndHex.substring(space + 1));

        // Then
        assertThat(reason(decode(
                        frame(OTHER_ID, datum),
                        Map.of(OTHER_ID, RegisteredSchema.judge(OTHER_ID, "AVRO", text, false)))))
                .isEqualTo(RejectReason.AVRO_INVALID);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"boolean\" 01",
                "\"int\" ffffffff0f",
                "\"long\" ffffffffffffffffff01",
                "\"string\" 04c3a9",
                "[\"null\",\"int\"] 0202",
                "{\"type\":\"array\",\"items\":\"int\"} 040204020601020600",
                "{\"type\":\"array\",\"items\":\"int\"} 0304020400",
                "{\"type\":\"map\",\"values\":\"int\"} 0202610200",
                "\"null\" "
            })
    void datumOfItsTypeIsKept(String typeAndHex) {
        // Given
        int space = typeAndHex.lastIndexOf(' ');
        String text = typeAndHex.substring(0, space);
        byte[] datum = HexFormat.of().parseHex(typeAndHex.substring(space + 1));

        // Then
        accepted(decode(
                frame(OTHER_ID, datum), Map.of(OTHER_ID, RegisteredSchema.judge(OTHER_ID, "AVRO", text, false))));
    }

    /** Each block claims as many items as bytes follow it: 3,465 records of 2,000 nulls in 87 bytes. */
    @Test
    void fewBytesThatStandForMillionsOfValuesAreRefused() {
        // Given
        String wide = IntStream.range(0, 2000)
                .mapToObj(i -> "{\"name\":\"f" + i + "\",\"type\":\"null\"}")
                .collect(Collectors.joining(
                        ",", "{\"type\":\"array\",\"items\":{\"type\":\"record\",\"name\":\"W\",\"fields\":[", "]}}"));
        byte[] datum = new byte[87];
        for (int i = 0; i < 86; i++) {
            datum[i] = (byte) (2 * Math.min(63, 86 - i));
        }

        // Then
        assertThat(reason(decode(
                        frame(OTHER_ID, datum), Map.of(OTHER_ID, RegisteredSchema.judge(1, "AVRO", wide, false)))))
                .isEqualTo(RejectReason.AVRO_INVALID);
    }

    @Test
    void sparseRecordOfNullableFieldsIsKept() {
        // Given
        String sparse = IntStream.range(0, 500)
                .mapToObj(i -> "{\"name\":\"f" + i + "\",\"type\":[\"null\",\"string\"]}")
                .collect(Collectors.joining(",", "{\"type\":\"record\",\"name\":\"S\",\"fields\":[", "]}"));

        // Then
        accepted(decode(
                frame(OTHER_ID, new byte[500]),
                Map.of(OTHER_ID, RegisteredSchema.judge(OTHER_ID, "AVRO", sparse, false))));
    }

    @Test
    void dataThatNestsOrCountsWithoutEndIsRefused() {
        // Given
        String list = "{\"type\":\"record\",\"name\":\"L\",\"fields\":[{\"name\":\"next\",\"type\":[\"null\",\"L\"]}]}";
        byte[] deep = new byte[1000];
        Arrays.fill(deep, 0, 999, (byte) 2);
        StringBuilder wide =
                new StringBuilder("{\"type\":\"array\",\"items\":{\"type\":\"record\",\"name\":\"W\",\"fields\":[");
        for (int i = 0; i < 1000; i++) {
            wide.append(i == 0 ? "" : ",").append("{\"name\":\"f").append(i).append("\",\"type\":\"null\"}");
        }
        wide.append("]}}");
        ByteArrayOutputStream many = new ByteArrayOutputStream();
        // 20,000 records of a thousand nulls, claimed by a few bytes and padded by what follows.
        many.writeBytes(HexFormat.of().parseHex("c0b802"));
        many.writeBytes(new byte[30_000]);

        // Then
        assertThat(reason(decode(
                        frame(OTHER_ID, deep), Map.of(OTHER_ID, RegisteredSchema.judge(1, "AVRO", list, false)))))
                .isEqualTo(RejectReason.AVRO_INVALID);
        assertThat(reason(decode(
                        frame(OTHER_ID, many.toByteArray()),
                        Map.of(OTHER_ID, RegisteredSchema.judge(1, "AVRO", wide.toString(), false)))))
                .isEqualTo(RejectReason.AVRO_INVALID);
    }
}
