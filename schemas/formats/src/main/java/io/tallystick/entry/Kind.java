// SPDX-License-Identifier: Apache-2.0
package io.tallystick.entry;

/** What an entry is about. A closed list: a new kind means a new {@code v}. */
public enum Kind {
    /** The first entry of a chain: from where it is fed. */
    GENESIS("genesis"),
    /** An event that was accepted. */
    EVENT("event"),
    /** A record that was refused. */
    REJECTED("rejected"),
    /** Records that are lost to the ledger. */
    GAP("gap"),
    /** The chain goes on from a re-created topic. */
    SOURCE("source"),
    /** Written by the ledger itself. */
    CONTROL("control"),
    /** The last entry of a chain. */
    CLOSED("closed");

    private final String wireName;

    Kind(String wireName) {
        this.wireName = wireName;
    }

    /** The value of the member {@code kind}. */
    public String wireName() {
        return wireName;
    }

    /**
     * The kind of this wire name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Kind ofWireName(String name) {
        for (Kind kind : values()) {
            if (kind.wireName.equals(name)) {
                return kind;
            }
        }
        throw new IllegalArgumentException("unknown kind '" + name + "'");
    }
}
