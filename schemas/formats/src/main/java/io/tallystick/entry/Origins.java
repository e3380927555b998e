// SPDX-License-Identifier: Apache-2.0
package io.tallystick.entry;

/** Checkpoint origins of chains as entries hold them. */
final class Origins {
    /** Ledger origin 128, tenant 63, partition 4, two slashes. */
    private static final int BYTES_MAX = 128 + 1 + 63 + 1 + 4;

    private Origins() {}

    static void require(String origin) {
        Attributes.require("origin", origin, BYTES_MAX);
        if (origin.indexOf(' ') >= 0 || origin.indexOf('+') >= 0) {
            throw new IllegalArgumentException("origin holds a space or a plus: '" + origin + "'");
        }
    }

    static void requireOf(ChainId chain, String origin) {
        String tail = chain.origin("");
        if (!origin.endsWith(tail) || origin.length() == tail.length()) {
            throw new IllegalArgumentException("origin '" + origin + "' is not one of chain " + chain);
        }
        Attributes.require("ledger origin", origin.substring(0, origin.length() - tail.length()), 128);
    }
}
