// SPDX-License-Identifier: Apache-2.0
package io.tallystick.entry;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
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

    private static final int DATE_LENGTH = 10;

    private static final String FORM = "0000-00-00T00:00:00.000Z";

    private static final int NANOS_OF_MILLI = 1_000_000;
    private static final int SECONDS_OF_DAY = 86_400;

    /** Any recent one. */
    private static volatile Day lastDay = new Day(0);

    private LedgerTime() {}

    /** Whether the instant can be written: whole milliseconds, years 1970 to 9999. */
    public static boolean isValid(Instant time) {
        return time.getEpochSecond() >= 0
                && time.getEpochSecond() <= MAX.getEpochSecond()
                && time.getNano() % NANOS_OF_MILLI == 0;
    }

    /**
     * The instant's text.
     *
     * @throws IllegalArgumentException if it cannot be written, see {@link #isValid}
     */
    public static String format(Instant time) {
        byte[] text = new byte[LENGTH];
        put(time, text, 0);
        return new String(text, StandardCharsets.US_ASCII);
    }

    /**
     * Writes the instant's text, {@link #LENGTH} bytes.
     *
     * @throws IllegalArgumentException if it cannot be written, see {@link #isValid}
     */
    static void put(Instant time, byte[] out, int at) {
        if (!isValid(time)) {
            throw new IllegalArgumentException(
                    time + " has a fraction of a millisecond or a year outside 1970 to 9999");
        }
        long epochDay = Math.floorDiv(time.getEpochSecond(), SECONDS_OF_DAY);
        Day day = lastDay;
        if (day.epochDay != epochDay) {
            day = new Day(epochDay);
            lastDay = day;
        }
        System.arraycopy(day.form, 0, out, at, LENGTH);
        int second = Math.floorMod(time.getEpochSecond(), SECONDS_OF_DAY);
        put(out, at + 11, 2, second / 3600);
        put(out, at + 14, 2, second / 60 % 60);
        put(out, at + 17, 2, second % 60);
        put(out, at + 20, 3, time.getNano() / NANOS_OF_MILLI);
    }

    /** Times mostly follow each other; working out their date costs more than all else. Immutable. */
    private static final class Day {
        private final long epochDay;
        private final byte[] form = FORM.getBytes(StandardCharsets.US_ASCII);

        private Day(long epochDay) {
            this.epochDay = epochDay;
            LocalDate date = LocalDate.ofEpochDay(epochDay);
            put(form, 0, 4, date.getYear());
            put(form, 5, 2, date.getMonthValue());
            put(form, 8, 2, date.getDayOfMonth());
        }

        private boolean isOf(String text) {
            for (int i = 0; i < DATE_LENGTH; i++) {
                if (text.charAt(i) != form[i]) {
                    return false;
                }
            }
            return true;
        }
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
        Day day = lastDay;
        if (day.isOf(text)) {
            int hour = number(text, 11, 2);
            int minute = number(text, 14, 2);
            int second = number(text, 17, 2);
            if (hour < 24 && minute < 60 && second < 60) {
                long seconds = day.epochDay * SECONDS_OF_DAY + hour * 3600L + minute * 60L + second;
                return Instant.ofEpochSecond(seconds, number(text, 20, 3) * (long) NANOS_OF_MILLI);
            }
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

    private static void put(byte[] text, int at, int digits, int number) {
        int rest = number;
        for (int i = at + digits - 1; i >= at; i--) {
            text[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
    }
}
