// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.faults.check;

/**
 * One way in which the ledger is not what its sources and journals say.
 *
 * @param kind the promise that is broken
 * @param where chain, partition or producer
 * @param what one sentence with the numbers
 */
public record Finding(Kind kind, String where, String what) {

    /** Which promise. */
    public enum Kind {
        /** An acknowledged or committed record is in no entry, or an entry is missing from its chain. */
        LOST,
        /** A record is in two entries, or in the source more often than it was sent. */
        DUPLICATED,
        /** A record's entry stands behind one of a later record. */
        REORDERED,
        /** A chain has two entries in one place, or one that does not name its predecessor's hash. */
        FORKED,
        /** An entry does not commit to what was produced, or accounts for what was never committed. */
        ALTERED,
        /** Anything else that DESIGN.md does not allow, such as time that goes backwards. */
        IRREGULAR
    }

    @Override
    public String toString() {
        return kind + " " + where + ": " + what;
    }
}
