// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.verify.ExitCode;
import io.tallystick.verify.Windows;
import java.time.Instant;
import picocli.CommandLine.Option;

/** {@code --from}, {@code --to}: windows by their beginning. */
final class PeriodOptions {
    @Option(
            names = "--from",
            paramLabel = "TIME",
            converter = TimeOption.class,
            description = {"Windows that begin at this time or later.", TimeOption.HELP})
    private Instant from;

    @Option(
            names = "--to",
            paramLabel = "TIME",
            converter = TimeOption.class,
            description = {"Windows that begin before this time.", TimeOption.HELP})
    private Instant to;

    /** @throws CommandException if no window can begin in the period */
    Windows windows() {
        requireSomeTime(from, to);
        return new Windows(from == null ? Instant.MIN : from, to == null ? Instant.MAX : to);
    }

    /**
     * @param from null if there is no beginning
     * @param to null if there is no end
     * @throws CommandException if no time lies between them
     */
    static void requireSomeTime(Instant from, Instant to) {
        if (from != null && to != null && !from.isBefore(to)) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "--from " + from + " is not before --to " + to,
                    "Give --to a later time than --from.");
        }
    }
}
