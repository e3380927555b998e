// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.json.Jcs;
import io.tallystick.json.JsonValue;
import io.tallystick.verify.VerificationReport;
import java.io.PrintWriter;
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
        out.print(json() ? report.jsonText() : report.text());
        out.flush();
        return report.exitCode();
    }

    static String text(JsonValue value) {
        return new String(Jcs.encode(value), UTF_8);
    }
}
