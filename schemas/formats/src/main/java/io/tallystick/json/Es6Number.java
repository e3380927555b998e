// SPDX-License-Identifier: Apache-2.0
package io.tallystick.json;

import java.math.BigInteger;

/**
 * Prints doubles as ECMAScript does (Number::toString, ECMA-262 section 6.1.6.1.20), which RFC 8785 section 3.2.2.3
 * prescribes: the fewest digits that read back as the same double, and of those the nearest, an even last digit in a tie.
 *
 * <p>Java 17's {@code Double.toString} prints too many digits for some values (JDK-4511638), so the digits are found here,
 * exactly: the interval of decimals that round to the double is scaled by a power of ten so that its ends have 17 to 19
 * digits before the point, and in it the multiple of the largest power of ten is taken.
 */
final class Es6Number {
    private static final BigInteger[] POWERS = new BigInteger[345];
    private static final long[] SMALL_POWERS = new long[19];

    static {
        POWERS[0] = BigInteger.ONE;
        for (int i = 1; i < POWERS.length; i++) {
            POWERS[i] = POWERS[i - 1].multiply(BigInteger.TEN);
        }
        for (int i = 0; i < SMALL_POWERS.length; i++) {
            SMALL_POWERS[i] = POWERS[i].longValueExact();
        }
    }

    private Es6Number() {}

    /**
     * The text of a finite double; both zeros are {@code 0}.
     *
     * @throws IllegalArgumentException if it is infinite or not a number
     */
    static String format(double value) {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException(value + " is not a JSON number");
        }
        if (value == Math.rint(value) && Math.abs(value) <= 1L << 53) {
            return Long.toString((long) value);
        }
        return value < 0 ? "-" + positive(-value) : positive(value);
    }

    private static String positive(double value) {
        int scale = (int) Math.floor(Math.log10(value)) - 17;
        long digits = shortest(value, scale);
        while (digits % 10 == 0) {
            digits /= 10;
            scale++;
        }
        return layOut(Long.toString(digits), scale);
    }

    /** The shortest decimal that reads back as the value, in units of 10^scale. */
    private static long shortest(double value, int scale) {
        long bits = Double.doubleToLongBits(value);
        int biased = (int) (bits >>> 52);
        long fraction = bits & (1L << 52) - 1;
        long mantissa = biased == 0 ? fraction : fraction | 1L << 52;
        // value = 4 * mantissa * 2^exponent; the interval reaches half a unit of the mantissa to each side, but only a
        // quarter downwards from a power of two, where doubles are twice as dense.
        int exponent = Math.max(biased, 1) - 1077;
        boolean dense = fraction == 0 && biased > 1;
        Scaled middle = Scaled.of(4 * mantissa, exponent, scale);
        Scaled low = Scaled.of(4 * mantissa - (dense ? 1 : 2), exponent, scale);
        Scaled high = Scaled.of(4 * mantissa + 2, exponent, scale);
        // Round half to even: the ends belong to the interval of an even mantissa only.
        boolean even = (mantissa & 1) == 0;
        long first = even && low.exact ? low.floor : low.floor + 1;
        long last = !even && high.exact ? high.floor - 1 : high.floor;
        int power = SMALL_POWERS.length - 1;
        while (last / SMALL_POWERS[power] * SMALL_POWERS[power] < first) {
            power--;
        }
        return nearest(middle, first, last, SMALL_POWERS[power]);
    }

    /** The multiple of the unit in [first, last] that is nearest to the value. */
    private static long nearest(Scaled value, long first, long last, long unit) {
        long below = value.floor / unit * unit;
        long above = below + unit;
        if (below < first) {
            return above;
        }
        if (above > last) {
            return below;
        }
        int side = unit == 1 ? value.half : Long.compare(value.floor - below, unit / 2);
        if (side == 0 && unit > 1 && !value.exact) {
            side = 1;
        }
        boolean evenBelow = below / unit % 2 == 0;
        return side < 0 || (side == 0 && evenBelow) ? below : above;
    }

    /**
     * A non-negative number as its floor and what is left.
     *
     * @param exact whether nothing is left
     * @param half the sign of what is left minus one half
     */
    private record Scaled(long floor, boolean exact, int half) {
        /** factor * 2^exponent / 10^scale, which must be below 2^63. */
        static Scaled of(long factor, int exponent, int scale) {
            BigInteger number = BigInteger.valueOf(factor);
            if (scale < 0) {
                return shifted(number.multiply(POWERS[-scale]), exponent);
            }
            BigInteger[] parts = number.shiftLeft(exponent).divideAndRemainder(POWERS[scale]);
            int half = parts[1].shiftLeft(1).compareTo(POWERS[scale]);
            return new Scaled(parts[0].longValueExact(), parts[1].signum() == 0, half);
        }

        private static Scaled shifted(BigInteger number, int exponent) {
            if (exponent >= 0) {
                return new Scaled(number.shiftLeft(exponent).longValueExact(), true, -1);
            }
            int lowest = number.getLowestSetBit();
            int half = !number.testBit(-exponent - 1) ? -1 : lowest == -exponent - 1 ? 0 : 1;
            return new Scaled(number.shiftRight(-exponent).longValueExact(), lowest >= -exponent, half);
        }
    }

    /** ECMA-262: plain notation for 10^-7 <= value < 10^21, else one digit before the point and an exponent. */
    private static String layOut(String digits, int scale) {
        int point = digits.length() + scale;
        if (scale >= 0 && point <= 21) {
            return digits + "0".repeat(scale);
        }
        if (point > 0 && point <= 21) {
            return digits.substring(0, point) + "." + digits.substring(point);
        }
        if (point > -6 && point <= 0) {
            return "0." + "0".repeat(-point) + digits;
        }
        String exponent = (point > 0 ? "e+" : "e-") + Math.abs(point - 1);
        return digits.length() == 1 ? digits + exponent : digits.charAt(0) + "." + digits.substring(1) + exponent;
    }
}
