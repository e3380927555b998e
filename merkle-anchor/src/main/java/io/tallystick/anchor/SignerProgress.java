// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** What the signer of this process has done since it started. Safe from any thread. */
final class SignerProgress {
    private final AtomicReference<Instant> until = new AtomicReference<>();
    private final AtomicLong skipped = new AtomicLong();

    /** @param end end of the window whose registry checkpoint was published */
    void published(Instant end) {
        until.set(end);
    }

    /** @param roots number of roots that were passed over, because a larger one of their origin was intended before */
    void skipped(long roots) {
        skipped.addAndGet(roots);
    }

    Optional<Instant> publishedUntil() {
        return Optional.ofNullable(until.get());
    }

    long skippedRoots() {
        return skipped.get();
    }
}
