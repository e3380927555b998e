// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.faults;

import java.util.Locale;

/** What a process of the ledger is. */
enum Role implements Worded {
    BROKER,
    INGEST,
    CHAIN,
    ANCHOR,
    /** All brokers together; no process. */
    CLUSTER;

    static Role ofWord(String word) {
        return Worded.of(values(), word, "role");
    }

    /** The word in names of processes, such as {@code chain-1}. */
    @Override
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
