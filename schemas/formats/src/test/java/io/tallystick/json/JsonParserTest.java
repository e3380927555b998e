// SPDX-License-Identifier: Apache-2.0
package io.tallystick.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tallystick.fixtures.SamplePayloads;
import io.tallystick.json.JsonException.Fault;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonParserTest {
    private static final int DEPTH = 64;

    static java.util.List<String> eventFiles() {
        return SamplePayloads.EVENT_FILES;
    }

    @ParameterizedTest
    @MethodSource("eventFiles")
    void realEventsAreReadAsAnotherLibraryReadsThem(String file) throws Exception {
        // Given
        ObjectMapper jackson = new ObjectMapper();
        for (byte[] event : SamplePayloads.realEvents(file)) {
            // When
            JsonValue value = JsonParser.parse(event, DEPTH);

            // Then
            assertSame(value, jackson.readTree(event));
        }
    }

    @Test
    void aTextOfTooManySmallValuesIsRefusedBeforeTheyFillTheMemory() throws Exception {
        // Given: arrays, which are values too
        byte[] most = ("[[" + "0,".repeat(JsonParser.VALUES_MAX - 3) + "0]]").getBytes(UTF_8);
        byte[] more = ("[[0," + "0,".repeat(JsonParser.VALUES_MAX - 3) + "0]]").getBytes(UTF_8);

        // Then
        assertThat(JsonParser.parse(most, DEPTH)).isInstanceOf(JsonArray.class);
        assertThat(catchThrowableOfType(JsonException.class, () -> JsonParser.parse(more, DEPTH)))
                .hasMessage("more than 2000000 values")
                .extracting(JsonException::fault)
                .isEqualTo(Fault.WRONG_SHAPE);
    }

    @Test
    void membersKeepTheirOrder() throws Exception {
        // Given
        byte[] json = "{\"b\":1, \"a\" : [ ] , \"\\u0063\":{\"x\" : \"\\ud83d\\ude00\\b\\/\"}}".getBytes(UTF_8);

        // When
        JsonObject object = JsonParser.parseObject(json, 2);

        // Then
        assertThat(object.members().keySet()).containsExactly("b", "a", "c");
        assertThat(object.object("c").string("x")).isEqualTo("😀\b/");
    }

    @ParameterizedTest
    @CsvSource({
        "0,0",
        "-1,-1",
        "9007199254740993,9007199254740993",
        "9223372036854775807,9223372036854775807",
        "-9223372036854775808,-9223372036854775808"
    })
    void anIntegerTokenIsKeptExactly(String token, long value) throws Exception {
        // When
        JsonNumber number = (JsonNumber) JsonParser.parse(token.getBytes(UTF_8), 0);

        // Then
        assertThat(number.integer()).isEqualTo(OptionalLong.of(value));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.0", "1e0", "-0", "9223372036854775808", "123456789012345678901234567890", "0.5"})
    void anyOtherNumberIsADouble(String token) throws Exception {
        // When
        JsonNumber number = (JsonNumber) JsonParser.parse(token.getBytes(UTF_8), 0);

        // Then
        assertThat(number.integer()).isEmpty();
        assertThat(number.doubleValue()).isEqualTo(Double.parseDouble(token));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"a\":1,\"a\":1}|DUPLICATE_NAME",
                "{\"a\":1}x|NOT_JSON",
                "\"\\ud800\"|LONE_SURROGATE",
                "[[[]]]|TOO_DEEP",
                "1e400|NOT_JSON",
                "[-1e999]|NOT_JSON",
            })
    void whatTheScannerOrTheRangeOfDoublesForbidsIsRefused(String json, Fault fault) {
        // When
        JsonException refusal =
                catchThrowableOfType(JsonException.class, () -> JsonParser.parse(json.getBytes(UTF_8), 2));

        // Then
        assertThat(refusal).isNotNull();
        assertThat(refusal.fault()).isEqualTo(fault);
    }

    @Test
    void anObjectIsNotAnythingElse() {
        assertThatThrownBy(() -> JsonParser.parseObject("[]".getBytes(UTF_8), 2))
                .isInstanceOf(JsonException.class)
                .hasMessage("not an object");
    }

    @Test
    void anUnreasonableDepthIsRefused() {
        assertThatThrownBy(() -> JsonParser.parse("1".getBytes(UTF_8), 257))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static void assertSame(JsonValue value, JsonNode node) {
        if (value instanceof JsonObject object) {
            assertThat(node.isObject()).isTrue();
            assertThat(node.size()).isEqualTo(object.members().size());
            for (Map.Entry<String, JsonValue> member : object.members().entrySet()) {
                assertSame(member.getValue(), node.get(member.getKey()));
            }
        } else if (value instanceof JsonArray array) {
            assertThat(node.isArray()).isTrue();
            assertThat(node.size()).isEqualTo(array.size());
            for (int i = 0; i < array.size(); i++) {
                assertSame(array.values().get(i), node.get(i));
            }
        } else if (value instanceof JsonString string) {
            assertThat(string.value()).isEqualTo(node.textValue());
        } else if (value instanceof JsonNumber number) {
            assertThat(number.doubleValue()).isEqualTo(node.doubleValue());
        } else if (value instanceof JsonBoolean bool) {
            assertThat(bool.value()).isEqualTo(node.booleanValue());
        } else {
            assertThat(node.isNull()).isTrue();
        }
    }
}
