// SPDX-License-Identifier: Apache-2.0
package io.tallystick.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.fixtures.SamplePayloads;
import io.tallystick.fixtures.TestSeed;
import io.tallystick.json.JsonScanner.Limits;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the quick pass accepts is what the scanner accepts; on everything else it has no opinion. */
class QuickScanTest {
    private static final int TEXTS = 50_000;
    private static final Limits FEW = new Limits(4, true);

    private final QuickScan quick = new QuickScan();

    private static byte[] utf8(String text) {
        return text.getBytes(UTF_8);
    }

    /** The scanner's bytes, or null for a refusal. */
    private static byte[] exact(byte[] json, Limits limits) {
        try {
            return JsonScanner.scan(json, limits, true);
        } catch (JsonException refused) {
            return null;
        }
    }

    @Test
    void randomAndDamagedTextsAreAcceptedOnlyIfTheScannerAcceptsThem() {
        // Given one instance for all, so that nothing of one text stays for the next
        Random random = TestSeed.random("quick scan");
        int accepted = 0;

        for (int i = 0; i < TEXTS; i++) {
            byte[] sound = RandomJson.next(random);
            byte[] json = i % 2 == 0 ? sound : RandomJson.damage(random, sound);

            // When
            byte[] result = quick.offer(json, FEW.maxDepth(), true);

            // Then
            if (result != null) {
                accepted++;
                assertThat(result).as(new String(json, UTF_8)).isEqualTo(exact(json, FEW));
            }
        }
        assertThat(accepted).isGreaterThan(TEXTS / 20);
    }

    @Test
    void realEventsDamagedAnywhereAreAcceptedOnlyIfTheScannerAcceptsThem() {
        // Given
        Random random = TestSeed.random("damaged events");
        List<byte[]> events = SamplePayloads.realEvents();

        for (int i = 0; i < TEXTS / 5; i++) {
            byte[] json = RandomJson.damage(random, events.get(random.nextInt(events.size())));

            // When
            byte[] result = quick.offer(json, Limits.INPUT.maxDepth(), true);

            // Then
            if (result != null) {
                assertThat(result).isEqualTo(exact(json, Limits.INPUT));
            }
        }
    }

    @Test
    void realEventsAreAcceptedWithoutACopy() {
        List<byte[]> events = SamplePayloads.realEvents();
        assertThat(events.stream().filter(event -> quick.offer(event, 64, true) == event))
                .hasSameSizeAs(events);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\":1,\"a\":2}",
                "{\"a\":{\"b\":1},\"c\":2,\"a\":2}",
                "{\"abcdefgh\":1,\"abcdefgh\":2}",
                "{\"abcdefghijklmnop\":1,\"abcdefghijklmnop\":2}",
                "[[],{\"\":1,\"\":2}]",
                "{\"a\":1,\"\\u0061\":2}",
                "{\"é\":1,\"é\":2}",
                "{\"a\":[{\"$sealed\":1}]}",
                "[\"\\ud800\",1,2]",
                "[\"\\udc00\",1,2]",
                "[\"\\ud800\\u0041\",1]",
                "[\"\\u12G4\",1,2]",
                "[\"\\x\",1,2,3,4]",
                "[1,2,3,4,5,6,7,]",
                "[01,2,3,4,5,6]",
                "[1.,2,3,4,5,6]",
                "[1e,2,3,4,5,6]",
                "[-,2,3,4,5,6]",
                "[truE,2,3,4,5]",
                "[nul,2,3,4,5,6]",
                "[1,2,3,4,5,6}",
                "{\"a\":1]      ",
                "[1,2,3,4,5,6] 7",
                "[1,2,3,4,5,6",
                "\"abcdefghijk",
                "\"abcdefghijklmnopqrstuvw\u0001\"",
                "\ufeff[1,2,3,4,5]",
                "        ",
                "[]"
            })
    void whatIsAFaultOrRareIsLeftToTheScanner(String text) {
        assertThat(quick.offer(utf8(text), 64, true)).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[1,2,3,4,5,6]",
                "  \"abcd\"  ",
                "{\"a\":{\"a\":{\"a\":1}},\"b\":{\"a\":2}}",
                "[{\"a\":1},{\"a\":2},{\"a\":3}]",
                "{\"abcdefgh\":1,\"abcdefg\":2,\"abcdefghi\":3}",
                "{\"$seale\":1,\"$sealedd\":2,\"sealed\":3,\"\":4}",
                "[\"\\ud83d\\ude00\",\"é€😀\",\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"]",
                "[ true , false , null , -0.5e+10 , 1E400 ]",
                "{ \"a\" : [ ] , \"b\" : { } }\r\n",
                "\"aaaaaaaaaaaaaaa\\u0000bbbbbbbbbbbbbbbb\""
            })
    void whatIsSoundAndPlainIsAccepted(String text) {
        // When
        byte[] result = quick.offer(utf8(text), 64, true);

        // Then
        assertThat(result).isNotNull().isEqualTo(exact(utf8(text), Limits.INPUT));
    }

    @Test
    void depthIsCountedAndTextsWithThousandsOfNamesAreLeftToTheScanner() {
        // Given
        String names =
                IntStream.range(0, 20_000).mapToObj(i -> "\"" + i + "\":0").collect(Collectors.joining(",", "{", "}"));

        // Then
        assertThat(quick.offer(utf8("[".repeat(8) + "]".repeat(8)), 8, true)).isNotNull();
        assertThat(quick.offer(utf8("[".repeat(9) + "]".repeat(9)), 8, true)).isNull();
        assertThat(quick.offer(utf8("[".repeat(63) + "]".repeat(63)), 64, true)).isNotNull();
        assertThat(quick.offer(utf8("[".repeat(64) + "]".repeat(64)), 64, true)).isNull();
        assertThat(quick.offer(utf8(names), 64, true)).isNull();
        assertThat(exact(utf8(names), Limits.INPUT)).isNotNull();
    }
}
