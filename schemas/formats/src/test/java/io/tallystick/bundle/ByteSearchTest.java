// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bundle;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ByteSearchTest {
    private static final long SEED = 20_261_122;

    /** Neighbours of the byte, and its twin with the high bit: what a search over eight bytes at once may mix up. */
    private static final byte[] NEAR = {'\n', '\n' + 1, '\n' - 1, 0, 1, (byte) 0x80, (byte) 0x8a, (byte) 0xff};

    private static int slowly(byte wanted, byte[] in, int from, int to) {
        for (int i = from; i < to; i++) {
            if (in[i] == wanted) {
                return i;
            }
        }
        return to;
    }

    @Test
    void findsTheFirstPlaceWhereverItLies() {
        for (int length = 0; length < 40; length++) {
            for (int place = 0; place < length; place++) {
                for (byte wanted : NEAR) {
                    // Given
                    byte[] in = new byte[length];
                    Arrays.fill(in, (byte) (wanted ^ 1));
                    in[place] = wanted;

                    // When, then
                    assertThat(ByteSearch.indexOf(wanted, in, 0, length)).isEqualTo(place);
                    assertThat(ByteSearch.indexOf(wanted, in, place + 1, length))
                            .isEqualTo(length);
                    assertThat(ByteSearch.indexOf(wanted, in, 0, place)).isEqualTo(place);
                }
            }
        }
    }

    @Test
    void agreesWithTheSlowWay() {
        Random random = new Random(SEED);
        for (int round = 0; round < 50_000; round++) {
            // Given
            byte[] in = new byte[random.nextInt(70)];
            for (int i = 0; i < in.length; i++) {
                in[i] = NEAR[random.nextInt(NEAR.length)];
            }
            int from = random.nextInt(in.length + 1);
            int to = from + random.nextInt(in.length - from + 1);
            byte wanted = NEAR[random.nextInt(NEAR.length)];

            // When, then
            assertThat(ByteSearch.indexOf(wanted, in, from, to))
                    .as("seed %d, round %d", SEED, round)
                    .isEqualTo(slowly(wanted, in, from, to));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "abcabd, abd, 0, 6, 3",
        "abcabd, abd, 0, 5, 5",
        "abcabd, abc, 1, 6, 6",
        "aaab, aab, 0, 4, 1",
        "ab, abc, 0, 2, 2",
        "x, x, 0, 1, 0",
        "x, x, 1, 1, 1",
        "abcdefghijklmnop, p, 0, 16, 15",
    })
    void findsSeveralBytes(String in, String wanted, int from, int to, int place) {
        assertThat(ByteSearch.indexOf(wanted.getBytes(ISO_8859_1), in.getBytes(ISO_8859_1), from, to))
                .isEqualTo(place);
    }
}
