// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.faults;

import java.util.Locale;

/** What a process of the ledger is. */
enum Role {
    BROKER,
    INGEST,
    CHAIN,
    ANCHOR,
    /** All brokers together; no process. */
    CLUSTER;

    static Role ofWord(String word) {
        for (Role role : values()) {
            if (role.word().equals(word)) {
                return role;
            }
        }
        throw new IllegalArgumentException("unknown role: " + word);
    }

    /** The word in names of processes, such as {@code chain-1}. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
