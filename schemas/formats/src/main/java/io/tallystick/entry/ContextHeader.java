// SPDX-License-Identifier: Apache-2.0
package io.tallystick.entry;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * A header of an input record.
 *
 * @param value empty if the header's value is null
 */
public record ContextHeader(String name, Optional<Bytes> value) {
    public ContextHeader {
        requireNonNull(name);
        requireNonNull(value);
    }
}
