// SPDX-License-Identifier: Apache-2.0
package io.tallystick.json;

import java.util.OptionalLong;

/**
 * A JSON number: an integer that was written as one and fits 64 bits, or else a finite IEEE 754 double.
 *
 * <p>The two are kept apart so that a reader asking for an integer never gets a rounded one: {@code 5} is an integer,
 * {@code 5.0} and {@code 5e0} are not. In canonical form both print {@code 5}.
 */
public final class JsonNumber implements JsonValue {
    private final boolean integer;
    private final long exact;
    private final double value;

    private JsonNumber(boolean integer, long exact, double value) {
        this.integer = integer;
        this.exact = exact;
        this.value = value;
    }

    /** An integer. */
    public static JsonNumber of(long value) {
        return new JsonNumber(true, value, value);
    }

    /**
     * A double, also if its value is whole.
     *
     * @throws IllegalArgumentException if it is infinite or not a number
     */
    public static JsonNumber of(double value) {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException(value + " is not a JSON number");
        }
        return new JsonNumber(false, 0, value);
    }

    /** The integer, if this was written as one. */
    public OptionalLong integer() {
        return integer ? OptionalLong.of(exact) : OptionalLong.empty();
    }

    /** The nearest double; this is the value as RFC 8785 sees it. */
    public double doubleValue() {
        return value;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof JsonNumber that
                && integer == that.integer
                && exact == that.exact
                && Double.compare(value, that.value) == 0;
    }

    @Override
    public int hashCode() {
        return Double.hashCode(value) * 31 + Long.hashCode(exact);
    }

    @Override
    public String toString() {
        return integer ? Long.toString(exact) : Es6Number.format(value);
    }
}
