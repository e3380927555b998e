// SPDX-License-Identifier: Apache-2.0
package io.tallystick.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.fixtures.SamplePayloads;
import io.tallystick.fixtures.TestSeed;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class JcsTest {
    private static final int DEPTH = 64;

    @ParameterizedTest
    @ValueSource(strings = {"arrays", "french", "structures", "unicode", "values", "weird"})
    void theReferenceDataComesOutAsPublished(String name) throws Exception {
        // Given
        byte[] input = vector("cyberphone/input/" + name + ".json");
        byte[] output = vector("cyberphone/output/" + name + ".json");
        String hex = new String(vector("cyberphone/outhex/" + name + ".txt"), UTF_8).replaceAll("\\s", "");

        // When
        byte[] canonical = Jcs.encode(JsonParser.parse(input, DEPTH));

        // Then
        assertThat(canonical).isEqualTo(output).isEqualTo(HexFormat.of().parseHex(hex));
    }

    @Test
    void namesAreOrderedByUtf16CodeUnits() throws Exception {
        // Given
        byte[] input = vector("rfc8785/key_sorting_input.json");

        // When
        byte[] canonical = Jcs.encode(JsonParser.parse(input, DEPTH));

        // Then
        assertThat(canonical).isEqualTo(vector("rfc8785/key_sorting_output.json"));
    }

    static List<String> eventFiles() {
        return SamplePayloads.EVENT_FILES;
    }

    @ParameterizedTest
    @MethodSource("eventFiles")
    void realEventsAreCanonicalAfterOnePassWhateverTheOrderOfTheirMembers(String file) throws Exception {
        // Given
        Random random = TestSeed.random("shuffled members of " + file);
        for (byte[] event : SamplePayloads.realEvents(file)) {
            JsonValue value = JsonParser.parse(event, DEPTH);

            // When
            byte[] canonical = Jcs.encode(value);

            // Then
            assertThat(Jcs.encode(JsonParser.parse(canonical, DEPTH))).isEqualTo(canonical);
            assertThat(Jcs.encode(shuffled(random, value))).isEqualTo(canonical);
            assertThat(JsonScanner.minify(canonical, DEPTH)).isSameAs(canonical);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"\\u0000\\u001F\\u007f\\/\\\"\\\\\"|\"\\u0000\\u001f\u007f/\\\"\\\\\"",
                "\"\\u0008\\u0009\\u000a\\u000c\\u000D\"|\"\\b\\t\\n\\f\\r\"",
                "[1.0,1e2,-0,-0.0,1E21,0.1e-6,9007199254740993]|[1,100,0,0,1e+21,1e-7,9007199254740992]",
                "{ }|{}",
                "[ [ ] ]|[[]]",
                "-9223372036854775808|-9223372036854776000",
                "123456789012345678901234567890|1.2345678901234568e+29",
            })
    void eachValueHasOneSpelling(String json, String canonical) throws Exception {
        // Given
        JsonValue value = JsonParser.parse(json.getBytes(UTF_8), DEPTH);

        // When
        byte[] bytes = Jcs.encode(value);

        // Then
        assertThat(bytes).asString(UTF_8).isEqualTo(canonical);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\ud800", "a\udc00b", "\ude00\ud83d"})
    void aLoneSurrogateHasNoCanonicalForm(String text) {
        // Given
        JsonValue value = JsonArray.of(new JsonString(text));

        // When, Then
        assertThatThrownBy(() -> Jcs.encode(value))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("lone surrogate");
    }

    private static JsonValue shuffled(Random random, JsonValue value) {
        if (value instanceof JsonArray array) {
            return new JsonArray(
                    array.values().stream().map(item -> shuffled(random, item)).toList());
        }
        if (!(value instanceof JsonObject object)) {
            return value;
        }
        List<String> names = new ArrayList<>(object.members().keySet());
        Collections.shuffle(names, random);
        Map<String, JsonValue> members = new LinkedHashMap<>();
        names.forEach(
                name -> members.put(name, shuffled(random, object.members().get(name))));
        return new JsonObject(members);
    }

    private static byte[] vector(String name) throws IOException {
        try (InputStream in = JcsTest.class.getResourceAsStream("/vectors/jcs/" + name)) {
            return in.readAllBytes();
        }
    }
}
