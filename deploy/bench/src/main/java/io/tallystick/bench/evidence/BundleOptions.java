// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.evidence;

import io.tallystick.bench.goal.Goals;
import java.io.IOException;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of commands that measure on a bundle of their own; their defaults differ. */
final class BundleOptions {
    @Option(names = "--mb", description = "Content of the bundle in MB (10^6 bytes; default: ${DEFAULT-VALUE}).")
    private long megabytes;

    @Option(
            names = "--payload",
            description = "Bytes of each payload, made of real events; 0 for real events as they are"
                    + " (default: ${DEFAULT-VALUE}).")
    private int payloadBytes;

    @Option(names = "--heap", description = "-Xmx of the process that is measured (default: ${DEFAULT-VALUE}).")
    private String heap = "256m";

    @Option(names = "--rounds", description = "How often each is run; the median counts (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(names = "--quick", description = "A tenth of the content: the start of the JVM weighs more.")
    private boolean quick;

    @Mixin
    private final Goals goals = new Goals();

    /** With these defaults. */
    BundleOptions(long megabytes, int payloadBytes, int rounds) {
        this.megabytes = megabytes;
        this.payloadBytes = payloadBytes;
        this.rounds = rounds;
    }

    /** Makes the bundle. */
    Workspace make() throws IOException {
        return Workspace.with(quick ? Math.max(1, megabytes / 10) : megabytes, payloadBytes);
    }

    String heap() {
        return heap;
    }

    int rounds() {
        return rounds;
    }

    Goals goals() {
        return goals;
    }
}
