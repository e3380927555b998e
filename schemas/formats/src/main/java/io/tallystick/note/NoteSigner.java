// SPDX-License-Identifier: Apache-2.0
package io.tallystick.note;

/** A private key under a name, able to make signature lines. */
public interface NoteSigner {
    /**
     * Signs the text of a note.
     *
     * @param text including the final LF
     */
    NoteSignature sign(byte[] text);

    /** The verifier of this signer's lines, to check each one before it leaves the process. */
    NoteVerifier verifier();
}
