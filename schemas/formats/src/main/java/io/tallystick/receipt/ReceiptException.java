// SPDX-License-Identifier: Apache-2.0
package io.tallystick.receipt;

/** What an outside party said does not count for the checkpoint, and why. */
public final class ReceiptException extends Exception {
    private static final long serialVersionUID = 1L;

    /** What is wrong, for callers that act on it. */
    public enum Fault {
        /** Not a receipt of this kind, or over a limit. */
        MALFORMED,
        /** The party answered that it will not vouch. */
        REFUSED,
        /** About something else: another checkpoint, digest, signature, nonce, log or witness. */
        OTHER_SUBJECT,
        /** A signature, certificate chain or proof does not hold. */
        INVALID,
        /** Sound, but of a time for which the party is not trusted. */
        OUTSIDE_VALIDITY,
        /** Sound, but of a time at which nobody can have seen what it is about. */
        TOO_EARLY
    }

    private final Fault fault;

    ReceiptException(Fault fault, String message) {
        super(message);
        this.fault = fault;
    }

    ReceiptException(Fault fault, String message, Throwable cause) {
        super(message, cause);
        this.fault = fault;
    }

    /** What is wrong. */
    public Fault fault() {
        return fault;
    }
}
