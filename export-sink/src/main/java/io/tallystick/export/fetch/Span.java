// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.fetch;

import java.time.Instant;

/** Windows that begin in {@code [from, to)}. */
record Span(Instant from, Instant to) {
    boolean covers(Instant windowStart) {
        return !windowStart.isBefore(from) && windowStart.isBefore(to);
    }

    /** The least span that has all of both. */
    Span with(Span other) {
        return new Span(from.isBefore(other.from) ? from : other.from, to.isAfter(other.to) ? to : other.to);
    }
}
