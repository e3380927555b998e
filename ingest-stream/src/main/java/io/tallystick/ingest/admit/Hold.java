// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest.admit;

/** Why records of a partition are not fetched just now. */
public enum Hold {
    /** Topic id, position and log start are being looked up, or a gap waits for its time. */
    LOCATING(true),
    /** The topic has another id than the tenant's descriptor says: an operator must confirm it. */
    RECREATED(true),
    /** The next record needs a schema the registry has not given yet. */
    SCHEMA(true),
    /** A send failed a moment ago. */
    BACKING_OFF(true),
    /** A notice came and what is on its way must land first. */
    NOTICE(true),
    /**
     * {@code ledger.ingest} takes no more of it for now. Where much is read that is as it should be, for a moment: a trouble only
     * while it lasts, and if nothing landed meanwhile.
     */
    NO_ROOM(false),
    /** The tenant is suspended: as its operator wants it. */
    SUSPENDED(false);

    private final boolean trouble;

    Hold(boolean trouble) {
        this.trouble = trouble;
    }

    /** Whether a chain so held, however briefly, is waiting for something that nobody wanted. */
    public boolean isTrouble() {
        return trouble;
    }
}
