// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.json.Jcs;
import io.tallystick.json.JsonValue;
import io.tallystick.verify.VerificationReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** {@code --output text|json}. */
final class OutputOption {
    /** Who reads the output. */
    enum Format {
        TEXT,
        JSON
    }

    @Option(
            names = "--output",
            paramLabel = "text|json",
            defaultValue = "text",
            description = "text for people (default), json for machines.")
    private Format format;

    boolean json() {
        return format == Format.JSON;
    }

    /** Prints the report in the format asked for; its exit code. */
    int print(CommandSpec spec, VerificationReport report) {
        PrintWriter out = spec.commandLine().getOut();
        if (json()) {
            printJson(out, report);
        } else {
            out.print(report.text());
        }
        out.flush();
        return report.exitCode();
    }

    private static void printJson(PrintWriter out, VerificationReport report) {
        try {
            report.writeJson(out);
        } catch (IOException e) {
            throw new UncheckedIOException("a PrintWriter keeps its trouble to itself", e);
        }
    }

    static String text(JsonValue value) {
        return new String(Jcs.encode(value), UTF_8);
    }
}
