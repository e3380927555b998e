// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.verify.ExitCode;
import io.tallystick.verify.VerificationReport;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** {@code --report-json}, {@code --report-junit}, {@code --report-html}: the report in files, beside what is printed. */
final class ReportOptions {
    @Option(
            names = "--report-json",
            paramLabel = "FILE",
            description = "Also write the transcript: JSON, deterministic.")
    private Path json;

    @Option(names = "--report-junit", paramLabel = "FILE", description = "Also write JUnit XML, for a CI server.")
    private Path junit;

    @Option(
            names = "--report-html",
            paramLabel = "FILE",
            description = "Also write one self-contained page for people: scope, gaps, keys, verdicts, what to check by"
                    + " hand.")
    private Path html;

    void write(VerificationReport report) {
        write(json, report::writeJson);
        write(junit, out -> out.write(report.junit()));
        write(html, out -> out.write(report.html()));
    }

    private interface Form {
        void to(Writer out) throws IOException;
    }

    /** A form that nobody asked for is not made. */
    private static void write(Path file, Form form) {
        if (file == null) {
            return;
        }
        try (Writer out = Files.newBufferedWriter(file)) {
            form.to(out);
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "cannot write " + file + ": " + e.getMessage(),
                    "Name a file in a folder of yours.",
                    e);
        }
    }
}
