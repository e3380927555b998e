// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.faults;

import java.util.Locale;

/** What a process of the ledger is. */
enum Role {
    BROKER,
    INGEST,
    CHAIN,
    /** All brokers together; no process. */
    CLUSTER;

    /** The word in names of processes, such as {@code chain-1}. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
