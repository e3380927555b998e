// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.decode;

import io.tallystick.entry.Attribute;
import io.tallystick.entry.Attributes;
import java.time.Month;
import java.time.Year;
import java.util.Optional;

/** The date-time production of RFC 3339 section 5.6, with its ranges; a leap second may stand at any minute's end. */
final class Rfc3339 {
    private static final int SHORTEST = "2026-11-21T03:15:00Z".length();

    private Rfc3339() {}

    /** A time that breaks the ledger's own limits passes here: those have codes of their own. */
    static boolean isAbsentOrDateTime(Optional<String> time) {
        return time.isEmpty()
                || isDateTime(time.get())
                || Attributes.check(Attribute.TIME, time.get()).isPresent();
    }

    static boolean isDateTime(String text) {
        if (text.length() < SHORTEST
                || !isNumber(text, 0, 0, 9999, 4)
                || text.charAt(4) != '-'
                || !isNumber(text, 5, 1, 12, 2)
                || text.charAt(7) != '-'
                || (text.charAt(10) | 0x20) != 't'
                || !isNumber(text, 11, 0, 23, 2)
                || text.charAt(13) != ':'
                || !isNumber(text, 14, 0, 59, 2)
                || text.charAt(16) != ':'
                || !isNumber(text, 17, 0, 60, 2)) {
            return false;
        }
        int days = Month.of(number(text, 5, 2)).length(Year.isLeap(number(text, 0, 4)));
        return isNumber(text, 8, 1, days, 2) && isOffset(text, fractionEnd(text, 19));
    }

    /** Behind a fraction that begins here; -1 if it has no digit. */
    private static int fractionEnd(String text, int at) {
        if (text.charAt(at) != '.') {
            return at;
        }
        int i = at + 1;
        while (i < text.length() && isDigit(text.charAt(i))) {
            i++;
        }
        return i == at + 1 ? -1 : i;
    }

    private static boolean isOffset(String text, int at) {
        if (at < 0 || at >= text.length()) {
            return false;
        }
        char c = text.charAt(at);
        if (c == 'Z' || c == 'z') {
            return text.length() == at + 1;
        }
        return (c == '+' || c == '-')
                && text.length() == at + 6
                && isNumber(text, at + 1, 0, 23, 2)
                && text.charAt(at + 3) == ':'
                && isNumber(text, at + 4, 0, 59, 2);
    }

    private static boolean isNumber(String text, int at, int least, int most, int digits) {
        int value = number(text, at, digits);
        return value >= least && value <= most;
    }

    /** -1 if it is none. */
    private static int number(String text, int at, int digits) {
        int value = 0;
        for (int i = at; i < at + digits; i++) {
            if (!isDigit(text.charAt(i))) {
                return -1;
            }
            value = 10 * value + text.charAt(i) - '0';
        }
        return value;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
