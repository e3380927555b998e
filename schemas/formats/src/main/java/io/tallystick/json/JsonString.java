// SPDX-License-Identifier: Apache-2.0
package io.tallystick.json;

import static java.util.Objects.requireNonNull;

/** A JSON string, unescaped. */
public record JsonString(String value) implements JsonValue {
    public JsonString {
        requireNonNull(value);
    }
}
