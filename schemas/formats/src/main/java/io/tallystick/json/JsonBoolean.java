// SPDX-License-Identifier: Apache-2.0
package io.tallystick.json;

/** {@code true} or {@code false}. */
public record JsonBoolean(boolean value) implements JsonValue {}
