// SPDX-License-Identifier: Apache-2.0
package io.tallystick.note;

/** A note or verifier key is malformed, or a note is not verified by the keys given. */
public class NoteException extends Exception {
    private static final long serialVersionUID = 1L;

    /** What is wrong, for callers that treat an unknown signer and a false signature differently. */
    public enum Fault {
        /** Not a note, not a checkpoint, not a verifier key, or over a limit. */
        MALFORMED,
        /** No signature line belongs to any of the keys given. */
        NO_KNOWN_KEY,
        /** A signature line of a key given does not verify. */
        BAD_SIGNATURE,
        /** Two of the keys given have the name and key id of one signature line. */
        AMBIGUOUS_KEY
    }

    private final Fault fault;

    public NoteException(Fault fault, String message) {
        super(message);
        this.fault = fault;
    }

    public NoteException(Fault fault, String message, Throwable cause) {
        super(message, cause);
        this.fault = fault;
    }

    /** What is wrong. */
    public Fault fault() {
        return fault;
    }

    static NoteException malformed(String message) {
        return new NoteException(Fault.MALFORMED, message);
    }
}
