// SPDX-License-Identifier: Apache-2.0
package io.tallystick.entry;

import java.util.Optional;

/**
 * The limits on attributes: bytes of the JCS text between the quotes, so that every entry keeps within 4,096 bytes, and no
 * control characters (U+0000 to U+001F, U+007F to U+009F). No Unicode normalisation anywhere: equal means equal bytes.
 */
public final class Attributes {
    /** Why an attribute is refused. */
    public enum Fault {
        /** More bytes than {@link Attribute#bytesMax}. Reported first. */
        TOO_LONG,
        /** A control character, or half of a surrogate pair, which has no UTF-8 form. */
        CONTROL_CHARACTER
    }

    private Attributes() {}

    /** The value's fault, or empty if it may stand in an entry. Time is bounded by the limit, not by the value. */
    public static Optional<Fault> check(Attribute attribute, String value) {
        return check(value, attribute.bytesMax());
    }

    static Optional<Fault> check(String value, int bytesMax) {
        if (value.length() <= bytesMax && plainLength(value) == value.length()) {
            return Optional.empty();
        }
        int bytes = 0;
        boolean control = false;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < 0x80) {
                control |= c < 0x20 || c == 0x7F;
                bytes += escapedLength(c);
            } else if (c < 0x800) {
                control |= c < 0xA0;
                bytes += 2;
            } else if (!Character.isSurrogate(c)) {
                bytes += 3;
            } else if (i + 1 < value.length() && Character.isSurrogatePair(c, value.charAt(i + 1))) {
                bytes += 4;
                i++;
            } else {
                control = true;
                bytes += 3;
            }
            if (bytes > bytesMax) {
                return Optional.of(Fault.TOO_LONG);
            }
        }
        return control ? Optional.of(Fault.CONTROL_CHARACTER) : Optional.empty();
    }

    /** How many characters from the beginning are ASCII that stands in JSON as it is, which is nearly always all of them. */
    static int plainLength(String value) {
        int length = value.length();
        int i = 0;
        while (i < length && isPlain(value.charAt(i))) {
            i++;
        }
        return i;
    }

    private static boolean isPlain(char c) {
        return c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
    }

    private static int escapedLength(char c) {
        if (c >= 0x20) {
            return c == '"' || c == '\\' ? 2 : 1;
        }
        return c == '\b' || c == '\t' || c == '\n' || c == '\f' || c == '\r' ? 2 : 6;
    }

    static void require(Attribute attribute, String value) {
        require(attribute.label(), value, attribute.bytesMax());
    }

    static void require(Attribute attribute, Optional<String> value) {
        value.ifPresent(text -> require(attribute, text));
    }

    static void require(String label, String value, int bytesMax) {
        Optional<Fault> fault = check(value, bytesMax);
        if (fault.isPresent()) {
            throw new IllegalArgumentException(
                    fault.get() == Fault.TOO_LONG
                            ? label + " is longer than " + bytesMax + " bytes"
                            : label + " holds a control character");
        }
    }
}
