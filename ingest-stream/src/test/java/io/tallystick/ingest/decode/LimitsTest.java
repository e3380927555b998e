// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.decode;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.tallystick.entry.Attribute;
import io.tallystick.entry.RejectReason;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every limit at its border: the last that is taken, the first that is not. */
class LimitsTest {
    private static final int BYTES_MAX = 16 * 1024;
    private static final Decoder DECODER = new Decoder(
            Decoder.EVENT_BYTES_MAX, "operator", id -> new Schemas.Lookup.Unknown("is not in the schema registry"));

    /** Where a CloudEvent in the binary mode has the attribute; the actor is in Avro events only. */
    private static final Map<Attribute, String> HEADERS = Map.of(
            Attribute.ID, "ce_id",
            Attribute.PRODUCER, "ce_source",
            Attribute.TYPE, "ce_type",
            Attribute.SUBJECT, "ce_subject",
            Attribute.TIME, "ce_time",
            Attribute.MEDIA, "content-type");

    private static String outcome(Records record) {
        Decoded decoded = DECODER.decode(record.build());
        return decoded instanceof Decoded.Refused refused ? refused.reason().code() : "accepted";
    }

    private static Records with(Attribute attribute, String value) {
        String header = HEADERS.get(attribute);
        return Records.cloudEvent().without(header).header(header, value);
    }

    static Stream<Arguments> lengths() {
        List<String> characters = List.of("i", "\"", "\\", "\u00e9", "\u20ac", "\ud83d\ude00");
        return Stream.of(Attribute.ID, Attribute.PRODUCER, Attribute.TYPE, Attribute.SUBJECT, Attribute.MEDIA)
                .flatMap(attribute -> characters.stream().map(character -> arguments(attribute, character)));
    }

    @ParameterizedTest
    @MethodSource("lengths")
    void attributeMayBeAsLongAsItsLimitInBytesOfJson(Attribute attribute, String character) {
        // Given
        boolean escaped = character.equals("\"") || character.equals("\\");
        int each = escaped ? 2 : character.getBytes(UTF_8).length;
        int count = attribute.bytesMax() / each;
        String full = character.repeat(count) + "x".repeat(attribute.bytesMax() - count * each);

        // Then
        assertThat(outcome(with(attribute, full))).isEqualTo("accepted");
        assertThat(outcome(with(attribute, full + "x"))).isEqualTo("attribute-too-long");
        assertThat(outcome(with(attribute, character.repeat(count + 1)))).isEqualTo("attribute-too-long");
    }

    @Test
    void timeMayHaveAsManyDigitsAsFit() {
        // Given
        String digits = "2026-11-21T03:15:00." + "1".repeat(Attribute.TIME.bytesMax() - 21);

        // Then
        assertThat(outcome(with(Attribute.TIME, digits + "Z"))).isEqualTo("accepted");
        assertThat(outcome(with(Attribute.TIME, digits + "1Z"))).isEqualTo("attribute-too-long");
    }

    @ParameterizedTest
    @EnumSource(
            value = Attribute.class,
            names = {"REASON", "ACTOR"},
            mode = EnumSource.Mode.EXCLUDE)
    void everyControlCharacterIsRefusedInEveryAttribute(Attribute attribute) {
        IntStream.concat(IntStream.rangeClosed(0, 0x1F), IntStream.rangeClosed(0x7F, 0x9F))
                .forEach(control -> assertThat(outcome(with(attribute, "text/a" + (char) control + "b")))
                        .as("U+%04X", control)
                        .isEqualTo("attribute-control-character"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"id", "source", "type", "subject"})
    void escapedControlCharactersAreRefusedInStructuredEventsToo(String member) {
        IntStream.concat(IntStream.rangeClosed(0, 0x1F), IntStream.rangeClosed(0x7F, 0x9F))
                .forEach(control -> {
                    String value = String.format("a\\u%04x", control);
                    String event =
                            "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"t\",\"subject\":\"x\"}"
                                    .replaceFirst(
                                            "\"" + member + "\":\"[^\"]*\"",
                                            "\"" + member + "\":\"" + value.replace("\\", "\\\\") + "\"");
                    assertThat(outcome(Records.structured(event))).as(event).isEqualTo("attribute-control-character");
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {" ", "~", "\u00a0", "\u00ad", "\u200b", "\u2028", "\ufeff", "\uffff"})
    void neighboursOfTheControlCharactersAreTaken(String character) {
        assertThat(outcome(with(Attribute.ID, "a" + character + "b"))).isEqualTo("accepted");
        assertThat(outcome(with(Attribute.SUBJECT, character))).isEqualTo("accepted");
    }

    @Test
    void sixtyFourHeadersAreTakenAndNotOneMore() {
        assertThat(outcome(DecoderTest.manyHeaders(64))).isEqualTo("accepted");
        assertThat(outcome(DecoderTest.manyHeaders(65))).isEqualTo("headers-too-large");
        assertThat(outcome(DecoderTest.manyHeaders(64).key("k"))).isEqualTo("accepted");
    }

    static Stream<Arguments> fullRecords() {
        return Stream.of(
                arguments("key", Records.plain().key("k".repeat(BYTES_MAX))),
                arguments("value of a header", Records.plain().header("h", new byte[BYTES_MAX - 1])),
                arguments("name of a header", Records.plain().header("n".repeat(BYTES_MAX), (byte[]) null)),
                arguments("name in UTF-8", Records.plain().header("\u20ac".repeat(5461) + "n", (byte[]) null)),
                arguments(
                        "name beyond the first plane",
                        Records.plain().header("\ud83d\ude00".repeat(BYTES_MAX / 4), (byte[]) null)),
                arguments("key in UTF-8", Records.plain().key("\u00e9".repeat(BYTES_MAX / 2))),
                arguments(
                        "all together",
                        Records.plain().key("k".repeat(4096)).header("n".repeat(4096), new byte[8192])));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("fullRecords")
    void sixteenKibibytesOfKeyAndHeadersAreTakenAndNotOneMore(String what, Records full) {
        assertThat(outcome(full)).isEqualTo("accepted");
        assertThat(outcome(full.header("x", (byte[]) null))).isEqualTo("headers-too-large");
    }

    @Test
    void theRefusalSaysWhichOfTheTwoLimitsWasPassed() {
        Records record = Records.plain().key("\u00e9".repeat(8000)).header("hh", new byte[1000]);

        assertThat(DECODER.decode(record.build()))
                .isInstanceOfSatisfying(Decoded.Refused.class, refused -> assertThat(refused.detail())
                        .isEqualTo("There are 1 headers, and 17002 bytes of key, names and values together; at most 64"
                                + " headers and 16384 bytes are taken."));
    }

    @Test
    void valueOfTheLimitIsTakenAndNotOneByteMore() {
        for (int limit : new int[] {1, 2, 100, Decoder.EVENT_BYTES_MAX}) {
            // Given
            Decoder decoder = new Decoder(limit, "operator", id -> new Schemas.Lookup.Pending());
            byte[] full = new byte[limit];
            Arrays.fill(full, (byte) '1');

            // Then
            assertThat(decoder.decode(Records.plain().value(full).build())).isInstanceOf(Decoded.Accepted.class);
            assertThat(decoder.decode(Records.plain()
                            .value(Arrays.copyOf(full, limit + 1))
                            .build()))
                    .isInstanceOfSatisfying(Decoded.Refused.class, refused -> assertThat(refused.reason())
                            .isEqualTo(RejectReason.VALUE_TOO_LARGE));
        }
    }

    @Test
    void whiteSpaceCountsTowardsTheLimitAlthoughItIsNotKept() {
        // Given
        String padded = "[" + " ".repeat(Decoder.EVENT_BYTES_MAX - 2) + "]";

        // Then
        assertThat(outcome(Records.plain().value(padded))).isEqualTo("accepted");
        assertThat(outcome(Records.plain().value(padded + " "))).isEqualTo("value-too-large");
    }
}
