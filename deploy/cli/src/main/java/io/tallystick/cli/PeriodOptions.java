// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.verify.ExitCode;
import io.tallystick.verify.Windows;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import picocli.CommandLine.Option;

/** {@code --from}, {@code --to}: windows by their beginning. */
final class PeriodOptions {
    private static final int DATE_LENGTH = 10;

    @Option(
            names = "--from",
            paramLabel = "TIME",
            description = "Windows that begin at this instant or later: 2026-11-01 or 2026-11-01T03:00:00Z.")
    private String from;

    @Option(names = "--to", paramLabel = "TIME", description = "Windows that begin before this instant.")
    private String to;

    /** @throws CommandException if an instant cannot be read */
    Windows windows() {
        return new Windows(from == null ? Instant.MIN : instant(from), to == null ? Instant.MAX : instant(to));
    }

    private static Instant instant(String text) {
        try {
            return text.length() == DATE_LENGTH
                    ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
                    : Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw new CommandException(
                    ExitCode.USAGE, "not a time: " + text, "Write 2026-11-01 or 2026-11-01T03:00:00Z (UTC).", e);
        }
    }
}
