// SPDX-License-Identifier: Apache-2.0
package io.tallystick.entry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.entry.Attributes.Fault;
import io.tallystick.fixtures.TestSeed;
import io.tallystick.json.Jcs;
import io.tallystick.json.JsonException;
import io.tallystick.json.JsonString;
import io.tallystick.tree.Hash;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TypesTest {
    @ParameterizedTest
    @ValueSource(strings = {"acme/3", "a/0", "0/9999", "a-b--c/10", "operator/0"})
    void aChainIdIsPrintedAsItWasRead(String text) {
        assertThat(ChainId.parse(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "acme",
                "acme/",
                "/3",
                "acme/-1",
                "acme/03",
                "acme/10000",
                "acme/3/4",
                "acme/3 ",
                "ACME/3",
                "a_b/3",
                "a.b/3",
                "-a/3",
                "a-/3",
                "acme/3\n",
                "acme/٣",
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/3"
            })
    void anotherFormOfChainIdIsRefused(String text) {
        assertThatThrownBy(() -> ChainId.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void chainsAreOrderedByTenantThenPartition() {
        assertThat(ChainId.parse("acme/10")).isGreaterThan(ChainId.parse("acme/9"));
        assertThat(ChainId.parse("acme/10")).isLessThan(ChainId.parse("b/0"));
        assertThat(ChainId.parse("acme/3").origin("ledger.example.com")).isEqualTo("ledger.example.com/acme/3");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1970-01-01T00:00:00.000Z",
                "2026-11-21T03:15:00.123Z",
                "2024-02-29T23:59:59.999Z",
                "9999-12-31T23:59:59.999Z"
            })
    void aTimeIsPrintedAsItWasRead(String text) {
        assertThat(LedgerTime.format(LedgerTime.parse(text))).isEqualTo(text);
    }

    @Test
    void everyTimeIsPrintedAsTheJdkReadsIt() {
        // Given
        Random random = TestSeed.random("times");
        for (int i = 0; i < 20_000; i++) {
            Instant time = Instant.ofEpochMilli((long) (random.nextDouble() * 253_402_300_799_999L));

            // When
            String text = LedgerTime.format(time);

            // Then
            assertThat(Instant.parse(text)).isEqualTo(time);
            assertThat(LedgerTime.parse(text)).isEqualTo(time);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-292275055-05-16T16:47:04.192Z", "1969-12-31T23:59:59.999Z", "+10000-01-01T00:00:00Z",
                "2026-11-21T03:15:00.123456Z", "-1000000000-01-01T00:00:00Z", "+1000000000-12-31T23:59:59.999999999Z"
            })
    void aTimeThatCannotBeWrittenIsRefused(String iso) {
        Instant time = Instant.parse(iso);
        assertThat(LedgerTime.isValid(time)).isFalse();
        assertThatThrownBy(() -> LedgerTime.format(time)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "2026-11-21T03:15:00Z",
                "2026-11-21T03:15:00.12Z",
                "2026-11-21T03:15:00.1234Z",
                "2026-11-21 03:15:00.123Z",
                "2026-11-21T03:15:00.123z",
                "2026-11-21T03:15:00,123Z",
                "2026-13-21T03:15:00.123Z",
                "2026-11-31T03:15:00.123Z",
                "2026-11-21T24:15:00.123Z",
                "2026-11-21T03:60:00.123Z",
                "2026-11-21T03:15:60.123Z",
                "0000-01-01T00:00:00.000Z",
                "+026-11-21T03:15:00.123Z",
                "٢026-11-21T03:15:00.123Z"
            })
    void anotherFormOfTimeIsRefused(String text) {
        assertThatThrownBy(() -> LedgerTime.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void commitmentsSeparateTheirDomainsAndCoverTheSalt() {
        // Given, computed with: { printf 'tallystick/payload/v1\0'; printf '0123456789abcdef'; printf '{}'; } |
        // sha256sum
        Salt salt = Salt.of("0123456789abcdef".getBytes(UTF_8));
        Salt other = Salt.of("0123456789abcdeg".getBytes(UTF_8));
        byte[] bytes = "{}".getBytes(UTF_8);

        // When
        Hash payload = Commitments.payload(salt, bytes);
        Hash context = Commitments.context(salt, bytes);

        // Then
        assertThat(payload).hasToString("a5e3cfd8ac32d6b5347b95f66485eb17c7cfb808737ce7e18aea230cdd14730e");
        assertThat(context).hasToString("24a76c29c7e2bfc4cc80970fe0ac5f9610919461768b1a644e28ea29e08472de");
        assertThat(Commitments.payload(other, bytes)).isNotEqualTo(payload);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00",
                "0123456789abcdef0123456789abcdeF",
                "0123456789abcdef0123456789abcde",
                "0123456789abcdef0123456789abcdef0",
                "0123456789abcdef0123456789abcdeg"
            })
    void anotherFormOfSaltIsRefused(String hex) {
        assertThatThrownBy(() -> Salt.parseHex(hex)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aSaltHasSixteenBytes() {
        assertThat(Salt.parseHex("000102030405060708090a0b0c0d0e0f").bytes())
                .hasSize(16)
                .startsWith(0, 1, 2);
        assertThatThrownBy(() -> Salt.of(new byte[15])).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Salt.of(new byte[17])).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void bytesCannotBeChangedFromOutside() {
        // Given
        byte[] given = {1, 2};
        Bytes bytes = Bytes.of(given);

        // When
        given[0] = 9;
        bytes.toByteArray()[1] = 9;

        // Then
        assertThat(bytes).isEqualTo(Bytes.of((byte) 1, (byte) 2)).hasToString("0102");
    }

    @ParameterizedTest
    @EnumSource(Attribute.class)
    void anAttributeIsLimitedByItsBytesInTheEntry(Attribute attribute) {
        // Given
        int most = attribute.bytesMax();

        // When, Then
        assertThat(Attributes.check(attribute, "x".repeat(most))).isEmpty();
        assertThat(Attributes.check(attribute, "x".repeat(most + 1))).contains(Fault.TOO_LONG);
        assertThat(Attributes.check(attribute, "\"".repeat(most / 2))).isEmpty();
        assertThat(Attributes.check(attribute, "\\".repeat(most / 2 + 1))).contains(Fault.TOO_LONG);
        assertThat(Attributes.check(attribute, "€".repeat(most / 3 + 1))).contains(Fault.TOO_LONG);
        assertThat(Attributes.check(attribute, "")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u0000", "a\u001f", "\n", "\u007f", "\u0080", "x\u009fy", "\ud800", "\udc00a"})
    void controlCharactersAndHalfSurrogatesAreRefused(String text) {
        assertThat(Attributes.check(Attribute.ID, text)).contains(Fault.CONTROL_CHARACTER);
    }

    @ParameterizedTest
    @ValueSource(strings = {" ", "\u00a0", "\u2028", "\ufeff", "😀", "é"})
    void otherCharactersAreAccepted(String text) {
        assertThat(Attributes.check(Attribute.ID, text)).isEmpty();
    }

    @Test
    void lengthsAreThoseOfTheCanonicalText() {
        // Given
        Random random = TestSeed.random("lengths");
        for (int i = 0; i < 5_000; i++) {
            String text = random.ints(random.nextInt(20), 0, 0x2FFFF)
                    .filter(codePoint -> codePoint < 0xD800 || codePoint > 0xDFFF)
                    .map(codePoint -> codePoint % 3 == 0 ? codePoint % 128 : codePoint)
                    .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                    .toString();

            // When
            int length = Jcs.encode(new JsonString(text)).length - 2;

            // Then
            assertThat(Attributes.check(text, length)).isNotEqualTo(java.util.Optional.of(Fault.TOO_LONG));
            assertThat(length == 0 || Attributes.check(text, length - 1).equals(java.util.Optional.of(Fault.TOO_LONG)))
                    .isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "application/json,true",
        "Application/JSON,true",
        "application/json; charset=utf-8,true",
        "' application/json ;x',true",
        "application/cloudevents+json,true",
        "application/problem+JSON;a=b,true",
        "application/jsonx,false",
        "text/json,false",
        "application/octet-stream,false",
        "'',false",
        "text/plain; x=+json,false",
        "application/json+xml,false"
    })
    void jsonIsRecognisedByItsMedia(String media, boolean json) {
        assertThat(PayloadRef.isJson(media)).isEqualTo(json);
    }

    @ParameterizedTest
    @EnumSource(JsonException.Fault.class)
    void everyFaultOfTheScannerHasAReason(JsonException.Fault fault) {
        if (fault == JsonException.Fault.WRONG_SHAPE) {
            assertThatThrownBy(() -> RejectReason.ofFault(fault)).isInstanceOf(IllegalArgumentException.class);
        } else {
            assertThat(RejectReason.ofFault(fault).code()).isNotEmpty();
        }
    }

    @Test
    void integersBeyondTheirRangeAreRefused() {
        Hash hash = Hash.ZERO;
        assertThatThrownBy(() -> new ContextRef(-1, hash)).hasMessage("context bytes -1 is not in 0..2^53-1");
        assertThatThrownBy(() -> new SchemaRef(1L << 53, hash)).hasMessageContaining("is not in 0..2^53-1");
        assertThatThrownBy(() -> new PayloadRef(Long.MAX_VALUE, hash, "a/b"))
                .hasMessageContaining("is not in 0..2^53-1");
    }
}
