// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.json.Jcs;
import io.tallystick.json.JsonValue;
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

    static String text(JsonValue value) {
        return new String(Jcs.encode(value), UTF_8);
    }
}
