// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import io.tallystick.entry.Salt;
import io.tallystick.ingest.admit.SaltSource;
import java.security.SecureRandom;
import java.util.Arrays;

/**
 * Salts of the system's random source, drawn many at a time: one draw costs a lock and a read however little it asks for. For one
 * thread.
 */
final class RandomSalts implements SaltSource {
    private static final int DRAWN_BYTES = 256 * Salt.LENGTH;

    private final SecureRandom random;
    private final byte[] drawn = new byte[DRAWN_BYTES];
    private int used = DRAWN_BYTES;

    RandomSalts(SecureRandom random) {
        this.random = random;
    }

    @Override
    public Salt next() {
        if (used == DRAWN_BYTES) {
            random.nextBytes(drawn);
            used = 0;
        }
        int begin = used;
        used += Salt.LENGTH;
        return Salt.of(Arrays.copyOfRange(drawn, begin, used));
    }
}
