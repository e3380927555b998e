// SPDX-License-Identifier: Apache-2.0
package io.tallystick.json;

/** {@code null}. All instances are equal. */
public record JsonNull() implements JsonValue {}
