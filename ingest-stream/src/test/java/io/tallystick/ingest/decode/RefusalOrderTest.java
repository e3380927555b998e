// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.decode;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.tallystick.entry.RejectReason;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever is wrong with a record, the code that stands first in the contract is given: all pairs, and all at once. */
class RefusalOrderTest {
    private static final int EVENT_BYTES_MAX = 10_000;
    private static final Decoder DECODER =
            new Decoder(EVENT_BYTES_MAX, "operator", id -> new Schemas.Lookup.Unknown("is not in the schema registry"));

    /** JSON with this fault, as an element of an array; one character a byte. */
    private static final Map<RejectReason, String> JSON_FAULTS = Map.of(
            RejectReason.NOT_UTF8, "\"\u00ff\"",
            RejectReason.NOT_JSON, "nul",
            RejectReason.JSON_TOO_DEEP, "[".repeat(64) + "]".repeat(64),
            RejectReason.JSON_DUPLICATE_NAME, "{\"a\":1,\"a\":2}",
            RejectReason.JSON_LONE_SURROGATE, "\"\\udead\"",
            RejectReason.PAYLOAD_RESERVED_MEMBER, "{\"$sealed\":1}");

    /** Those that one CloudEvent in the binary mode can have together. */
    private static final Set<RejectReason> TOGETHER = EnumSet.complementOf(EnumSet.of(
            RejectReason.NULL_VALUE,
            RejectReason.SCHEMA_UNKNOWN,
            RejectReason.AVRO_INVALID,
            RejectReason.DUPLICATE,
            RejectReason.CONFLICT,
            RejectReason.HEAD_MISMATCH));

    static Stream<Arguments> pairs() {
        return TOGETHER.stream().flatMap(first -> TOGETHER.stream()
                .filter(second -> second.compareTo(first) > 0)
                .map(second -> arguments(first, second)));
    }

    private static Records record(Set<RejectReason> faults) {
        Records record = Records.plain()
                .header("ce_specversion", faults.contains(RejectReason.CLOUDEVENTS_INVALID) ? "0.3" : "1.0")
                .header("ce_id", faults.contains(RejectReason.ATTRIBUTE_TOO_LONG) ? "i".repeat(513) : "e-1")
                .header("ce_source", faults.contains(RejectReason.ATTRIBUTE_CONTROL_CHARACTER) ? "\u0007" : "/orders")
                .header("ce_type", faults.contains(RejectReason.TYPE_RESERVED) ? "ledger.x" : "order.placed")
                .header("content-type", "application/json")
                .value(value(faults).getBytes(ISO_8859_1));
        if (faults.contains(RejectReason.HEADERS_TOO_LARGE)) {
            record.header("h", new byte[20_000]);
        }
        if (faults.contains(RejectReason.TENANT_MISMATCH)) {
            record.header("ce_ledgertenant", "globex");
        }
        return record;
    }

    private static String value(Set<RejectReason> faults) {
        String elements = faults.stream()
                .filter(JSON_FAULTS::containsKey)
                .map(JSON_FAULTS::get)
                // The order in the text must not matter: the least of the codes stands first.
                .sorted((a, b) -> b.compareTo(a))
                .collect(Collectors.joining(",", "[", "]"));
        String mark = faults.contains(RejectReason.BYTE_ORDER_MARK) ? "\u00ef\u00bb\u00bf" : "";
        String padding = faults.contains(RejectReason.VALUE_TOO_LARGE) ? " ".repeat(EVENT_BYTES_MAX) : "";
        return mark + elements + padding;
    }

    private static RejectReason reason(Records record) {
        assertThat(DECODER.decode(record.build())).isInstanceOf(Decoded.Refused.class);
        return ((Decoded.Refused) DECODER.decode(record.build())).reason();
    }

    @ParameterizedTest(name = "{0} before {1}")
    @MethodSource("pairs")
    void ofTwoFaultsTheFirstCodeCounts(RejectReason first, RejectReason second) {
        assertThat(reason(record(EnumSet.of(first, second)))).isEqualTo(first);
    }

    @Test
    void oneFaultAloneHasItsOwnCodeAndNoneIsAccepted() {
        TOGETHER.forEach(code -> assertThat(reason(record(EnumSet.of(code)))).isEqualTo(code));
        assertThat(DECODER.decode(record(EnumSet.noneOf(RejectReason.class)).build()))
                .isInstanceOf(Decoded.Accepted.class);
    }

    @Test
    void ofAllFaultsThatAreLeftTheFirstCodeCounts() {
        // Given
        Set<RejectReason> left = EnumSet.copyOf(TOGETHER);

        for (RejectReason code : TOGETHER) {
            // Then
            assertThat(reason(record(left))).isEqualTo(code);
            left.remove(code);
        }
    }

    @Test
    void nullValueGoesBeforeEverythingHeadersCanHave() {
        assertThat(reason(record(TOGETHER).nullValue())).isEqualTo(RejectReason.NULL_VALUE);
    }

    @Test
    void framesStandBetweenTheTenantAndTheAttributes() {
        // Given
        byte[] unknown = {0, 0, 0, 0, 7, 1};
        byte[] cut = {0, 0};

        // Then
        assertThat(reason(Records.plain().value(unknown).header("ce_ledgertenant", "x")))
                .isEqualTo(RejectReason.TENANT_MISMATCH);
        assertThat(reason(Records.plain().value(unknown).header("content-type", "text/\u0007")))
                .isEqualTo(RejectReason.SCHEMA_UNKNOWN);
        assertThat(reason(Records.plain().value(cut).header("content-type", "m".repeat(256))))
                .isEqualTo(RejectReason.AVRO_INVALID);
        assertThat(reason(Records.plain().value(cut).header("content-type", new byte[] {(byte) 0xff})))
                .isEqualTo(RejectReason.AVRO_INVALID);
        assertThat(reason(Records.plain().value(cut).header("h", new byte[20_000])))
                .isEqualTo(RejectReason.HEADERS_TOO_LARGE);
    }
}
