// SPDX-License-Identifier: Apache-2.0
package io.tallystick.entry;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/**
 * Time as the ledger writes it: {@code 2026-11-21T03:15:00.123Z}, 24 characters, UTC, always three fractional digits, years
 * 1970 to 9999, no leap seconds. Its order as text is its order in time.
 */
public final class LedgerTime {
    /** Length of the text. */
    public static final int LENGTH = 24;

    /** The first instant that can be written. */
    public static final Instant MIN = Instant.EPOCH;

    /** The last instant that can be written. */
    public static final Instant MAX = Instant.ofEpochMilli(253_402_300_799_999L);

    private static final String FORM = "0000-00-00T00:00:00.000Z";

    private LedgerTime() {}

    /** Whether the instant can be written: whole milliseconds, years 1970 to 9999. */
    public static boolean isValid(Instant time) {
        return !time.isBefore(MIN)
                && !time.isAfter(MAX)
                && Instant.ofEpochMilli(time.toEpochMilli()).equals(time);
    }

    /**
     * The instant's text.
     *
     * @throws IllegalArgumentException if it cannot be written, see {@link #isValid}
     */
    public static String format(Instant time) {
        if (!isValid(time)) {
            throw new IllegalArgumentException(
                    time + " has a fraction of a millisecond or a year outside 1970 to 9999");
        }
        LocalDateTime utc = LocalDateTime.ofInstant(time, ZoneOffset.UTC);
        char[] text = FORM.toCharArray();
        put(text, 0, 4, utc.getYear());
        put(text, 5, 2, utc.getMonthValue());
        put(text, 8, 2, utc.getDayOfMonth());
        put(text, 11, 2, utc.getHour());
        put(text, 14, 2, utc.getMinute());
        put(text, 17, 2, utc.getSecond());
        put(text, 20, 3, utc.getNano() / 1_000_000);
        return new String(text);
    }

    /**
     * Parses exactly what {@link #format} writes.
     *
     * @throws IllegalArgumentException if the text has another form or names no instant
     */
    public static Instant parse(String text) {
        if (!hasForm(text)) {
            throw new IllegalArgumentException("not a time of the form " + FORM + ": '" + text + "'");
        }
        try {
            Instant time = LocalDateTime.of(
                            number(text, 0, 4),
                            number(text, 5, 2),
                            number(text, 8, 2),
                            number(text, 11, 2),
                            number(text, 14, 2),
                            number(text, 17, 2),
                            number(text, 20, 3) * 1_000_000)
                    .toInstant(ZoneOffset.UTC);
            if (!isValid(time)) {
                throw new IllegalArgumentException("year outside 1970 to 9999: '" + text + "'");
            }
            return time;
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("no such time: '" + text + "'", e);
        }
    }

    private static boolean hasForm(String text) {
        if (text.length() != LENGTH) {
            return false;
        }
        for (int i = 0; i < LENGTH; i++) {
            char c = text.charAt(i);
            if (FORM.charAt(i) == '0' ? c < '0' || c > '9' : c != FORM.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static int number(String text, int at, int digits) {
        return Integer.parseInt(text, at, at + digits, 10);
    }

    private static void put(char[] text, int at, int digits, int number) {
        int rest = number;
        for (int i = at + digits - 1; i >= at; i--) {
            text[i] = (char) ('0' + rest % 10);
            rest /= 10;
        }
    }
}
