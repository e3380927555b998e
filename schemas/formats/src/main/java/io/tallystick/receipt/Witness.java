// SPDX-License-Identifier: Apache-2.0
package io.tallystick.receipt;

import io.tallystick.note.Checkpoint;
import io.tallystick.note.KeyNames;
import io.tallystick.note.NoteException;
import io.tallystick.note.NoteSignature;
import io.tallystick.receipt.ReceiptException.Fault;
import io.tallystick.trust.InvalidSignatureException;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.KeyException;
import io.tallystick.trust.PublicKeys;
import io.tallystick.trust.Signatures;
import io.tallystick.trust.TrustAnchors;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * A witness whose cosignatures count. c2sp.org/tlog-cosignature. Says: at this time this was the largest consistent tree
 * that I had seen of this origin.
 *
 * <p>Its verifier key is of type 0x04 (Ed25519) or 0x06 (ML-DSA-44); a plain Ed25519 key (0x01) stands for the 0x04 key
 * of the same bytes, whose id is another one. Immutable.
 */
public final class Witness {
    /** A cosignature object is one line: with ML-DSA-44 some 3.5 KiB. */
    public static final int SIZE_MAX = 8 * 1024;

    /** The last second that can be written as a ledger time: the end of the year 9999. */
    private static final long SECONDS_MAX = 253_402_300_799L;

    private final String name;
    private final int keyId;
    private final CosignatureType type;
    private final byte[] spki;
    private final String vkey;

    private Witness(String name, CosignatureType type, byte[] key, byte[] spki) {
        this.name = name;
        this.type = type;
        this.vkey = Vkey.text(name, type.type(), key);
        this.keyId = KeyNames.named(name, type.type(), key);
        this.spki = spki;
    }

    /**
     * Reads a verifier key.
     *
     * @throws NoteException {@link NoteException.Fault#MALFORMED} if it has another form or type, the key id is not that
     *     of the key, or the key is weak (see {@link PublicKeys})
     */
    public static Witness parse(String vkey) throws NoteException {
        Vkey parsed = Vkey.parse(vkey);
        byte[] key = parsed.key();
        return switch (parsed.type()) {
            case Vkey.ED25519, Vkey.COSIGNATURE_ED25519 ->
                of(parsed.name(), CosignatureType.ED25519, key, PublicKeys.ed25519Spki(key));
            case Vkey.COSIGNATURE_ML_DSA_44 ->
                of(parsed.name(), CosignatureType.ML_DSA_44, key, PublicKeys.mlDsa44Spki(key));
            default ->
                throw new NoteException(NoteException.Fault.MALFORMED, "a verifier key of a type that cosigns nothing");
        };
    }

    private static Witness of(String name, CosignatureType type, byte[] key, byte[] spki) throws NoteException {
        try {
            if (PublicKeys.algorithm(spki) != type.algorithm()) {
                throw new NoteException(NoteException.Fault.MALFORMED, "not a key of " + type.algorithm());
            }
        } catch (KeyException e) {
            throw new NoteException(NoteException.Fault.MALFORMED, "not a witness key: " + e.getMessage(), e);
        }
        return new Witness(name, type, key, spki);
    }

    /** Name on its signature lines. */
    public String name() {
        return name;
    }

    /** The four bytes of the key id on its signature lines, big-endian. */
    public int keyId() {
        return keyId;
    }

    /** Algorithm of its key. */
    public KeyAlgorithm algorithm() {
        return type.algorithm();
    }

    /** Its verifier key as a cosigner's, of type 0x04 or 0x06, also where it was given as a plain Ed25519 key. */
    public String vkey() {
        return vkey;
    }

    /** DER SPKI of its key; a copy. */
    public byte[] spki() {
        return spki.clone();
    }

    /** Name of its cosignature among the receipts of a checkpoint. */
    public String objectName() {
        return ReceiptNames.cosignature(keyId);
    }

    /**
     * Verifies a stored cosignature: one signature line with its LF.
     *
     * @throws ReceiptException if anything is wrong
     */
    public Receipt verify(byte[] object, Checkpoint checkpoint) throws ReceiptException {
        return verify(parseLine(object), checkpoint);
    }

    /**
     * Reads a stored cosignature; verifies nothing.
     *
     * @throws ReceiptException {@link Fault#MALFORMED} if it is not one signature line with its LF
     */
    public static NoteSignature parseLine(byte[] object) throws ReceiptException {
        if (object.length > SIZE_MAX) {
            throw new ReceiptException(Fault.MALFORMED, "the cosignature is larger than " + SIZE_MAX + " bytes");
        }
        try {
            CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(object));
            String line = text.toString();
            if (!line.endsWith("\n") || line.indexOf('\n') != line.length() - 1) {
                throw new ReceiptException(Fault.MALFORMED, "a cosignature is one line");
            }
            return NoteSignature.parse(line.substring(0, line.length() - 1));
        } catch (CharacterCodingException | NoteException e) {
            throw new ReceiptException(Fault.MALFORMED, "not a signature line", e);
        }
    }

    /**
     * Verifies a cosignature line.
     *
     * @throws ReceiptException if it is not by this witness, has another length, claims no time or does not verify
     */
    public Receipt verify(NoteSignature line, Checkpoint checkpoint) throws ReceiptException {
        if (line.keyId() != keyId || !line.keyName().equals(name)) {
            throw new ReceiptException(Fault.OTHER_SUBJECT, "a cosignature by " + line + ", not by " + this);
        }
        byte[] timed = line.signature();
        if (timed.length != Long.BYTES + type.signatureBytes()) {
            throw new ReceiptException(
                    Fault.MALFORMED,
                    "a cosignature of " + timed.length + " bytes, with time it has "
                            + (Long.BYTES + type.signatureBytes()));
        }
        long seconds = ByteBuffer.wrap(timed).getLong();
        if (seconds <= 0 || seconds > SECONDS_MAX) {
            throw new ReceiptException(Fault.MALFORMED, "a cosignature without a usable time");
        }
        byte[] sig = Arrays.copyOfRange(timed, Long.BYTES, timed.length);
        try {
            Signatures.verify(type.algorithm(), spki, type.message(name, seconds, checkpoint), sig);
        } catch (InvalidSignatureException | IllegalArgumentException e) {
            throw new ReceiptException(
                    Fault.INVALID, "the cosignature of " + this + " does not verify over this checkpoint", e);
        }
        return new Receipt(TrustAnchors.Kind.WITNESSES, name, Optional.of(Instant.ofEpochSecond(seconds)));
    }

    @Override
    public String toString() {
        return name + "+" + HexFormat.of().toHexDigits(keyId);
    }
}
