// SPDX-License-Identifier: Apache-2.0
package io.tallystick.receipt;

import io.tallystick.note.Checkpoint;
import io.tallystick.note.KeyNames;
import io.tallystick.note.NoteException;
import io.tallystick.note.NoteSignature;
import io.tallystick.note.SignedNote;
import io.tallystick.tree.Hash;
import java.util.List;

/**
 * A checkpoint as it is stored, which outside parties speak about: witnesses about its text, time-stamping authorities
 * and local logs about the whole object with its signatures, Rekor about its text and an ECDSA signature of it.
 * Immutable. Its own signatures are not verified here.
 */
public final class AnchoredCheckpoint {
    private final byte[] object;
    private final SignedNote note;
    private final Checkpoint checkpoint;

    private AnchoredCheckpoint(byte[] object, SignedNote note, Checkpoint checkpoint) {
        this.object = object;
        this.note = note;
        this.checkpoint = checkpoint;
    }

    /**
     * Reads the stored object.
     *
     * @throws NoteException if it is not a signed checkpoint without extension lines
     */
    public static AnchoredCheckpoint parse(byte[] object) throws NoteException {
        byte[] copy = object.clone();
        SignedNote note = SignedNote.parse(copy);
        return new AnchoredCheckpoint(copy, note, Checkpoint.parse(note.text()));
    }

    /** The whole object; a copy. */
    public byte[] object() {
        return object.clone();
    }

    /** SHA-256 of the whole object: the imprint of a time-stamp, and the leaf of a local log. */
    public Hash digest() {
        return Hash.sha256(object);
    }

    /** The three lines that are signed; a copy. */
    public byte[] text() {
        return note.text();
    }

    /** SHA-256 of the three lines: what an ECDSA signature is over, and what Rekor holds. */
    public Hash textDigest() {
        return Hash.sha256(note.text());
    }

    /** Origin, size and root. */
    public Checkpoint checkpoint() {
        return checkpoint;
    }

    /** The checkpoint with its signature lines. */
    public SignedNote note() {
        return note;
    }

    /** The signatures, not verified, on lines that name the ECDSA key of this SPKI. */
    List<byte[]> signaturesOf(byte[] spki) {
        int keyId = KeyNames.ofSpki(spki);
        return note.signatures().stream()
                .filter(line -> line.keyId() == keyId && line.keyName().equals(checkpoint.origin()))
                .map(NoteSignature::signature)
                .toList();
    }
}
