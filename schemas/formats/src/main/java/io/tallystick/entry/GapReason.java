// SPDX-License-Identifier: Apache-2.0
package io.tallystick.entry;

/** Why records are lost to the ledger. A closed list. */
public enum GapReason {
    /** The source topic deleted them before they were read. */
    SOURCE_RETENTION("source-retention"),
    /** They were gone when the ledger first saw the topic. */
    BEFORE_LEDGER("before-ledger");

    private final String code;

    GapReason(String code) {
        this.code = code;
    }

    /** The value of the member {@code reason}. */
    public String code() {
        return code;
    }

    /**
     * The reason of this code.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static GapReason ofCode(String code) {
        for (GapReason reason : values()) {
            if (reason.code.equals(code)) {
                return reason;
            }
        }
        throw new IllegalArgumentException("unknown reason '" + code + "' of a gap");
    }
}
