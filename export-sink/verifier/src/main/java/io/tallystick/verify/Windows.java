// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import java.time.Instant;
import java.util.Objects;

/**
 * Windows that begin in {@code [from, to)}.
 */
public record Windows(Instant from, Instant to) {
    /** Every window. */
    public static final Windows ALL = new Windows(Instant.MIN, Instant.MAX);

    public Windows {
        Objects.requireNonNull(from);
        Objects.requireNonNull(to);
    }

    /** Whether the window that begins then is one of them. */
    public boolean covers(Instant start) {
        return !start.isBefore(from) && start.isBefore(to);
    }
}
