// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import java.time.Instant;
import java.util.Objects;

/**
 * The lock of a bundle as somebody read it from the store for this verification: of its objects the weakest.
 *
 * @param mode {@code none}, {@code governance} or {@code compliance}
 * @param until no object of the bundle may be deleted before this instant
 */
public record StoreLock(String mode, Instant until) {
    public StoreLock {
        Objects.requireNonNull(mode);
        Objects.requireNonNull(until);
    }
}
