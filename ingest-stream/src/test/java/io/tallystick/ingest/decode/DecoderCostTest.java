// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.decode;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Values made to cost more than their size: in memory at most so much a byte, and in CPU time about what as much costs in small
 * values.
 */
class DecoderCostTest {
    private static final int LARGE = 1024 * 1024;
    private static final int PIECES = 64;
    private static final long ALLOCATED_PER_BYTE = 96;
    private static final long ALLOCATED_FREE = 128 * 1024;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** 1 is an array of nulls, 2 a map of records without fields, 3 a list of itself, 4 an array of strings. */
    private static final String[] SCHEMAS = {
        "\"null\"",
        "{\"type\":\"array\",\"items\":\"null\"}",
        "{\"type\":\"map\",\"values\":{\"type\":\"record\",\"name\":\"E\",\"fields\":[]}}",
        "{\"type\":\"record\",\"name\":\"L\",\"fields\":[{\"name\":\"n\",\"type\":{\"type\":\"array\",\"items\":\"L\"}}]}",
        "{\"type\":\"array\",\"items\":\"string\"}"
    };

    private static final Decoder DECODER = new Decoder(
            Decoder.EVENT_BYTES_MAX, "operator", id -> RegisteredSchema.judge(id, "AVRO", SCHEMAS[id], false));

    static Stream<Arguments> attacks() {
        return Stream.of(
                json("names of one object", bytes -> object(bytes / 11, i -> String.format("%05x", i))),
                json(
                        "names with equal ends",
                        bytes -> object(bytes / 28, i -> String.format("abcdefgh%06xabcdefgh", i))),
                json("names with equal fingerprints", bytes -> object(bytes / 47, DecoderCostTest::colliding)),
                json(
                        "names with escapes",
                        bytes -> object(bytes / 36, i -> String.format("\\u0061\\u0062\\u0063%012d", i))),
                json("the same name", bytes -> object(bytes / 10, i -> "name")),
                json("names beyond ASCII", bytes -> object(bytes / 17, i -> String.format("\u00c3\u00a9%09d", i))),
                json("small objects", bytes -> list(bytes / 8, "{\"a\":1}")),
                json("escapes", bytes -> "\"" + "\\u00e9\\\\\\n".repeat(bytes / 10) + "\""),
                json("backslashes cut off", bytes -> "\"" + "\\\\".repeat(bytes / 2 - 2) + "\\"),
                json("surrogates", bytes -> "\"" + "\\ud83d\\ude00".repeat(bytes / 12 - 1) + "\""),
                json("lone surrogates", bytes -> "\"" + "\\ud83d".repeat(bytes / 6 - 1) + "\""),
                json("open brackets", bytes -> "[".repeat(bytes)),
                json("deep arrays", bytes -> "[".repeat(bytes / 2) + "]".repeat(bytes / 2)),
                json("deep objects", bytes -> "{\"a\":".repeat(bytes / 6 - 1) + "1" + "}".repeat(bytes / 6 - 1)),
                json("a long number", bytes -> "9".repeat(bytes)),
                json("many numbers", bytes -> list(bytes / 2, "1")),
                json("white space", bytes -> " ".repeat(bytes - 1) + "1"),
                json("white space between", bytes -> list(bytes / 4, "1 \n")),
                json("ill-formed at the end", bytes -> "\"" + "\u00c3\u00a9".repeat(bytes / 2 - 2) + "\u00c3"),
                json("fault before ill-formed", bytes -> "x" + "\u00c3\u00a9".repeat(bytes / 2 - 2) + "\u00c3"),
                json("byte order mark", bytes -> "\u00ef\u00bb\u00bf" + "[".repeat(bytes - 3)),
                structured("members", bytes -> object(bytes / 11, i -> String.format("%05x", i))),
                structured("members of one hash", bytes -> object(bytes / 38, DecoderCostTest::sameStringHash)),
                structured("nested data", bytes -> "{\"data\":" + list(bytes / 9, "{\"a\":[]}") + "}"),
                structured("base64", bytes -> "{\"data_base64\":\"" + "AAAA".repeat(bytes / 4 - 6) + "\"}"),
                avro("strings", 4, bytes -> block(bytes, "\u0002a")),
                avro("blocks of one", 4, bytes -> "\u0002\u0002a".repeat(bytes / 3 - 2) + "\u0000"),
                avro(
                        "blocks that state their size",
                        4,
                        bytes -> "\u0001\u0004\u0002a".repeat(bytes / 4 - 2) + "\u0000"),
                avro("nulls", 1, bytes -> "\u0002".repeat(bytes - 6) + "\u0000"),
                avro("blocks of nulls", 1, bytes -> "~".repeat(bytes - 6) + "\u0000"),
                avro("empty records", 2, bytes -> "\u0002\u0002a".repeat(bytes / 3 - 2) + "\u0000"),
                avro("lists of lists", 3, bytes -> "\u0002".repeat(bytes - 5)),
                avro("one long length", 4, bytes -> "\u0002\u00fe\u00ff\u00ff\u00ff\u000f" + "a".repeat(bytes - 16)));
    }

    private static Arguments json(String what, IntFunction<String> value) {
        return arguments(what, (IntFunction<SourceRecord>) bytes -> Records.plain()
                .header("content-type", "application/json")
                .value(value.apply(bytes).getBytes(ISO_8859_1))
                .build());
    }

    private static Arguments structured(String what, IntFunction<String> value) {
        return arguments("structured: " + what, (IntFunction<SourceRecord>)
                bytes -> Records.structured(value.apply(bytes)).build());
    }

    private static Arguments avro(String what, int schema, IntFunction<String> datum) {
        return arguments("Avro: " + what, (IntFunction<SourceRecord>) bytes -> {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.writeBytes(new byte[] {0, 0, 0, 0, (byte) schema});
            out.writeBytes(datum.apply(bytes).getBytes(ISO_8859_1));
            return Records.plain().value(out.toByteArray()).build();
        });
    }

    private static String object(int names, IntFunction<String> name) {
        return IntStream.range(0, names)
                .mapToObj(i -> "\"" + name.apply(i) + "\":0")
                .collect(Collectors.joining(",", "{", "}"));
    }

    private static String list(int times, String element) {
        return Stream.generate(() -> element).limit(times).collect(Collectors.joining(",", "[", "]"));
    }

    /** Names that differ in the middle only, which the table of names does not look at. */
    private static String colliding(int i) {
        return String.format("aaaaaaaa%024dzzzzzzzz", i);
    }

    /** "Aa" and "BB" have one hash as strings; so has every word made of them. */
    private static String sameStringHash(int i) {
        StringBuilder word = new StringBuilder();
        for (int bit = 0; bit < 16; bit++) {
            word.append(((i >> bit) & 1) == 0 ? "Aa" : "BB");
        }
        return word.toString();
    }

    /** One block of as many items as there is room for, its count as a varint of three bytes. */
    private static String block(int bytes, String item) {
        int count = (bytes - 10) / item.length();
        int raw = 2 * count;
        return "" + (char) ((raw & 0x7f) | 0x80) + (char) (((raw >> 7) & 0x7f) | 0x80) + (char) (raw >> 14)
                + item.repeat(count) + "\u0000";
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("attacks")
    void costGrowsWithTheSizeAndNoFaster(String what, IntFunction<SourceRecord> attack) {
        // Given
        SourceRecord small = attack.apply(LARGE / PIECES);
        SourceRecord large = attack.apply(LARGE - 64);
        DECODER.decode(small);

        // When
        long before = THREADS.getCurrentThreadAllocatedBytes();
        Decoded decoded = DECODER.decode(large);
        long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;

        // Then
        assertThat(large.value().orElseThrow().length()).isBetween(LARGE / 2, LARGE);
        assertThat(decoded).isNotInstanceOf(Decoded.Waiting.class);
        assertThat(allocated).isLessThan(ALLOCATED_FREE + ALLOCATED_PER_BYTE * LARGE);
        LinearCost.require(what, () -> DECODER.decode(large), () -> DECODER.decode(small), PIECES);
    }
}
