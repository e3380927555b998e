// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.entry.LedgerTime;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;

/** Times as people write them on a command line: an instant, or a date, which is its first instant in UTC. */
public final class TimeText {
    /** The forms, for help texts. */
    public static final String FORMS = "2026-11-01 or 2026-11-01T03:00:00Z";

    private static final int DATE_LENGTH = 10;

    private TimeText() {}

    /**
     * Reads a time.
     *
     * @throws IllegalArgumentException if it has another form, is finer than milliseconds or lies outside 1970 to 9999
     */
    public static Instant parse(String text) {
        Instant time;
        try {
            time = text.length() == DATE_LENGTH
                    ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
                    : Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException("not a time: '" + text + "'; write " + FORMS + " (UTC)", e);
        }
        if (!LedgerTime.isValid(time)) {
            throw new IllegalArgumentException(
                    "not a time: '" + text + "' is finer than milliseconds, or lies outside the years 1970 to 9999");
        }
        return time;
    }
}
