// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.verify.ExitCode;
import io.tallystick.verify.OutputFile;
import io.tallystick.verify.Outputs;
import io.tallystick.verify.Reason;
import io.tallystick.verify.VerificationReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import picocli.CommandLine.Option;

/** {@code --report-json}, {@code --report-junit}, {@code --report-html}: the report in files, beside what is printed. */
final class ReportOptions {
    @Option(
            names = "--report-json",
            paramLabel = "FILE",
            description = {
                "Also write the transcript: JSON, deterministic. Every report replaces a file of its name, as a whole,"
                        + " and none",
                "may be, or lie in, what is read."
            })
    private Path json;

    @Option(names = "--report-junit", paramLabel = "FILE", description = "Also write JUnit XML, for a CI server.")
    private Path junit;

    @Option(
            names = "--report-html",
            paramLabel = "FILE",
            description = "Also write one self-contained page for people: scope, gaps, keys, verdicts, what to check by"
                    + " hand.")
    private Path html;

    /**
     * Before anything is verified.
     *
     * @throws CommandException if a report would take the place of something that is read, or of another report
     */
    void requireApart(Collection<Path> read) {
        OutputPlaces.require(read, outputs -> {
            add(outputs, "--report-json", json);
            add(outputs, "--report-junit", junit);
            add(outputs, "--report-html", html);
        });
    }

    private static void add(Outputs outputs, String option, Path file) {
        if (file != null) {
            outputs.file(option, file);
        }
    }

    void write(VerificationReport report) {
        write(json, report::writeJson);
        write(junit, out -> out.write(report.junit()));
        write(html, out -> out.write(report.html()));
    }

    /** A form that nobody asked for is not made. */
    private static void write(Path file, OutputFile.Text form) {
        if (file == null) {
            return;
        }
        try {
            OutputFile.writeText(file, form);
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "cannot write " + file + ": " + Reason.of(e),
                    "Name a file in a folder of yours.",
                    e);
        }
    }
}
