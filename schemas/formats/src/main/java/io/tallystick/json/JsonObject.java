// SPDX-License-Identifier: Apache-2.0
package io.tallystick.json;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A JSON object with its members in the order in which they were read or put. Equality ignores the order.
 *
 * <p>The getters are for documents whose shape is known: each names the member in its {@link JsonException} when the member
 * is missing or of another type, with fault {@code WRONG_SHAPE}. A member that is {@code null} counts as present and of
 * another type.
 */
public record JsonObject(Map<String, JsonValue> members) implements JsonValue {
    /** 2<sup>53</sup>-1: above it, JSON integers stop being exact elsewhere. RFC 7493 section 2.2. */
    public static final long INTEGER_MAX = (1L << 53) - 1;

    public JsonObject {
        members = Collections.unmodifiableMap(new LinkedHashMap<>(members));
    }

    /** A builder without members. */
    public static Builder builder() {
        return new Builder();
    }

    /** The member's value, if it is there. */
    public Optional<JsonValue> value(String name) {
        return Optional.ofNullable(members.get(name));
    }

    /** Whether there is a member of that name, of whatever type. */
    public boolean has(String name) {
        return members.containsKey(name);
    }

    /** The member's text. */
    public String string(String name) throws JsonException {
        return required(name, optionalString(name));
    }

    /** The member's text, if it is there. */
    public Optional<String> optionalString(String name) throws JsonException {
        return typed(name, JsonString.class, "a string").map(JsonString::value);
    }

    /** The member's integer, of magnitude at most {@link #INTEGER_MAX}. */
    public long longValue(String name) throws JsonException {
        OptionalLong value = optionalLong(name);
        if (value.isEmpty()) {
            throw missing(name);
        }
        return value.getAsLong();
    }

    /** The member's integer, of magnitude at most {@link #INTEGER_MAX}, if it is there. */
    public OptionalLong optionalLong(String name) throws JsonException {
        Optional<JsonNumber> number = typed(name, JsonNumber.class, "a number");
        if (number.isEmpty()) {
            return OptionalLong.empty();
        }
        OptionalLong integer = number.get().integer();
        if (integer.isEmpty() || integer.getAsLong() > INTEGER_MAX || integer.getAsLong() < -INTEGER_MAX) {
            throw JsonException.shape(
                    "member '" + name + "' is not an integer of magnitude at most 2^53-1: " + number.get());
        }
        return integer;
    }

    /** The member's integer in {@code [0, INTEGER_MAX]}: a count, an index, an offset. */
    public long natural(String name) throws JsonException {
        return natural(name, longValue(name));
    }

    /** The member's integer in {@code [0, INTEGER_MAX]}, if it is there. */
    public OptionalLong optionalNatural(String name) throws JsonException {
        OptionalLong value = optionalLong(name);
        if (value.isPresent()) {
            natural(name, value.getAsLong());
        }
        return value;
    }

    private static long natural(String name, long value) throws JsonException {
        if (value < 0) {
            throw JsonException.shape("member '" + name + "' is negative: " + value);
        }
        return value;
    }

    /** The member's truth value. */
    public boolean bool(String name) throws JsonException {
        return required(name, typed(name, JsonBoolean.class, "true or false")).value();
    }

    /** The member's object. */
    public JsonObject object(String name) throws JsonException {
        return required(name, optionalObject(name));
    }

    /** The member's object, if it is there. */
    public Optional<JsonObject> optionalObject(String name) throws JsonException {
        return typed(name, JsonObject.class, "an object");
    }

    /** The member's array. */
    public JsonArray array(String name) throws JsonException {
        return required(name, optionalArray(name));
    }

    /** The member's array, if it is there. */
    public Optional<JsonArray> optionalArray(String name) throws JsonException {
        return typed(name, JsonArray.class, "an array");
    }

    /**
     * Refuses every member that is not named here; says nothing about missing ones.
     *
     * @throws JsonException naming the first unknown member
     */
    public void requireOnly(String... names) throws JsonException {
        List<String> known = Arrays.asList(names);
        for (String name : members.keySet()) {
            if (!known.contains(name)) {
                throw JsonException.shape("unknown member '" + name + "'");
            }
        }
    }

    private <T extends JsonValue> Optional<T> typed(String name, Class<T> type, String what) throws JsonException {
        JsonValue value = members.get(name);
        if (value == null) {
            return Optional.empty();
        }
        if (!type.isInstance(value)) {
            throw JsonException.shape("member '" + name + "' is not " + what);
        }
        return Optional.of(type.cast(value));
    }

    private static <T> T required(String name, Optional<T> value) throws JsonException {
        if (value.isEmpty()) {
            throw missing(name);
        }
        return value.get();
    }

    private static JsonException missing(String name) {
        return JsonException.shape("member '" + name + "' is missing");
    }

    /** Collects members; each name once. Not thread-safe. */
    public static final class Builder {
        private final Map<String, JsonValue> members = new LinkedHashMap<>();

        private Builder() {}

        /**
         * Adds a member.
         *
         * @throws IllegalArgumentException if the name was put before
         */
        public Builder put(String name, JsonValue value) {
            if (members.putIfAbsent(requireNonNull(name), requireNonNull(value)) != null) {
                throw new IllegalArgumentException("member '" + name + "' was put before");
            }
            return this;
        }

        /** Adds a string. */
        public Builder put(String name, String value) {
            return put(name, new JsonString(value));
        }

        /** Adds an integer. */
        public Builder put(String name, long value) {
            return put(name, JsonNumber.of(value));
        }

        /** Adds {@code true} or {@code false}. */
        public Builder put(String name, boolean value) {
            return put(name, new JsonBoolean(value));
        }

        /** Adds a string if there is one. */
        public Builder put(String name, Optional<String> value) {
            value.ifPresent(text -> put(name, text));
            return this;
        }

        /** Adds an integer if there is one. */
        public Builder put(String name, OptionalLong value) {
            value.ifPresent(number -> put(name, number));
            return this;
        }

        /** The object. */
        public JsonObject build() {
            return new JsonObject(members);
        }
    }
}
