// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.topic.AdminOrder;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Who changes something, and why: {@code --by}, {@code --reason}, {@code --dry-run}. */
final class OrderOptions {
    @Option(
            names = "--by",
            paramLabel = "WHO",
            description = "Who orders this; stands in the ledger's own chain (default: the user of this shell).")
    private String by = System.getProperty("user.name");

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why; stands in the ledger's own chain.")
    private String reason;

    @Option(names = "--dry-run", description = "Say what would be done, and do nothing.")
    private boolean dryRun;

    AdminOrder order() {
        return new AdminOrder(by, Optional.ofNullable(reason), dryRun);
    }
}
