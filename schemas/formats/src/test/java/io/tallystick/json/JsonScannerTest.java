// SPDX-License-Identifier: Apache-2.0
package io.tallystick.json;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.tallystick.json.JsonException.Fault;
import io.tallystick.json.JsonScanner.Limits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonScannerTest {
    @Test
    void negativeDepthIsRefusedWhateverTheText() {
        for (String json : List.of("1", "[]", "nonsense")) {
            assertThatThrownBy(() -> JsonScanner.minify(json.getBytes(UTF_8), -1))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    private static final Duration SOON = Duration.ofSeconds(10);

    @Test
    void onlyInsignificantWhitespaceIsRemoved() throws Exception {
        // Given
        String json = " {\t\"b\\u0041 \" : [ 1.0 , -0E+00 , \" \\/ \\t \" ] ,\r\n \"a\" : { } , \"c\" : [ ] } \n";

        // When
        byte[] minified = JsonScanner.minify(json.getBytes(UTF_8), 64);

        // Then
        assertThat(new String(minified, UTF_8))
                .isEqualTo("{\"b\\u0041 \":[1.0,-0E+00,\" \\/ \\t \"],\"a\":{},\"c\":[]}");
    }

    @Test
    void nothingToRemoveGivesTheSameArray() throws Exception {
        // Given
        byte[] json = "{\"a b\":[1,2,\" \"]}".getBytes(UTF_8);

        // When
        byte[] minified = JsonScanner.minify(json, 64);

        // Then
        assertThat(minified).isSameAs(json);
    }

    @Test
    void theInputIsLeftAsItIs() throws Exception {
        // Given
        byte[] json = " [ 1 ] ".getBytes(UTF_8);

        // When
        byte[] minified = JsonScanner.minify(json, 64);

        // Then
        assertThat(minified).asString(UTF_8).isEqualTo("[1]");
        assertThat(json).asString(UTF_8).isEqualTo(" [ 1 ] ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "\"\"", "true", "null", " 1e400 ", "-0.0", "99999999999999999999999999"})
    void aScalarIsATextOfDepthZero(String json) {
        // Given
        Limits flat = new Limits(0, true);

        // When, Then
        assertThatCode(() -> JsonScanner.check(json.getBytes(UTF_8), flat)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                // Not JSON: where and why it ends.
                "''|NOT_JSON|0",
                "'  '|NOT_JSON|2",
                "'{'|NOT_JSON|1",
                "'[1,]'|NOT_JSON|3",
                "'[1 2]'|NOT_JSON|3",
                "'{\"a\"}'|NOT_JSON|4",
                "'{\"a\":1,}'|NOT_JSON|7",
                "'{a:1}'|NOT_JSON|1",
                "'[1}'|NOT_JSON|2",
                "'{\"a\":1]'|NOT_JSON|6",
                "'01'|NOT_JSON|1",
                "'1.'|NOT_JSON|2",
                "'1e+'|NOT_JSON|3",
                "'-'|NOT_JSON|1",
                "'+1'|NOT_JSON|0",
                "'.5'|NOT_JSON|0",
                "'NaN'|NOT_JSON|0",
                "'tru'|NOT_JSON|3",
                "'nulL'|NOT_JSON|3",
                "'True'|NOT_JSON|0",
                "'1 2'|NOT_JSON|2",
                "'\"abc'|NOT_JSON|4",
                "'\"\\x\"'|NOT_JSON|2",
                "'\"\\u00g0\"'|NOT_JSON|5",
                "'\"\\'|NOT_JSON|2",
                "'\"a\tb\"'|NOT_JSON|2",
                "'// no'|NOT_JSON|0",
                "'\uFEFF1'|BYTE_ORDER_MARK|0",
                "'1\uFEFF'|NOT_JSON|1",
                "'\u00a01'|NOT_JSON|0",
                // Depth.
                "'[[[]]]'|TOO_DEEP|2",
                "'[{\"a\":{}}]'|TOO_DEEP|6",
                // Names.
                "'{\"a\":1,\"a\":2}'|DUPLICATE_NAME|7",
                "'{\"a\":1,\"\\u0061\":2}'|DUPLICATE_NAME|7",
                "'{\"\\n\":1,\"\\u000A\":2}'|DUPLICATE_NAME|8",
                "'{\"😀\":1,\"\\ud83d\\ude00\":2}'|DUPLICATE_NAME|10",
                "'{\"\":1,\"\":2}'|DUPLICATE_NAME|6",
                "'{\"a\":{},\"b\":{},\"a\":{}}'|DUPLICATE_NAME|15",
                "'{\"a\":{\"b\":1,\"b\":2},\"a\":3}'|DUPLICATE_NAME|12",
                // Surrogates.
                "'\"\\ud800\"'|LONE_SURROGATE|1",
                "'\"ab\\uDfFf\"'|LONE_SURROGATE|3",
                "'\"\\ude00\\ud83d\"'|LONE_SURROGATE|1",
                "'\"\\ud83d\\u0041\"'|LONE_SURROGATE|1",
                "'\"\\ud83d\\n\"'|LONE_SURROGATE|1",
                "'{\"\\udc00\":1}'|LONE_SURROGATE|2",
                // Reserved member.
                "'{\"$sealed\":1}'|RESERVED_MEMBER|1",
                "'[{\"a\":1,\"\\u0024s\\u0065aled\":1}]'|RESERVED_MEMBER|8",
                // Precedence: what concerns the whole input first.
                "'{\"a\":1,\"a\":\"\\ud800\",\"$sealed\":[[[[\"'|NOT_JSON|35",
                "'{\"$sealed\":\"\\ud800\",\"a\":1,\"a\":{\"b\":{}}}'|TOO_DEEP|35",
                "'{\"$sealed\":\"\\ud800\",\"a\":1,\"a\":{}}'|DUPLICATE_NAME|26",
                "'{\"$sealed\":\"\\ud800\"}'|LONE_SURROGATE|12",
            })
    void aFaultIsNamedWithItsPlace(String json, Fault fault, int offset) {
        // Given
        byte[] bytes = json.getBytes(UTF_8);

        // When
        JsonException refusal =
                catchThrowableOfType(JsonException.class, () -> JsonScanner.check(bytes, new Limits(2, true)));

        // Then
        assertThat(refusal).isNotNull();
        assertThat(refusal.fault()).isEqualTo(fault);
        assertThat(refusal.offset()).isEqualTo(offset);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "a lone continuation byte|'\"\u0080\"'|1",
                "an overlong slash|'\"\u00c0\u00af\"'|1",
                "an overlong form of three bytes|'\"\u00e0\u0080\u00af\"'|1",
                "an overlong form of four bytes|'\"\u00f0\u0080\u0080\u00af\"'|1",
                "a surrogate code point|'\"\u00ed\u00a0\u0080\"'|1",
                "above U+10FFFF|'\"\u00f4\u0090\u0080\u0080\"'|1",
                "a lead that never is|'\"\u00f5\u0080\u0080\u0080\"'|1",
                "a sequence cut off by the end|'\"\u00e2\u0082'|1",
                "a sequence cut off by a quote|'\"\u00e2\u0082\"'|1",
                "behind the value|'1 \u00ff'|2",
                "behind a syntax error|'[1}  \"\u00ff\"'|6",
                "behind a lesser fault|'{\"a\":1,\"a\":\"\u00ff\"}'|12",
            })
    void illFormedUtf8IsRefusedWhereverItStands(String what, String latin1, int offset) {
        // Given
        byte[] bytes = latin1.getBytes(ISO_8859_1);

        // When
        JsonException refusal = catchThrowableOfType(JsonException.class, () -> JsonScanner.check(bytes, Limits.INPUT));

        // Then
        assertThat(refusal).as(what).isNotNull();
        assertThat(refusal.fault()).isEqualTo(Fault.NOT_UTF8);
        assertThat(refusal.offset()).isEqualTo(offset);
        assertThat(refusal.isWellFormedJson()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "'\uFEFF{}'|true",
                "'\uFEFF{\"a\":1,\"a\":1}'|true",
                "'\uFEFF{'|false",
                "'\uFEFF\uFEFF{}'|false",
                "'\uFEFF'|false",
                "'[[[]]]'|true",
                "'{\"$sealed\":1}'|true",
                "'\"\\ud800\"'|true",
                "'{\"a\":1,\"a\":1}'|true",
                "'plain text'|false"
            })
    void aRefusalTellsWhetherTheTextIsJsonAtAll(String json, boolean wellFormed) {
        // Given
        byte[] bytes = json.getBytes(UTF_8);

        // When
        JsonException refusal =
                catchThrowableOfType(JsonException.class, () -> JsonScanner.check(bytes, new Limits(2, true)));

        // Then
        assertThat(refusal.isWellFormedJson()).isEqualTo(wellFormed);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"sealed\":1,\"$Sealed\":2,\"$sealed2\":3,\"$seale\":4}",
                "[\"$sealed\"]",
                "{\"a\":\"$sealed\"}",
                "{\"a\":1,\"A\":2,\"\u00e9\":3,\"e\u0301\":4}",
                "[{\"a\":1},{\"a\":1}]",
                "{\"a\":{\"a\":{\"a\":1}}}",
                "\"\\ud83d\\ude00 \\uD83D\\uDE00\"",
                "\"\uFEFF\u007f\u0080\uFFFF\"",
            })
    void whatOnlyLooksLikeAFaultIsAccepted(String json) {
        // Given
        byte[] bytes = json.getBytes(UTF_8);

        // When, Then
        assertThatCode(() -> JsonScanner.check(bytes, Limits.INPUT)).doesNotThrowAnyException();
    }

    @Test
    void theReservedMemberIsAnOrdinaryNameWhereTheLimitsSaySo() {
        // Given
        byte[] json = "{\"$sealed\":1}".getBytes(UTF_8);

        // When, Then
        assertThatCode(() -> JsonScanner.check(json, new Limits(64, false))).doesNotThrowAnyException();
    }

    @Test
    void sixtyFourLevelsAreAcceptedAndSixtyFiveAreNot() {
        // Given
        byte[] deep = ("[".repeat(64) + "]".repeat(64)).getBytes(UTF_8);
        byte[] tooDeep = ("[".repeat(65) + "]".repeat(65)).getBytes(UTF_8);

        // When, Then
        assertThatCode(() -> JsonScanner.check(deep, Limits.INPUT)).doesNotThrowAnyException();
        assertThatThrownBy(() -> JsonScanner.check(tooDeep, Limits.INPUT))
                .isInstanceOf(JsonException.class)
                .hasMessage("nested deeper than 64, at byte 64");
    }

    @Test
    void aMillionOpenBracketsAreRefusedAsNotJson() {
        // Given
        byte[] arrays = "[".repeat(1_000_000).getBytes(UTF_8);
        byte[] objects = "{\"a\":".repeat(200_000).getBytes(UTF_8);

        // When, Then
        assertTimeoutPreemptively(SOON, () -> {
            assertFault(arrays, Fault.NOT_JSON);
            assertFault(objects, Fault.NOT_JSON);
        });
    }

    @Test
    void aMillionClosedBracketsAreRefusedAsTooDeep() {
        // Given
        byte[] json = ("[".repeat(500_000) + "]".repeat(500_000)).getBytes(UTF_8);

        // When, Then
        assertTimeoutPreemptively(SOON, () -> assertFault(json, Fault.TOO_DEEP));
    }

    @Test
    void manyNamesAreComparedInGoodTime() throws Exception {
        // Given
        List<String> members = new ArrayList<>();
        for (int i = 0; i < 100_000; i++) {
            members.add("\"n" + i + "\":0");
        }
        byte[] unique = ("{" + String.join(",", members) + "}").getBytes(UTF_8);
        members.add("\"\\u006e77777\":0");
        byte[] repeated = ("{" + String.join(",", members) + "}").getBytes(UTF_8);

        // When, Then
        assertTimeoutPreemptively(SOON, () -> {
            JsonScanner.check(unique, Limits.INPUT);
            assertFault(repeated, Fault.DUPLICATE_NAME);
        });
    }

    @Test
    void namesMadeToCollideAreComparedInGoodTime() {
        // Given names equal in length and in their first and last eight bytes, which is all the fingerprint sees
        List<String> members = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            members.add(String.format("\"aaaaaaaa%08dzzzzzzzz\":0", i));
        }
        byte[] unique = ("{" + String.join(",", members) + "}").getBytes(UTF_8);
        members.add("\"aaaaaaaa\\u003000\\u003112\\u00334zzzzzzzz\":0");
        String repeatedText = "{" + String.join(",", members) + "}";
        byte[] repeated = repeatedText.getBytes(UTF_8);

        // When, Then
        assertTimeoutPreemptively(SOON, () -> {
            JsonScanner.check(unique, Limits.INPUT);
            JsonException refusal =
                    catchThrowableOfType(JsonException.class, () -> JsonScanner.check(repeated, Limits.INPUT));
            assertThat(refusal.fault()).isEqualTo(Fault.DUPLICATE_NAME);
            assertThat(refusal.offset()).isEqualTo(repeatedText.lastIndexOf("\"aaaaaaaa"));
        });
    }

    @Test
    void ofSeveralDuplicatesTheFirstInTheTextIsReported() {
        // Given more names than are compared pairwise
        String json = "{\"a\":1,\"b\":2,\"c\":3,\"d\":4,\"e\":5,\"f\":6,\"g\":7,\"h\":8,\"i\":9,\"b\":0,\"a\":0}";

        // When
        JsonException refusal =
                catchThrowableOfType(JsonException.class, () -> JsonScanner.check(json.getBytes(UTF_8), Limits.INPUT));

        // Then
        assertThat(refusal.offset()).isEqualTo(json.lastIndexOf("\"b\""));
    }

    @Test
    void aNegativeDepthIsRefused() {
        assertThatThrownBy(() -> new Limits(-1, true)).isInstanceOf(IllegalArgumentException.class);
    }

    private static void assertFault(byte[] json, Fault fault) {
        JsonException refusal = catchThrowableOfType(JsonException.class, () -> JsonScanner.check(json, Limits.INPUT));
        assertThat(refusal).isNotNull();
        assertThat(refusal.fault()).isEqualTo(fault);
    }
}
