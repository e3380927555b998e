// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store;

import java.util.Objects;

/**
 * An object as a store lists it.
 *
 * @param name relative to where the store's names begin; as it was found there, so perhaps no {@link ObjectName}
 * @param version the oldest, in the store's words; empty where the store knows none
 * @param bytes length of that version
 * @param ambiguous whether there is a second version, or the first is hidden
 */
public record StoredObject(String name, String version, long bytes, boolean ambiguous) {
    public StoredObject {
        Objects.requireNonNull(name);
        Objects.requireNonNull(version);
    }
}
