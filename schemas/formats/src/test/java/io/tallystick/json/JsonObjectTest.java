// SPDX-License-Identifier: Apache-2.0
package io.tallystick.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class JsonObjectTest {
    private static final JsonObject OBJECT = parse(
            "{\"s\":\"x\",\"n\":5,\"neg\":-1,\"big\":9007199254740992,\"f\":5.0,\"b\":true,\"o\":{},\"a\":[\"x\",1],\"z\":null}");

    @Test
    void membersAreReadByType() throws Exception {
        assertThat(OBJECT.string("s")).isEqualTo("x");
        assertThat(OBJECT.longValue("neg")).isEqualTo(-1);
        assertThat(OBJECT.natural("n")).isEqualTo(5);
        assertThat(OBJECT.bool("b")).isTrue();
        assertThat(OBJECT.object("o").members()).isEmpty();
        assertThat(OBJECT.array("a").size()).isEqualTo(2);
        assertThat(OBJECT.has("z")).isTrue();
    }

    @Test
    void absentOptionalMembersAreEmpty() throws Exception {
        assertThat(OBJECT.optionalString("no")).isEmpty();
        assertThat(OBJECT.optionalLong("no")).isEmpty();
        assertThat(OBJECT.optionalNatural("no")).isEmpty();
        assertThat(OBJECT.optionalObject("no")).isEmpty();
        assertThat(OBJECT.optionalArray("no")).isEmpty();
        assertThat(OBJECT.value("no")).isEmpty();
    }

    @Test
    void aMissingMemberIsNamed() {
        assertRefused(() -> OBJECT.string("no"), "member 'no' is missing");
        assertRefused(() -> OBJECT.longValue("no"), "member 'no' is missing");
        assertRefused(() -> OBJECT.bool("no"), "member 'no' is missing");
        assertRefused(() -> OBJECT.object("no"), "member 'no' is missing");
        assertRefused(() -> OBJECT.array("no"), "member 'no' is missing");
    }

    @Test
    void aMemberOfAnotherTypeIsNamed() {
        assertRefused(() -> OBJECT.string("n"), "member 'n' is not a string");
        assertRefused(() -> OBJECT.optionalString("z"), "member 'z' is not a string");
        assertRefused(() -> OBJECT.longValue("s"), "member 's' is not a number");
        assertRefused(() -> OBJECT.bool("n"), "member 'n' is not true or false");
        assertRefused(() -> OBJECT.object("a"), "member 'a' is not an object");
        assertRefused(() -> OBJECT.array("o"), "member 'o' is not an array");
        assertRefused(() -> OBJECT.array("a").strings(), "element 1 of the array is not a string");
        assertRefused(() -> OBJECT.array("a").objects(), "element 0 of the array is not an object");
    }

    @Test
    void onlyExactIntegersAreIntegers() {
        assertRefused(() -> OBJECT.longValue("f"), "member 'f' is not an integer");
        assertRefused(() -> OBJECT.longValue("big"), "member 'big' is not an integer of magnitude at most 2^53-1");
        assertRefused(() -> OBJECT.natural("neg"), "member 'neg' is negative: -1");
        assertRefused(() -> OBJECT.optionalNatural("neg"), "member 'neg' is negative: -1");
    }

    @Test
    void anUnknownMemberIsNamed() {
        assertRefused(() -> OBJECT.requireOnly("s", "n", "neg", "big"), "unknown member 'f'");
    }

    @Test
    void theBuilderLeavesOutWhatIsAbsentAndTakesEachNameOnce() {
        // Given
        JsonObject.Builder builder = JsonObject.builder()
                .put("s", Optional.of("x"))
                .put("none", Optional.empty())
                .put("n", OptionalLong.of(5))
                .put("noneEither", OptionalLong.empty())
                .put("b", false)
                .put("l", JsonArray.ofStrings(List.of("p", "q")));

        // When
        JsonObject object = builder.build();

        // Then
        assertThat(object).isEqualTo(parse("{\"b\":false,\"l\":[\"p\",\"q\"],\"n\":5,\"s\":\"x\"}"));
        assertThatThrownBy(() -> builder.put("s", "again"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("member 's' was put before");
    }

    private static JsonObject parse(String json) {
        try {
            return JsonParser.parseObject(json.getBytes(UTF_8), 4);
        } catch (JsonException e) {
            throw new AssertionError(e);
        }
    }

    private static void assertRefused(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(JsonException.class).hasMessageContaining(message);
    }
}
