// SPDX-License-Identifier: Apache-2.0
package io.tallystick.note;

import io.tallystick.trust.InvalidSignatureException;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.KeyException;
import io.tallystick.trust.PublicKey;
import io.tallystick.trust.PublicKeys;
import io.tallystick.trust.StrictBase64;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Note verifiers for the signature types of the ledger's own checkpoints. c2sp.org/signed-note.
 *
 * <table>
 * <caption>Types</caption>
 * <tr><th>type</th><th>key in a vkey</th><th>key id</th><th>signature</th></tr>
 * <tr><td>0x01</td><td>32 bytes Ed25519</td><td>SHA-256(name LF 0x01 key)[:4]</td><td>64 bytes over the text</td></tr>
 * <tr><td>0x06</td><td>1,312 bytes ML-DSA-44</td><td>SHA-256(name LF 0x06 key)[:4]</td><td>{@link MlDsaLine}, on
 * checkpoints</td></tr>
 * <tr><td>0x02</td><td>DER SPKI, P-256</td><td>SHA-256(SPKI)[:4]</td><td>DER over SHA-256 of the text</td></tr>
 * </table>
 */
public final class NoteVerifiers {
    private static final byte TYPE_ED25519 = 0x01;
    private static final byte TYPE_ECDSA = 0x02;
    private static final int ML_DSA_44_BYTES = 1312;
    private static final int KEY_ID_DIGITS = 8;

    private NoteVerifiers() {}

    /**
     * The verifier of a public key.
     *
     * @param name for checkpoints the origin
     * @throws IllegalArgumentException if the name cannot name a key, the key is not acceptable (see
     *     {@link PublicKeys})
     */
    public static NoteVerifier of(String name, KeyAlgorithm algorithm, byte[] spki) {
        PublicKey key = acceptable(spki);
        if (key.algorithm() != algorithm) {
            throw new IllegalArgumentException("not a key of " + algorithm.wireName());
        }
        return of(name, key);
    }

    /**
     * The verifier of a public key that is decoded already.
     *
     * @param name as for {@link #of(String, KeyAlgorithm, byte[])}
     * @throws IllegalArgumentException if the name cannot name a key
     */
    public static NoteVerifier of(String name, PublicKey key) {
        int keyId = key.algorithm() == KeyAlgorithm.ECDSA_P256
                ? KeyNames.ofSpki(key.spki())
                : KeyNames.named(name, type(key.algorithm()), key.raw());
        return new KeyVerifier(name, keyId, key);
    }

    /** An Ed25519 verifier; {@code raw} are the 32 bytes of the key. As for {@link #of}. */
    public static NoteVerifier ed25519(String name, byte[] raw) {
        return of(name, KeyAlgorithm.ED25519, PublicKeys.ed25519Spki(raw));
    }

    /** An ECDSA P-256 verifier. As for {@link #of}. */
    public static NoteVerifier ecdsaP256(String name, byte[] spki) {
        return of(name, KeyAlgorithm.ECDSA_P256, spki);
    }

    /**
     * Reads a verifier key {@code name+hex8 key id+base64(type key)}.
     *
     * @throws NoteException {@link NoteException.Fault#MALFORMED} if it has another form or type, the key id is not that
     *     of the key, or the key is not acceptable
     */
    public static NoteVerifier parseVkey(String vkey) throws NoteException {
        int first = vkey.indexOf('+');
        int second = vkey.indexOf('+', first + 1);
        if (first < 0 || second < 0) {
            throw NoteException.malformed("a verifier key has three parts");
        }
        String id = vkey.substring(first + 1, second);
        try {
            byte[] typed = StrictBase64.decode(vkey.substring(second + 1));
            NoteVerifier verifier = ofTyped(vkey.substring(0, first), typed);
            if (id.length() != KEY_ID_DIGITS || !id.equals(HexFormat.of().toHexDigits(verifier.keyId()))) {
                throw NoteException.malformed("the verifier key's id is not that of its key");
            }
            return verifier;
        } catch (IllegalArgumentException e) {
            throw new NoteException(NoteException.Fault.MALFORMED, "not a verifier key: " + e.getMessage(), e);
        }
    }

    /** The verifier key text of a public key. As for {@link #of}. */
    public static String vkey(String name, KeyAlgorithm algorithm, byte[] spki) {
        NoteVerifier verifier = of(name, algorithm, spki);
        byte[] key =
                algorithm == KeyAlgorithm.ECDSA_P256 ? spki : acceptable(spki).raw();
        byte[] typed = new byte[key.length + 1];
        typed[0] = type(algorithm);
        System.arraycopy(key, 0, typed, 1, key.length);
        return name + "+" + HexFormat.of().toHexDigits(verifier.keyId()) + "+" + StrictBase64.encode(typed);
    }

    private static NoteVerifier ofTyped(String name, byte[] typed) throws NoteException {
        if (typed.length > 1) {
            byte[] key = Arrays.copyOfRange(typed, 1, typed.length);
            if (typed[0] == TYPE_ED25519) {
                return ed25519(name, key);
            }
            if (typed[0] == TYPE_ECDSA) {
                return ecdsaP256(name, key);
            }
            if (typed[0] == MlDsaLine.TYPE) {
                if (key.length != ML_DSA_44_BYTES) {
                    throw NoteException.malformed("an ML-DSA-44 key has " + ML_DSA_44_BYTES + " bytes");
                }
                return of(name, KeyAlgorithm.ML_DSA_44, PublicKeys.mlDsa44Spki(key));
            }
        }
        throw NoteException.malformed("verifier key of an unknown type");
    }

    private static byte type(KeyAlgorithm algorithm) {
        return switch (algorithm) {
            case ED25519 -> TYPE_ED25519;
            case ECDSA_P256 -> TYPE_ECDSA;
            case ML_DSA_44 -> MlDsaLine.TYPE;
        };
    }

    private static PublicKey acceptable(byte[] spki) {
        try {
            return PublicKey.of(spki);
        } catch (KeyException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /** Compares by identity: two verifiers of one key are still two in a list. */
    private static final class KeyVerifier implements NoteVerifier {
        private final String name;
        private final int keyId;
        private final PublicKey key;

        KeyVerifier(String name, int keyId, PublicKey key) {
            if (!KeyNames.isKeyName(name)) {
                throw new IllegalArgumentException("not a key name: " + name);
            }
            this.name = name;
            this.keyId = keyId;
            this.key = key;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public int keyId() {
            return keyId;
        }

        @Override
        public void verify(byte[] text, byte[] sig) throws NoteException {
            try {
                if (key.algorithm() == KeyAlgorithm.ML_DSA_44) {
                    MlDsaLine.verify(name, key.spki(), text, sig);
                } else {
                    key.verify(text, sig);
                }
            } catch (InvalidSignatureException e) {
                throw new NoteException(NoteException.Fault.BAD_SIGNATURE, this + ": " + e.getMessage(), e);
            }
        }

        @Override
        public String toString() {
            return name + "+" + HexFormat.of().toHexDigits(keyId);
        }
    }
}
