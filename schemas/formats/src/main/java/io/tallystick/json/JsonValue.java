// SPDX-License-Identifier: Apache-2.0
package io.tallystick.json;

/** A parsed JSON value. Immutable; equal if the values are equal, whatever the spelling or the order of members. */
public sealed interface JsonValue permits JsonObject, JsonArray, JsonString, JsonNumber, JsonBoolean, JsonNull {}
