// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import java.io.PrintWriter;
import java.io.StringWriter;

/** One command, run in this JVM, with what it printed. */
record TallyRun(int exitCode, String out, String err) {

    static TallyRun of(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = Tally.run(new PrintWriter(out), new PrintWriter(err), args);
        return new TallyRun(exitCode, out.toString(), err.toString());
    }

    String everything() {
        return "exit code " + exitCode + "\n" + out + err;
    }
}
