// SPDX-License-Identifier: Apache-2.0
package io.tallystick.note;

/** A public key under a name, able to check the signature lines that carry its name and id. */
public interface NoteVerifier {
    /** Key name, as on the signature line. */
    String name();

    /** The four bytes of the key id, big-endian, as on the signature line. */
    int keyId();

    /**
     * Checks a signature over the text of a note.
     *
     * @throws NoteException with {@link NoteException.Fault#BAD_SIGNATURE} if it does not verify
     */
    void verify(byte[] text, byte[] sig) throws NoteException;
}
