// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.external;

import io.tallystick.entry.Bytes;
import java.time.Instant;
import java.util.Objects;

/**
 * A signed registry checkpoint, as it stands in {@code ledger.checkpoints}.
 *
 * @param size number of leaves it commits to, at least 1
 * @param windowStart start of the window it closes
 * @param offset of its record
 * @param note the whole signed note
 */
public record RegistryCheckpoint(long size, Instant windowStart, long offset, Bytes note) {
    public RegistryCheckpoint {
        Objects.requireNonNull(windowStart);
        Objects.requireNonNull(note);
        if (size < 1 || offset < 0) {
            throw new IllegalArgumentException("registry checkpoint of size " + size + " at offset " + offset);
        }
    }
}
