// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.recover;

/** A recovery that was not done; nothing was written. Says what was found, where, and what to do. */
public final class RecoveryRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What kind of refusal it is. */
    public enum Kind {
        /** The topics contradict each other, or what was signed. */
        DISAGREES,
        /** Something the operator must do or say is missing. */
        NOT_READY
    }

    private final Kind kind;
    private final String remedy;

    private RecoveryRefusedException(Kind kind, String message, String remedy, Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.remedy = remedy;
    }

    /**
     * The topics contradict each other, or what was signed.
     *
     * @param message what was expected, what was found, and where
     */
    public static RecoveryRefusedException disagrees(String message) {
        return disagrees(message, null);
    }

    /** As {@link #disagrees(String)}, with the fault behind it. */
    public static RecoveryRefusedException disagrees(String message, Throwable cause) {
        return new RecoveryRefusedException(
                Kind.DISAGREES,
                message,
                "Nothing was written. Bring the topics back from a replica or a backup that holds what was signed; the"
                        + " bundles already exported stay valid and show what is missing.",
                cause);
    }

    /**
     * Something is missing that the operator can supply.
     *
     * @param message what is missing
     * @param remedy what to do
     */
    public static RecoveryRefusedException notReady(String message, String remedy) {
        return new RecoveryRefusedException(Kind.NOT_READY, message, remedy, null);
    }

    public Kind kind() {
        return kind;
    }

    /** What to do, in one or two sentences. */
    public String remedy() {
        return remedy;
    }
}
