// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.decode;

import io.tallystick.entry.Attribute;
import io.tallystick.entry.Attributes;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The date-time production of RFC 3339 section 5.6, with its ranges; a leap second may stand at any minute's end. */
final class Rfc3339 {
    private static final Pattern DATE_TIME = Pattern.compile("([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt]"
            + "(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:[.][0-9]+)?"
            + "(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])");

    private Rfc3339() {}

    /** A time that breaks the ledger's own limits passes here: those have codes of their own. */
    static boolean isAbsentOrDateTime(Optional<String> time) {
        return time.filter(text -> Attributes.check(Attribute.TIME, text).isEmpty())
                .filter(text -> !isDateTime(text))
                .isEmpty();
    }

    static boolean isDateTime(String text) {
        Matcher matcher = DATE_TIME.matcher(text);
        if (!matcher.matches()) {
            return false;
        }
        try {
            LocalDate.of(number(matcher, 1), number(matcher, 2), number(matcher, 3));
            return true;
        } catch (DateTimeException e) {
            return false;
        }
    }

    private static int number(Matcher matcher, int group) {
        return Integer.parseInt(matcher.group(group));
    }
}
