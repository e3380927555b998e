// SPDX-License-Identifier: Apache-2.0
package io.tallystick.receipt;

import io.tallystick.note.KeyNames;
import io.tallystick.note.NoteException;
import io.tallystick.tree.Hash;
import io.tallystick.trust.StrictBase64;
import java.util.Arrays;
import java.util.HexFormat;

/** A verifier key {@code name+hex8 key id+base64(type key)} taken apart; the key id is checked, the key is not. */
final class Vkey {
    static final byte ED25519 = 0x01;
    static final byte ECDSA = 0x02;
    static final byte COSIGNATURE_ED25519 = 0x04;
    static final byte COSIGNATURE_ML_DSA_44 = 0x06;

    private static final int LENGTH_MAX = 8192;

    private final String name;
    private final byte type;
    private final byte[] key;

    private Vkey(String name, byte type, byte[] key) {
        this.name = name;
        this.type = type;
        this.key = key;
    }

    static Vkey parse(String vkey) throws NoteException {
        String[] parts = vkey.length() > LENGTH_MAX ? new String[0] : vkey.split("\\+", 3);
        if (parts.length != 3 || !KeyNames.isKeyName(parts[0])) {
            throw malformed("not a verifier key of three parts");
        }
        byte[] typed;
        try {
            typed = StrictBase64.decode(parts[2]);
        } catch (IllegalArgumentException e) {
            throw new NoteException(NoteException.Fault.MALFORMED, "the verifier key is not base64", e);
        }
        if (typed.length < 2) {
            throw malformed("the verifier key is empty");
        }
        Vkey parsed = new Vkey(parts[0], typed[0], Arrays.copyOfRange(typed, 1, typed.length));
        if (!parts[1].equals(HexFormat.of().toHexDigits(KeyNames.first4(parsed.hash())))) {
            throw malformed("the verifier key's id is not that of its key");
        }
        return parsed;
    }

    private static NoteException malformed(String message) {
        return new NoteException(NoteException.Fault.MALFORMED, message);
    }

    String name() {
        return name;
    }

    byte type() {
        return type;
    }

    byte[] key() {
        return key.clone();
    }

    /** The text of a verifier key whose id depends on its name. */
    static String text(String name, byte type, byte[] key) {
        byte[] typed = new byte[key.length + 1];
        typed[0] = type;
        System.arraycopy(key, 0, typed, 1, key.length);
        return name + "+" + HexFormat.of().toHexDigits(KeyNames.named(name, type, key)) + "+"
                + StrictBase64.encode(typed);
    }

    /** The hash whose first four bytes are the key id. */
    Hash hash() {
        return type == ECDSA ? Hash.sha256(key) : KeyNames.namedHash(name, type, key);
    }
}
