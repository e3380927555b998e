// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

/** Where a command that runs stages logs to. To be called before the first logger is made. */
final class LogFile {
    private static final String FILE = "tally.log.file";
    private static final String LEVEL = "tally.log.level";

    private LogFile() {}

    /** JSON lines into the ledger's directory; on standard error what {@code level} says, unless the user chose otherwise. */
    static void in(LedgerHome home, String level) {
        if (System.getProperty(FILE) == null) {
            System.setProperty(FILE, home.directory().resolve("tally.log").toString());
        }
        if (System.getProperty(LEVEL) == null) {
            System.setProperty(LEVEL, level);
        }
    }
}
