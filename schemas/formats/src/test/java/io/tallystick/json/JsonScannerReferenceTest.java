// SPDX-License-Identifier: Apache-2.0
package io.tallystick.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.fixtures.TestSeed;
import java.util.Random;
import org.junit.jupiter.api.Test;

class JsonScannerReferenceTest {
    private static final int TEXTS = 50_000;
    private static final int DEPTH = 4;

    @Test
    void randomJsonIsDecidedLikeTheReferenceDecides() {
        // Given
        Random random = TestSeed.random("random JSON");

        for (int i = 0; i < TEXTS; i++) {
            byte[] json = RandomJson.next(random);

            // When
            String decision = decide(json);

            // Then
            assertThat(decision).as(new String(json, UTF_8)).isEqualTo(SlowJson.decide(json, DEPTH));
        }
    }

    @Test
    void damagedJsonIsDecidedLikeTheReferenceDecides() {
        // Given
        Random random = TestSeed.random("damaged JSON");

        for (int i = 0; i < TEXTS; i++) {
            byte[] json = RandomJson.damage(random, RandomJson.next(random));

            // When
            String decision = decide(json);

            // Then
            assertThat(decision).as(new String(json, UTF_8)).isEqualTo(SlowJson.decide(json, DEPTH));
        }
    }

    @Test
    void everyFormOfUtf8SequenceIsDecidedLikeTheReferenceDecides() {
        // Given all leads with seconds of every range, and some thirds
        int[] trails = {0x22, 0x80, 0xBF, 0xC0};
        for (int lead = 0x80; lead <= 0xFF; lead++) {
            for (int second = 0; second <= 0xFF; second += 3) {
                for (int third : trails) {
                    byte[] json = {'"', (byte) lead, (byte) second, (byte) third, (byte) 0x80, '"'};

                    // When
                    String decision = decide(json);

                    // Then
                    assertThat(decision).isEqualTo(SlowJson.decide(json, DEPTH));
                }
            }
        }
    }

    private static String decide(byte[] json) {
        try {
            return new String(JsonScanner.minify(json, DEPTH), UTF_8);
        } catch (JsonException e) {
            return SlowJson.fault(e.fault(), e.offset());
        }
    }
}
