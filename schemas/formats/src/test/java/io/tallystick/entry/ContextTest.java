// SPDX-License-Identifier: Apache-2.0
package io.tallystick.entry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.fixtures.SampleEntries;
import io.tallystick.fixtures.TestSeed;
import io.tallystick.json.JsonScanner;
import io.tallystick.json.JsonScanner.Limits;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContextTest {
    @Test
    void aContextHasTheBytesOfItsTable() {
        // Given
        Context context = SampleEntries.context();

        // When
        byte[] bytes = context.encode();

        // Then
        assertThat(bytes)
                .asString(UTF_8)
                .isEqualTo("{\"actor\":\"u-1\",\"headers\":[{\"name\":\"trace\",\"value\":\"00-ab-01\"},"
                        + "{\"name\":\"raw\",\"value64\":\"/wA=\"},{\"name\":\"flag\"}],"
                        + "\"key\":\"order-17\",\"subject\":\"order/17\"}");
    }

    @Test
    void aContextComesBackAsItWas() throws Exception {
        // Given
        Context context = SampleEntries.context();

        // When
        Context decoded = Context.decode(context.encode());

        // Then
        assertThat(decoded).isEqualTo(context);
    }

    @Test
    void absentMembersAreLeftOut() {
        // Given
        Context context = of(List.of(), Optional.of(Bytes.of((byte) 0xC3)));

        // When
        byte[] bytes = context.encode();

        // Then
        assertThat(bytes).asString(UTF_8).isEqualTo("{\"key64\":\"ww==\"}");
    }

    @Test
    void anEmptyContextHasNoEncoding() {
        // Given
        Context context = of(List.of(), Optional.empty());

        // When, Then
        assertThat(context.isEmpty()).isTrue();
        assertThatThrownBy(context::encode).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void randomBytesComeBackAsTheyWere() throws Exception {
        // Given
        Random random = TestSeed.random("random contexts");
        for (int i = 0; i < 2_000; i++) {
            List<ContextHeader> headers = new ArrayList<>();
            for (int count = random.nextInt(5); count > 0; count--) {
                byte[] value = new byte[random.nextInt(6)];
                random.nextBytes(value);
                headers.add(new ContextHeader("h" + count, Optional.of(Bytes.of(value))));
            }
            Context context = of(headers, Optional.of(Bytes.utf8("k" + i)));

            // When
            byte[] bytes = context.encode();

            // Then
            assertThat(Context.decode(bytes)).isEqualTo(context);
            JsonScanner.check(bytes, Limits.INPUT);
        }
    }

    @Test
    void theLargestContextIsReadBack() throws Exception {
        // Given 16 KiB of control characters in 64 headers
        Bytes value = Bytes.of(new byte[(Context.BYTES_MAX - 64) / 64]);
        Context context = new Context(
                Optional.of("a".repeat(512)),
                Collections.nCopies(64, new ContextHeader("h", Optional.of(value))),
                Optional.empty(),
                Optional.of("s".repeat(1024)));

        // When
        Context decoded = Context.decode(context.encode());

        // Then
        assertThat(decoded).isEqualTo(context);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{}|not in canonical form",
                "[]|not an object",
                "{\"actor\":\"a\"|not JSON",
                "{\"actor\": \"a\"}|not in canonical form",
                "{\"subject\":\"s\",\"actor\":\"a\"}|not in canonical form",
                "{\"actor\":1}|member 'actor' is not a string",
                "{\"actor\":\"a\\u0001\"}|actor holds a control character",
                "{\"user\":\"a\"}|unknown member 'user'",
                "{\"headers\":[]}|not in canonical form",
                "{\"headers\":{}}|member 'headers' is not an array",
                "{\"headers\":[1]}|element 0 of the array is not an object",
                "{\"headers\":[{\"value\":\"x\"}]}|member 'name' is missing",
                "{\"headers\":[{\"name\":\"n\",\"value\":null}]}|member 'value' is not a string",
                "{\"headers\":[{\"name\":\"n\",\"x\":\"y\"}]}|unknown member 'x'",
                "{\"headers\":[{\"name\":\"n\",\"value\":\"a\",\"value64\":\"/w==\"}]}|both 'value' and 'value64'",
                "{\"key\":\"a\",\"key64\":\"/w==\"}|both 'key' and 'key64'",
                "{\"key64\":\"YQ==\"}|not in canonical form",
                "{\"key64\":\"/w\"}|not in canonical form",
                "{\"key64\":\"/x==\"}|not in canonical form",
                "{\"key64\":\"/w==\\n\"}|incorrect ending byte",
                "{\"key64\":\"_w==\"}|Illegal base64 character",
                "{\"key\":[[[[]]]]}|nested deeper than 3",
            })
    void anotherFormIsRefused(String json, String message) {
        assertThatThrownBy(() -> Context.decode(json.getBytes(UTF_8)))
                .isInstanceOf(EntryException.class)
                .hasMessageContaining(message);
    }

    @Test
    void moreThanTheLimitsIsRefused() {
        // Given
        ContextHeader header = new ContextHeader("h", Optional.empty());
        ContextHeader large = new ContextHeader("h", Optional.of(Bytes.of(new byte[Context.BYTES_MAX])));
        Optional<String> longActor = Optional.of("a".repeat(513));
        Optional<String> longSubject = Optional.of("s".repeat(1025));

        // When, Then
        assertThatThrownBy(() -> of(Collections.nCopies(65, header), Optional.empty()))
                .hasMessage("65 headers are more than 64");
        assertThatThrownBy(() -> of(List.of(large), Optional.empty()))
                .hasMessage("16385 bytes of key and headers are more than 16384");
        assertThatThrownBy(() -> new Context(longActor, List.of(), Optional.empty(), Optional.empty()))
                .hasMessage("actor is longer than 512 bytes");
        assertThatThrownBy(() -> new Context(Optional.empty(), List.of(), Optional.empty(), longSubject))
                .hasMessage("subject is longer than 1024 bytes");
        assertThatThrownBy(() -> Context.decode(new byte[200_000]))
                .isInstanceOf(EntryException.class)
                .hasMessageContaining("is larger than");
    }

    private static Context of(List<ContextHeader> headers, Optional<Bytes> key) {
        return new Context(Optional.empty(), headers, key, Optional.empty());
    }
}
