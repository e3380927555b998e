// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.entry.Salt;
import java.io.ByteArrayOutputStream;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RandomSaltsTest {
    private static final int SALTS = 1_000;

    /** Remembers every byte it gives out. */
    private static final class Recorded extends SecureRandom {
        private static final long serialVersionUID = 1;
        private final transient ByteArrayOutputStream given = new ByteArrayOutputStream();

        @Override
        public void nextBytes(byte[] bytes) {
            super.nextBytes(bytes);
            given.writeBytes(bytes);
        }
    }

    @Test
    void everyRandomByteIsUsedOnceAndInOrder() {
        // Given
        Recorded random = new Recorded();
        RandomSalts salts = new RandomSalts(random);
        ByteArrayOutputStream used = new ByteArrayOutputStream();

        // When
        for (int i = 0; i < SALTS; i++) {
            used.writeBytes(salts.next().bytes());
        }

        // Then
        assertThat(random.given.toByteArray()).startsWith(used.toByteArray());
    }

    @Test
    void noSaltComesTwiceAndLaterDrawsDoNotChangeIt() {
        // Given
        RandomSalts salts = new RandomSalts(new SecureRandom());
        List<Salt> all = new ArrayList<>();
        List<String> hex = new ArrayList<>();

        // When
        for (int i = 0; i < SALTS; i++) {
            Salt salt = salts.next();
            all.add(salt);
            hex.add(salt.hex());
        }

        // Then
        assertThat(all).doesNotHaveDuplicates();
        assertThat(all).extracting(Salt::hex).isEqualTo(hex);
    }
}
