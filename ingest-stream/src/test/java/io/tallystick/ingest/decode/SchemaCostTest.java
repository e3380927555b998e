// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Schema texts made to cost more than their size to judge: in CPU time they take about what as much costs in short texts. */
class SchemaCostTest {
    private static final int PIECES = 64;

    static Stream<Arguments> attacks() {
        return Stream.of(
                schema("fields", length -> record(fields(length / 30, i -> String.format("f%05x", i)))),
                schema("fields of one hash", length -> record(fields(length / 56, SchemaCostTest::sameStringHash))),
                schema("the same field", length -> record(fields(length / 30, i -> "field"))),
                schema(
                        "types",
                        length ->
                                "[" + list(length / 45, i -> "{\"type\":\"fixed\",\"size\":1,\"name\":\"N" + i + "\"}")
                                        + "]"),
                schema(
                        "types in a row",
                        length -> record(list(
                                length / 70,
                                i -> String.format(
                                        "{\"name\":\"f%05x\",\"type\":{\"type\":\"fixed\",\"size\":1,\"name\":\"N%05x\"}}",
                                        i, i)))),
                schema(
                        "one type again and again",
                        length -> record("{\"name\":\"first\",\"type\":{\"type\":\"fixed\",\"size\":1,\"name\":\"N\"}},"
                                + list(length / 30, i -> String.format("{\"name\":\"f%05x\",\"type\":\"N\"}", i)))),
                schema(
                        "nullable fields",
                        length -> record(list(
                                length / 60,
                                i -> String.format(
                                        "{\"name\":\"f%05x\",\"type\":[\"null\",\"int\"],\"default\":null}", i)))),
                schema(
                        "symbols",
                        length -> "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":["
                                + list(length / 10, i -> String.format("\"S%05x\"", i)) + "]}"),
                schema(
                        "symbols of one hash",
                        length -> "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":["
                                + list(length / 36, i -> "\"" + sameStringHash(i) + "\"") + "]}"),
                schema(
                        "properties",
                        length -> "{\"type\":\"int\"," + list(length / 11, i -> String.format("\"p%05x\":0", i)) + "}"),
                schema(
                        "aliases",
                        length -> "{\"type\":\"fixed\",\"size\":1,\"name\":\"N\",\"aliases\":["
                                + list(length / 10, i -> String.format("\"A%05x\"", i)) + "]}"),
                schema(
                        "a long default",
                        length -> record("{\"name\":\"f\",\"type\":{\"type\":\"array\",\"items\":\"int\"},\"default\":["
                                + list(length / 2, i -> "1") + "]}")),
                schema(
                        "a long sentence",
                        length -> record("{\"name\":\"f\",\"type\":\"int\",\"doc\":\"" + "x".repeat(length) + "\"}")),
                schema("brackets", length -> "[".repeat(length)),
                schema(
                        "deep enough, and often",
                        length -> "["
                                + list(
                                        length / 3000,
                                        i -> "{\"type\":\"array\",\"items\":".repeat(100) + "\"int\"" + "}".repeat(100))
                                + "]"));
    }

    private static Arguments schema(String what, IntFunction<String> text) {
        return arguments(what, text);
    }

    private static String record(String fields) {
        return "{\"type\":\"record\",\"name\":\"R\",\"fields\":[" + fields + "]}";
    }

    private static String fields(int count, IntFunction<String> name) {
        return list(count, i -> "{\"name\":\"" + name.apply(i) + "\",\"type\":\"int\"}");
    }

    private static String list(int count, IntFunction<String> element) {
        return IntStream.range(0, count).mapToObj(element).collect(Collectors.joining(","));
    }

    /** "Aa" and "BB" have one hash; so has every word made of them. */
    private static String sameStringHash(int i) {
        StringBuilder word = new StringBuilder();
        for (int bit = 0; bit < 16; bit++) {
            word.append(((i >> bit) & 1) == 0 ? "Aa" : "BB");
        }
        return word.toString();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("attacks")
    void judgementCostsAsMuchAsTheTextIsLong(String what, IntFunction<String> attack) {
        // Given
        int most = RegisteredSchema.TEXT_MAX * 9 / 10;
        String large = attack.apply(most);
        String small = attack.apply(most / PIECES);
        assertThat(large.length()).isBetween(RegisteredSchema.TEXT_MAX / 2, RegisteredSchema.TEXT_MAX);

        // Then
        LinearCost.require(what, () -> judge(large), () -> judge(small), PIECES);
    }

    private static void judge(String text) {
        assertThat(RegisteredSchema.judge(1, "AVRO", text, false)).isNotNull();
    }
}
