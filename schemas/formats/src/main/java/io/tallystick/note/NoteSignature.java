// SPDX-License-Identifier: Apache-2.0
package io.tallystick.note;

import io.tallystick.trust.StrictBase64;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;

/**
 * One signature line of a note:
 *
 * <pre>
 * line = "— " name " " base64( keyId[4] signature[1..] ) LF
 * </pre>
 *
 * Immutable.
 */
public final class NoteSignature {
    private static final String DASH = "\u2014 ";
    private static final int KEY_ID_BYTES = 4;

    private final String keyName;
    private final int keyId;
    private final byte[] signature;

    /**
     * A signature line.
     *
     * @param keyName not empty, without white space and {@code +}
     * @param keyId the four bytes of the key id, big-endian
     * @param signature at least one byte; copied
     */
    public NoteSignature(String keyName, int keyId, byte[] signature) {
        if (!KeyNames.isKeyName(keyName)) {
            throw new IllegalArgumentException("not a key name: " + keyName);
        }
        if (signature.length == 0) {
            throw new IllegalArgumentException("the signature is empty");
        }
        this.keyName = keyName;
        this.keyId = keyId;
        this.signature = signature.clone();
    }

    /**
     * Reads a line without its LF.
     *
     * @throws NoteException if it has any other form
     */
    public static NoteSignature parse(String line) throws NoteException {
        int space = line.lastIndexOf(' ');
        if (!line.startsWith(DASH) || space < DASH.length()) {
            throw NoteException.malformed("not a signature line");
        }
        String name = line.substring(DASH.length(), space);
        if (!KeyNames.isKeyName(name)) {
            throw NoteException.malformed("signature line with a key name that is none");
        }
        byte[] bytes;
        try {
            bytes = StrictBase64.decode(line.substring(space + 1));
        } catch (IllegalArgumentException e) {
            throw new NoteException(NoteException.Fault.MALFORMED, "signature line of " + name + " is not base64", e);
        }
        if (bytes.length <= KEY_ID_BYTES) {
            throw NoteException.malformed("signature line of " + name + " has no signature");
        }
        int id = ByteBuffer.wrap(bytes).getInt();
        return new NoteSignature(name, id, Arrays.copyOfRange(bytes, KEY_ID_BYTES, bytes.length));
    }

    /** Name of the key, which in a checkpoint of the ledger is the origin. */
    public String keyName() {
        return keyName;
    }

    /** The four bytes of the key id, big-endian. */
    public int keyId() {
        return keyId;
    }

    /** The signature as its algorithm makes it; a copy. */
    public byte[] signature() {
        return signature.clone();
    }

    /** The line with its LF. */
    public String encode() {
        byte[] bytes = ByteBuffer.allocate(KEY_ID_BYTES + signature.length)
                .putInt(keyId)
                .put(signature)
                .array();
        return DASH + keyName + " " + StrictBase64.encode(bytes) + "\n";
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NoteSignature that
                && keyName.equals(that.keyName)
                && keyId == that.keyId
                && Arrays.equals(signature, that.signature);
    }

    @Override
    public int hashCode() {
        return Objects.hash(keyName, keyId, Arrays.hashCode(signature));
    }

    @Override
    public String toString() {
        return keyName + "+" + HexFormat.of().toHexDigits(keyId);
    }
}
