// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.decode;

import static io.tallystick.ingest.decode.DecoderTest.json;
import static io.tallystick.ingest.decode.DecoderTest.manyHeaders;
import static io.tallystick.ingest.decode.DecoderTest.structured;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.tallystick.entry.RejectReason;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every code that ingest gives, each with several inputs of different forms. */
class RefusalTest {
    private static final int EVENT_BYTES_MAX = 10_000;
    private static final int INPUTS_MIN = 3;

    /** 1 is a string; 2 refers to others, 3 is no Avro; there is no other. */
    private static final Map<Integer, Schemas.Lookup> SCHEMAS = Map.of(
            1, RegisteredSchema.judge(1, "AVRO", "\"string\"", false),
            2, RegisteredSchema.judge(2, "AVRO", "\"string\"", true),
            3, RegisteredSchema.judge(3, "PROTOBUF", "syntax = \"proto3\";", false));

    private static final Decoder DECODER = new Decoder(
            EVENT_BYTES_MAX,
            "operator",
            id -> SCHEMAS.getOrDefault(id, new Schemas.Lookup.Unknown("is not in the schema registry")));

    private static Decoded.Refused refused(Records record) {
        assertThat(DECODER.decode(record.build())).isInstanceOf(Decoded.Refused.class);
        return (Decoded.Refused) DECODER.decode(record.build());
    }

    private static byte[] hex(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    static Stream<Arguments> refusals() {
        return Stream.of(
                arguments("null-value", Records.plain().nullValue()),
                arguments("null-value", Records.cloudEvent().nullValue()),
                arguments("null-value", Records.structured("").nullValue()),
                arguments("value-too-large", Records.plain().value(new byte[EVENT_BYTES_MAX + 1])),
                arguments("value-too-large", Records.cloudEvent().value("[" + "1,".repeat(EVENT_BYTES_MAX / 2) + "1]")),
                arguments("value-too-large", Records.structured(" ".repeat(EVENT_BYTES_MAX + 1))),
                arguments("headers-too-large", manyHeaders(65)),
                arguments("headers-too-large", Records.plain().header("h", new byte[16 * 1024])),
                arguments("headers-too-large", Records.plain().key("k".repeat(16 * 1024 + 1))),
                arguments("headers-too-large", Records.plain().header("n".repeat(16 * 1024 + 1), (byte[]) null)),
                arguments("tenant-mismatch", Records.plain().header("ce_ledgertenant", "globex")),
                arguments("tenant-mismatch", Records.plain().header("ce_ledgertenant", (byte[]) null)),
                arguments("tenant-mismatch", Records.cloudEvent().header("ce_ledgertenant", "acme ")),
                arguments(
                        "tenant-mismatch",
                        Records.plain().header("ce_ledgertenant", "acme").header("ce_ledgertenant", "globex")),
                arguments("tenant-mismatch", Records.structured(structured("\"ledgertenant\":\"globex\""))),
                arguments("tenant-mismatch", Records.structured(structured("\"ledgertenant\":5"))),
                arguments("schema-unknown", Records.plain().value(hex("0000000007ff"))),
                arguments("schema-unknown", Records.plain().value(hex("00ffffffff02"))),
                arguments("schema-unknown", Records.plain().value(hex("00000000020a"))),
                arguments("schema-unknown", Records.plain().value(hex("000000000300"))),
                arguments("schema-unknown", json("").value(hex("0000000007"))),
                arguments("avro-invalid", Records.plain().value(hex("00"))),
                arguments("avro-invalid", Records.plain().value(hex("000000"))),
                arguments("avro-invalid", Records.plain().value(hex("00000000"))),
                arguments("avro-invalid", Records.plain().value(hex("0000000001"))),
                arguments("avro-invalid", Records.plain().value(hex("000000000106c328"))),
                arguments("avro-invalid", Records.plain().value(hex("00000000010261ff"))),
                arguments("avro-invalid", Records.plain().value(hex("0000000001feffffffffffffffff01"))),
                arguments("cloudevents-invalid", Records.cloudEvent().without("ce_id")),
                arguments("cloudevents-invalid", Records.cloudEvent().without("ce_source")),
                arguments("cloudevents-invalid", Records.cloudEvent().without("ce_type")),
                arguments(
                        "cloudevents-invalid",
                        Records.cloudEvent().without("ce_id").header("ce_id", "")),
                arguments("cloudevents-invalid", Records.cloudEvent().header("ce_id", "e-2")),
                arguments("cloudevents-invalid", Records.cloudEvent().header("ce_subject", (byte[]) null)),
                arguments("cloudevents-invalid", Records.cloudEvent().header("ce_subject", hex("ff"))),
                arguments("cloudevents-invalid", Records.cloudEvent().header("ce_time", "yesterday")),
                arguments("cloudevents-invalid", Records.cloudEvent().header("ce_time", "2026-02-30T00:00:00Z")),
                arguments("cloudevents-invalid", Records.plain().header("ce_specversion", "0.3")),
                arguments(
                        "cloudevents-invalid",
                        Records.plain().value("[]").header("content-type", "application/cloudevents-batch+json")),
                arguments("cloudevents-invalid", Records.structured("[]")),
                arguments("cloudevents-invalid", Records.structured("{}")),
                arguments(
                        "cloudevents-invalid",
                        Records.structured(structured("\"id\":5").replace("\"id\":\"e-1\",", ""))),
                arguments("cloudevents-invalid", Records.structured(structured("\"subject\":{}"))),
                arguments("cloudevents-invalid", Records.structured(structured("\"data\":1,\"data_base64\":\"AA==\""))),
                arguments("cloudevents-invalid", Records.structured(structured("\"data_base64\":\"A*\""))),
                arguments("byte-order-mark", Records.plain().value("\ufeff{}")),
                arguments("byte-order-mark", json("\ufeffno")),
                arguments("byte-order-mark", Records.structured("\ufeff{}")),
                arguments("not-utf8", json("").value(hex("22ff22"))),
                arguments("not-utf8", json("").value(hex("22eda08022"))),
                arguments("not-utf8", Records.plain().header("content-type", hex("c3"))),
                arguments("not-json", json("")),
                arguments("not-json", json("nul")),
                arguments("not-json", json("{\"a\":01}")),
                arguments("not-json", json("{} {}")),
                arguments("not-json", Records.structured("garbage")),
                arguments("not-json", Records.cloudEvent().value("garbage")),
                arguments("not-json", json("[".repeat(5000))),
                arguments("json-too-deep", json("[".repeat(65) + "]".repeat(65))),
                arguments(
                        "json-too-deep", Records.structured(structured("\"data\":" + "[".repeat(64) + "]".repeat(64)))),
                arguments("json-too-deep", Records.cloudEvent().value("[".repeat(5000) + "]".repeat(5000))),
                arguments("json-too-deep", Records.plain().value("{\"a\":".repeat(65) + "1" + "}".repeat(65))),
                arguments("json-duplicate-name", json("{\"a\":1,\"\\u0061\":2}")),
                arguments("json-duplicate-name", Records.plain().value("[{\"x\":{\"\":1,\"\":2}}]")),
                arguments("json-duplicate-name", Records.structured(structured("\"id\":\"e-2\""))),
                arguments("json-duplicate-name", Records.cloudEvent().value("{\"\u00e9\":1,\"\\u00E9\":2}")),
                arguments("json-lone-surrogate", json("\"\\ud800\"")),
                arguments("json-lone-surrogate", json("\"\\ude00\\ud83d\"")),
                arguments("json-lone-surrogate", Records.structured(structured("\"subject\":\"\\ud83d\\\\ude00\""))),
                arguments("json-lone-surrogate", Records.cloudEvent().value("[\"\\ud83d\\ud83d\"]")),
                arguments("json-lone-surrogate", Records.plain().value("{\"\\udc00\":1}")),
                arguments("payload-reserved-member", json("{\"a\":[{\"$sealed\":1}]}")),
                arguments("payload-reserved-member", Records.cloudEvent().value("{\"$sealed\":null}")),
                arguments("payload-reserved-member", Records.structured(structured("\"data\":{\"$seale\\u0064\":{}}"))),
                arguments("payload-reserved-member", Records.plain().value("{\"\\u0024sealed\":1}")),
                arguments(
                        "type-reserved", Records.cloudEvent().without("ce_type").header("ce_type", "ledger.hold")),
                arguments(
                        "type-reserved",
                        Records.structured(structured("\"x\":1").replace("order.placed", "ledger."))),
                arguments(
                        "type-reserved",
                        Records.cloudEvent()
                                .tenant("operators")
                                .without("ce_type")
                                .header("ce_type", "ledger.config")),
                arguments(
                        "type-reserved",
                        Records.structured(structured("\"x\":1").replace("order.placed", "ledger\\u002egap"))),
                arguments(
                        "attribute-too-long",
                        Records.cloudEvent().without("ce_id").header("ce_id", "i".repeat(513))),
                arguments("attribute-too-long", Records.cloudEvent().header("ce_subject", "s".repeat(1025))),
                arguments("attribute-too-long", Records.cloudEvent().header("ce_time", "2".repeat(65))),
                arguments("attribute-too-long", Records.plain().header("content-type", "m/" + "m".repeat(254))),
                arguments(
                        "attribute-control-character",
                        Records.cloudEvent().without("ce_source").header("ce_source", "a\u0000b")),
                arguments("attribute-control-character", Records.cloudEvent().header("ce_time", "a\u0085b")),
                arguments("attribute-control-character", Records.plain().header("content-type", "text/\u0007")));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void recordIsRefusedWithItsCodeAndASentence(String code, Records record) {
        // When
        Decoded.Refused refused = refused(record);

        // Then
        assertThat(refused.reason().code()).isEqualTo(code);
        assertThat(refused.detail()).endsWith(".").hasSizeGreaterThan(20);
        assertThat(refused.payload().isPresent())
                .isEqualTo(record.build().value().isPresent());
        assertThat(refused.payload().map(Payload::bytes))
                .isEqualTo(record.build().value());
    }

    @Test
    void everyCodeOfIngestHasSeveralInputs() {
        // When
        Map<String, Long> inputs = refusals()
                .map(arguments -> (String) arguments.get()[0])
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));

        // Then
        assertThat(inputs.keySet())
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(RejectReason.values())
                        .filter(reason -> !reason.isOfSequencer())
                        .map(RejectReason::code)
                        .toList());
        assertThat(inputs)
                .allSatisfy((code, count) -> assertThat(count).as(code).isGreaterThanOrEqualTo(INPUTS_MIN));
    }
}
