// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.window;

import io.tallystick.tree.Hash;
import java.nio.charset.StandardCharsets;

/**
 * Commits to what a store holds, in whatever order it was put there: the number of records and the XOR of SHA-256(key 0x00
 * value) over all of them. Immutable.
 *
 * <p>Tells a store that has lost records or holds older ones. It does not withstand somebody who chooses the records; the
 * stores are our own.
 *
 * @param records how many
 * @param sum the XOR; zero if there are none
 */
public record StoreDigest(long records, Hash sum) {
    /** An empty store. */
    public static final StoreDigest EMPTY = new StoreDigest(0, Hash.ZERO);

    private static final byte[] SEPARATOR = {0};

    /** What one record adds. */
    static Hash hash(String key, byte[] value) {
        return Hash.sha256(key.getBytes(StandardCharsets.UTF_8), SEPARATOR, value);
    }

    /** With one more record. */
    public StoreDigest with(String key, byte[] value) {
        return with(hash(key, value));
    }

    /** Without a record that is in it. */
    public StoreDigest without(String key, byte[] value) {
        return without(hash(key, value));
    }

    StoreDigest with(Hash record) {
        return new StoreDigest(records + 1, toggled(record));
    }

    StoreDigest without(Hash record) {
        return new StoreDigest(records - 1, toggled(record));
    }

    private Hash toggled(Hash record) {
        byte[] result = sum.bytes();
        byte[] one = record.bytes();
        for (int i = 0; i < result.length; i++) {
            result[i] ^= one[i];
        }
        return Hash.of(result);
    }
}
