// SPDX-License-Identifier: Apache-2.0
package io.tallystick.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tallystick.fixtures.SamplePayloads;
import io.tallystick.fixtures.TestSeed;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RealEventsTest {
    private static final int DEPTH = 64;
    private static final ObjectMapper JACKSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build();

    static List<String> files() {
        return SamplePayloads.EVENT_FILES;
    }

    @ParameterizedTest
    @MethodSource("files")
    void aMinifiedEventStaysAsItIs(String file) throws Exception {
        for (byte[] event : SamplePayloads.realEvents(file)) {
            assertThat(JsonScanner.minify(event, DEPTH)).isSameAs(event);
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void whitespacePutBetweenTokensIsRemovedAndNothingElse(String file) throws Exception {
        // Given
        Random random = TestSeed.random("whitespace in " + file);
        for (byte[] event : SamplePayloads.realEvents(file)) {
            byte[] spaced = spaced(random, event);

            // When
            byte[] minified = JsonScanner.minify(spaced, DEPTH);

            // Then
            assertThat(minified).isEqualTo(event);
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void anEventPrintedByAnotherLibraryKeepsItsTokensAndItsMeaning(String file) throws Exception {
        for (byte[] event : SamplePayloads.realEvents(file)) {
            // Given
            byte[] pretty = JACKSON.writeValueAsBytes(JACKSON.readTree(event));

            // When
            byte[] minified = JsonScanner.minify(pretty, DEPTH);

            // Then
            assertThat(tokens(minified)).isEqualTo(tokens(pretty));
            assertThat(JACKSON.readTree(minified)).isEqualTo(JACKSON.readTree(event));
            assertThat(JsonScanner.minify(minified, DEPTH)).isSameAs(minified);
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void aDamagedEventIsDecidedLikeTheReferenceDecides(String file) throws Exception {
        // Given
        Random random = TestSeed.random("damaged " + file);
        for (byte[] event : SamplePayloads.realEvents(file)) {
            byte[] damaged = RandomJson.damage(random, event);

            // When
            String decision;
            try {
                decision = new String(JsonScanner.minify(damaged, DEPTH), UTF_8);
            } catch (JsonException e) {
                decision = SlowJson.fault(e.fault(), e.offset());
            }

            // Then
            assertThat(decision).isEqualTo(SlowJson.decide(damaged, DEPTH));
        }
    }

    /** The text without any whitespace outside strings, found without a parser. */
    private static String tokens(byte[] json) {
        StringBuilder tokens = new StringBuilder();
        boolean inString = false;
        boolean escaped = false;
        for (char c : new String(json, UTF_8).toCharArray()) {
            if (inString || c > ' ') {
                tokens.append(c);
            }
            inString ^= c == '"' && !escaped;
            escaped = inString && c == '\\' && !escaped;
        }
        return tokens.toString();
    }

    private static byte[] spaced(Random random, byte[] json) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        boolean inString = false;
        boolean escaped = false;
        for (byte b : json) {
            boolean mark = !inString && "{}[],:".indexOf(b) >= 0;
            if (mark) {
                space(random, out);
            }
            out.write(b);
            if (mark) {
                space(random, out);
            }
            inString ^= b == '"' && !escaped;
            escaped = inString && b == '\\' && !escaped;
        }
        return out.toByteArray();
    }

    private static void space(Random random, ByteArrayOutputStream out) {
        for (int i = random.nextInt(4); i > 0; i--) {
            out.write(" \t\r\n".charAt(random.nextInt(4)));
        }
    }
}
