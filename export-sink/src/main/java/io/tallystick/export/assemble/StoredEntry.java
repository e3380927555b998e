// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.assemble;

import io.tallystick.bundle.BundleLine;
import io.tallystick.entry.Bytes;
import java.util.Objects;
import java.util.Optional;

/**
 * An entry as {@code ledger.entries} holds it.
 *
 * @param entry the bytes that are hashed
 * @param context what the context commitment opens to
 * @param payload what the payload commitment opens to
 */
public record StoredEntry(Bytes entry, Optional<BundleLine.Opening> context, Optional<BundleLine.Opening> payload) {
    public StoredEntry {
        Objects.requireNonNull(entry);
        Objects.requireNonNull(context);
        Objects.requireNonNull(payload);
    }
}
