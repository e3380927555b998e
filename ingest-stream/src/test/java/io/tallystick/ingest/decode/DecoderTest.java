// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.tallystick.entry.Bytes;
import io.tallystick.entry.Context;
import io.tallystick.entry.ContextHeader;
import io.tallystick.entry.RejectReason;
import io.tallystick.json.JsonException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Plain records and CloudEvents; what is framed, and the table of refusals, have tests of their own. */
class DecoderTest {
    private static final int EVENT_BYTES_MAX = 10_000;
    private static final Decoder DECODER =
            new Decoder(EVENT_BYTES_MAX, "operator", id -> new Schemas.Lookup.Unknown("is not in the schema registry"));

    private static Decoded.Accepted accepted(Records record) {
        assertThat(DECODER.decode(record.build())).isInstanceOf(Decoded.Accepted.class);
        return (Decoded.Accepted) DECODER.decode(record.build());
    }

    private static Decoded.Refused refused(Records record) {
        assertThat(DECODER.decode(record.build())).isInstanceOf(Decoded.Refused.class);
        return (Decoded.Refused) DECODER.decode(record.build());
    }

    private static byte[] hex(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    private static Bytes text(String text) {
        return Bytes.utf8(text);
    }

    static Records manyHeaders(int count) {
        Records record = Records.plain();
        for (int i = 0; i < count; i++) {
            record.header("h", "v");
        }
        return record;
    }

    static Records json(String value) {
        return Records.plain().value(value).header("content-type", "Application/JSON ; charset=utf-8");
    }

    static String structured(String member) {
        return "{\"specversion\":\"1.0\",\"id\":\"e-1\",\"source\":\"/orders\",\"type\":\"order.placed\"," + member
                + "}";
    }

    static Stream<Arguments> severalFaults() {
        Records everything = Records.plain().header("ce_ledgertenant", "globex").header("h", new byte[20_000]);
        return Stream.of(
                arguments("null-value", Records.plain().nullValue().header("h", new byte[20_000])),
                arguments("value-too-large", everything.value(new byte[EVENT_BYTES_MAX + 1])),
                arguments(
                        "headers-too-large",
                        Records.plain().header("ce_ledgertenant", "globex").header("h", new byte[20_000])),
                arguments(
                        "tenant-mismatch",
                        Records.plain().header("ce_ledgertenant", "globex").value(hex("0000000001"))),
                arguments(
                        "tenant-mismatch", Records.cloudEvent().without("ce_id").header("ce_ledgertenant", "globex")),
                arguments(
                        "cloudevents-invalid",
                        Records.cloudEvent().without("ce_id").value("garbage")),
                arguments(
                        "not-json",
                        Records.cloudEvent()
                                .without("ce_type")
                                .header("ce_type", "ledger.x")
                                .value("garbage")),
                arguments(
                        "json-too-deep", json("{\"$sealed\":" + "[".repeat(64) + "]".repeat(64) + ",\"a\":1,\"a\":2}")),
                arguments("json-duplicate-name", json("{\"$sealed\":\"\\ud800\",\"$sealed\":1}")),
                arguments("json-lone-surrogate", json("{\"$sealed\":\"\\ud800\"}")),
                arguments(
                        "type-reserved",
                        Records.cloudEvent().without("ce_type").header("ce_type", "ledger." + "x".repeat(300))),
                arguments(
                        "attribute-too-long",
                        Records.cloudEvent()
                                .header("ce_subject", "a\u0000")
                                .without("ce_id")
                                .header("ce_id", "i".repeat(513))));
    }

    @ParameterizedTest
    @MethodSource("severalFaults")
    void ofSeveralFaultsTheFirstCodeCounts(String code, Records record) {
        assertThat(refused(record).reason().code()).isEqualTo(code);
    }

    @Test
    void codesStandInTheOrderOfTheContract() {
        assertThat(Arrays.stream(RejectReason.values()).map(RejectReason::code))
                .containsExactly(
                        "null-value",
                        "value-too-large",
                        "headers-too-large",
                        "tenant-mismatch",
                        "schema-unknown",
                        "avro-invalid",
                        "cloudevents-invalid",
                        "byte-order-mark",
                        "not-utf8",
                        "not-json",
                        "json-too-deep",
                        "json-duplicate-name",
                        "json-lone-surrogate",
                        "payload-reserved-member",
                        "type-reserved",
                        "attribute-too-long",
                        "attribute-control-character",
                        "duplicate",
                        "conflict",
                        "head-mismatch");
    }

    @Test
    void plainRecordIsNamedAfterItsPlace() {
        // When
        Decoded.Accepted event = accepted(Records.plain());

        // Then
        assertThat(event.identity())
                .isEqualTo(new Identity(
                        Optional.of("topic-id-1:3:7"), Optional.of("event"), Optional.empty(), Optional.empty()));
        assertThat(event.context()).isEmpty();
    }

    @Test
    void onlyWhiteSpaceIsTakenOutOfJson() {
        // Given
        Records record = Records.plain().value(" { \"b\" : 1e400 , \"a\\/\" : [ 9007199254740993.0 , \" \" ] }\n");

        // When
        Payload payload = accepted(record).payload();

        // Then
        assertThat(payload.bytes()).isEqualTo(text("{\"b\":1e400,\"a\\/\":[9007199254740993.0,\" \"]}"));
        assertThat(payload.media()).isEqualTo("application/json");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "nul", "{} {}", "\ufeffno", "[1,", "hello", "{\"a\":1,\"a\":2"})
    void undeclaredValueThatIsNotJsonIsBytes(String value) {
        // When
        Payload payload = accepted(Records.plain().value(value)).payload();

        // Then
        assertThat(payload.media()).isEqualTo("application/octet-stream");
        assertThat(payload.bytes()).isEqualTo(text(value));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"text/plain", "application/jsonl", "application/json+zip", "x/+jsonx", "application/cloudevents"
            })
    void declaredOtherMediaIsKeptAsItIs(String media) {
        // Given
        String value = "{ \"a\":1, \"a\":2 }";

        // When
        Payload payload = accepted(Records.plain().value(value).header("content-type", media))
                .payload();

        // Then
        assertThat(payload.media()).isEqualTo(media);
        assertThat(payload.bytes()).isEqualTo(text(value));
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "APPLICATION/Json;v=1", " application/vnd.x+json ; a=b"})
    void mediaStaysVerbatimAndMeansJson(String media) {
        // When
        Payload payload = accepted(Records.plain().value("[ ]").header("content-type", media))
                .payload();

        // Then
        assertThat(payload.media()).isEqualTo(media);
        assertThat(payload.bytes()).isEqualTo(text("[]"));
    }

    @Test
    void binaryCloudEventKeepsItsAttributes() {
        // Given
        Records record = Records.cloudEvent()
                .header("ce_time", "2026-11-21T03:15:00.5+01:00")
                .header("ce_subject", "order 5")
                .header("ce_ledgertenant", "acme")
                .key("k");

        // When
        Decoded.Accepted event = accepted(record);

        // Then
        assertThat(event.identity())
                .isEqualTo(new Identity(
                        Optional.of("e-1"),
                        Optional.of("order.placed"),
                        Optional.of("2026-11-21T03:15:00.5+01:00"),
                        Optional.of("/orders")));
        Context context = event.context().orElseThrow();
        assertThat(context.subject()).contains("order 5");
        assertThat(context.key()).contains(text("k"));
        assertThat(context.headers())
                .hasSize(8)
                .startsWith(new ContextHeader("ce_specversion", Optional.of(text("1.0"))));
    }

    @Test
    void headerNamesAreComparedWithTheirCase() {
        // When
        Decoded.Accepted event =
                accepted(Records.plain().header("CE_specversion", "9").header("Content-Type", "x/y"));

        // Then
        assertThat(event.identity().type()).contains("event");
        assertThat(event.payload().media()).isEqualTo("application/json");
    }

    @Test
    void structuredCloudEventIsKeptWhole() {
        // Given
        String value =
                structured("\"time\":null,\"subject\":\"\\u0073\",\"data\":{\"id\":\"inner\",\"n\":1e400},\"ext\":[1]");

        // When
        Decoded.Accepted event = accepted(Records.structured(" " + value));

        // Then
        assertThat(event.payload().bytes()).isEqualTo(text(value));
        assertThat(event.payload().media()).isEqualTo("application/cloudevents+json; charset=UTF-8");
        assertThat(event.identity())
                .isEqualTo(new Identity(
                        Optional.of("e-1"), Optional.of("order.placed"), Optional.empty(), Optional.of("/orders")));
        assertThat(event.context().orElseThrow().subject()).contains("s");
    }

    @Test
    void structuredGoesBeforeBinaryAndBinaryBeforeFrames() {
        // Given
        Records both = Records.structured(structured("\"x\":1"))
                .header("ce_specversion", "1.0")
                .header("ce_id", "other");
        Records framed = Records.cloudEvent()
                .without("content-type")
                .header("content-type", "avro/binary")
                .value(hex("0000000007ff"));

        // Then
        assertThat(accepted(both).identity().id()).contains("e-1");
        assertThat(accepted(framed).payload().bytes()).isEqualTo(Bytes.of(hex("0000000007ff")));
        assertThat(accepted(framed).payload().media()).isEqualTo("avro/binary");
    }

    @Test
    void operatorMayUseReservedTypes() {
        // Given
        Records record =
                Records.cloudEvent().tenant("operator").without("ce_type").header("ce_type", "ledger.tenant.created");

        // Then
        assertThat(accepted(record).identity().type()).contains("ledger.tenant.created");
    }

    @Test
    void refusedRecordKeepsOnlyAttributesWithinTheirLimits() {
        // Given
        Records record = Records.cloudEvent()
                .without("ce_id")
                .header("ce_id", "i".repeat(513))
                .header("ce_subject", "s\u0001")
                .header("ce_time", "2026-11-21T03:15:00Z");

        // When
        Decoded.Refused refused = refused(record);

        // Then
        assertThat(refused.identity().id()).isEmpty();
        assertThat(refused.identity().type()).contains("order.placed");
        assertThat(refused.identity().time()).contains("2026-11-21T03:15:00Z");
        assertThat(refused.context().orElseThrow().subject()).isEmpty();
        assertThat(refused.payload().orElseThrow().media()).isEqualTo("application/json");
    }

    @Test
    void refusedRecordWithTooManyHeadersHasNoContextButAnId() {
        // When
        Decoded.Refused refused = refused(Records.cloudEvent().header("h", new byte[20_000]));

        // Then
        assertThat(refused.context()).isEmpty();
        assertThat(refused.identity().id()).contains("e-1");
    }

    @Test
    void refusedRecordKeepsItsWhiteSpaceAndAnInvalidMediaBecomesOctets() {
        // When
        Payload payload = refused(Records.plain().value("{ } ").header("content-type", "a\u0000"))
                .payload()
                .orElseThrow();

        // Then
        assertThat(payload.bytes()).isEqualTo(text("{ } "));
        assertThat(payload.media()).isEqualTo("application/octet-stream");
    }

    @Test
    void limitsThemselvesAreAccepted() {
        // Given
        String deep = "[".repeat(64) + "]".repeat(64);
        Records full = Records.plain().value("\"" + "x".repeat(EVENT_BYTES_MAX - 2) + "\"");
        Records headers = manyHeaders(63).header("h", new byte[16 * 1024 - 63 * 2 - 1]);

        // Then
        assertThat(accepted(json(deep)).payload().bytes()).isEqualTo(text(deep));
        assertThat(accepted(full).payload().bytes().length()).isEqualTo(EVENT_BYTES_MAX);
        assertThat(accepted(headers).context().orElseThrow().headers()).hasSize(64);
        assertThat(accepted(Records.cloudEvent().without("ce_id").header("ce_id", "\u00e9".repeat(256)))
                        .identity()
                        .id())
                .contains("\u00e9".repeat(256));
    }

    @Test
    void limitOutOfRangeIsRefused() {
        Schemas none = id -> new Schemas.Lookup.Pending();
        assertThatThrownBy(() -> new Decoder(0, "operator", none)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Decoder(Decoder.EVENT_BYTES_MAX + 1, "operator", none))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void membersOfAnObjectAreFoundWhateverStandsInThem() throws JsonException {
        // Given
        byte[] json =
                "{\"a\":\"}\\\"]\",\"\\u0062\":{\"a\":[\"}\"]},\"c\":null,\"d\":-1}".getBytes(StandardCharsets.UTF_8);

        // When
        JsonMembers members = JsonMembers.of(json).orElseThrow();

        // Then
        assertThat(members.text("a")).contains("}\"]");
        assertThat(members.has("b")).isTrue();
        assertThat(members.text("b")).isEmpty();
        assertThat(members.has("c")).isFalse();
        assertThat(members.has("d")).isTrue();
        assertThat(members.has("e")).isFalse();
    }
}
