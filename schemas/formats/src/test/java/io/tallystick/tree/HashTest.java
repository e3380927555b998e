// SPDX-License-Identifier: Apache-2.0
package io.tallystick.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HashTest {
    private static final String ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    @Test
    void hashesTheConcatenationOfTheParts() {
        // When
        Hash hash = Hash.sha256(ascii("a"), ascii(""), ascii("bc"));

        // Then
        assertThat(hash).hasToString(ABC).isEqualTo(Hash.parseHex(ABC));
    }

    @Test
    void changingTheBytesGivenOrReturnedDoesNotChangeTheHash() {
        // Given
        byte[] given = new byte[32];
        Hash hash = Hash.of(given);

        // When
        given[0] = 1;
        hash.bytes()[1] = 1;

        // Then
        assertThat(hash).isEqualTo(Hash.ZERO).hasSameHashCodeAs(Hash.ZERO);
    }

    @Test
    void isReadFromWhatRemainsOfABufferWhichStaysAsItIs() {
        // Given
        ByteBuffer buffer = ByteBuffer.allocate(40).put(4, Hash.parseHex(ABC).bytes());
        buffer.position(4).limit(36);

        // When
        Hash hash = Hash.of(buffer.asReadOnlyBuffer());

        // Then
        assertThat(hash).hasToString(ABC).isEqualTo(Hash.of(buffer));
        assertThat(buffer.remaining()).isEqualTo(32);
        assertThatIllegalArgumentException().isThrownBy(() -> Hash.of(ByteBuffer.allocate(33)));
        assertThatIllegalArgumentException().isThrownBy(() -> Hash.of(ByteBuffer.allocate(0)));
    }

    @Test
    void textFormIsWrittenWhereItBelongs() {
        // Given
        byte[] out = ascii("<" + " ".repeat(64) + ">");

        // When
        Hash.parseHex(ABC).putHex(out, 1);

        // Then
        assertThat(out).isEqualTo(ascii("<" + ABC + ">"));
    }

    @Test
    void ordersAsUnsignedBytesLikeTheHex() {
        // Given
        Hash low = Hash.parseHex("7f" + "00".repeat(31));
        Hash high = Hash.parseHex("80" + "00".repeat(31));

        // Then
        assertThat(low).isLessThan(high);
        assertThat(low.toString()).isLessThan(high.toString());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 20, 31, 33, 64})
    void refusesBytesOfAnotherLength(int length) {
        assertThatIllegalArgumentException().isThrownBy(() -> Hash.of(new byte[length]));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00",
                "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD",
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015a",
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad0",
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ag",
                " a7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
                "\uff10a7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
            })
    void refusesTextThatIsNotSixtyFourLowerCaseDigits(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Hash.parseHex(text));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
