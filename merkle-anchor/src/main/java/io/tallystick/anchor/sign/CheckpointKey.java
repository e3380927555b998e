// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.sign;

import io.tallystick.trust.SigningKey;
import java.time.Instant;
import java.util.Objects;

/**
 * A key that signs checkpoints, and of which windows.
 *
 * @param key stays open while this is used
 * @param notBefore first instant at which a window it signs may end
 * @param notAfter last such instant
 */
public record CheckpointKey(SigningKey key, Instant notBefore, Instant notAfter) {
    public CheckpointKey {
        Objects.requireNonNull(key);
        if (notBefore.isAfter(notAfter)) {
            throw new IllegalArgumentException("the validity of " + key.keyId() + " ends before it begins");
        }
    }

    /** A key for all windows. */
    public static CheckpointKey always(SigningKey key) {
        return new CheckpointKey(key, Instant.MIN, Instant.MAX);
    }

    /** Whether it signs what belongs to a window that ends then; the verifier's rule. */
    public boolean signs(Instant windowEnd) {
        return !windowEnd.isBefore(notBefore) && !windowEnd.isAfter(notAfter);
    }
}
