// SPDX-License-Identifier: Apache-2.0
package io.tallystick.receipt;

import io.tallystick.note.Checkpoint;
import io.tallystick.note.KeyNames;
import io.tallystick.note.NoteException;
import io.tallystick.note.NoteSignature;
import io.tallystick.trust.KeyException;
import io.tallystick.trust.PublicKeys;
import io.tallystick.trust.SigningKey;
import io.tallystick.trust.StrictBase64;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.HexFormat;

/**
 * Makes cosignature lines: the signing half of {@link Witness}. Whether a checkpoint may be cosigned is decided by
 * whoever holds the state of the witness, before this is called.
 */
public final class Cosigner {
    private final String name;
    private final CosignatureType type;
    private final SigningKey key;
    private final byte[] raw;

    private Cosigner(String name, CosignatureType type, SigningKey key, byte[] raw) {
        this.name = name;
        this.type = type;
        this.key = key;
        this.raw = raw;
    }

    /**
     * A cosigner.
     *
     * @param name not empty, without white space and {@code +}
     * @param key Ed25519 (type 0x04) or ML-DSA-44 (0x06)
     * @throws IllegalArgumentException if the name cannot name a key or the algorithm has no cosignature
     */
    public static Cosigner of(String name, SigningKey key) {
        if (!KeyNames.isKeyName(name)) {
            throw new IllegalArgumentException("not a key name: " + name);
        }
        try {
            return switch (key.algorithm()) {
                case ED25519 -> new Cosigner(name, CosignatureType.ED25519, key, PublicKeys.ed25519Raw(key.spki()));
                case ML_DSA_44 -> new Cosigner(name, CosignatureType.ML_DSA_44, key, PublicKeys.mlDsa44Raw(key.spki()));
                case ECDSA_P256 -> throw new IllegalArgumentException("ecdsa-p256 has no cosignature");
            };
        } catch (KeyException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /**
     * Cosigns.
     *
     * @param time cut to seconds; after the epoch
     * @throws IllegalArgumentException if a name or origin is too long for the form, or the time is none
     */
    public NoteSignature cosign(Checkpoint checkpoint, Instant time) {
        long seconds = time.getEpochSecond();
        if (seconds <= 0) {
            throw new IllegalArgumentException("a cosignature needs a time");
        }
        byte[] sig = key.sign(type.message(name, seconds, checkpoint));
        byte[] timed = ByteBuffer.allocate(Long.BYTES + sig.length)
                .putLong(seconds)
                .put(sig)
                .array();
        return new NoteSignature(name, KeyNames.named(name, type.type(), raw), timed);
    }

    /** The verifier key, as a trust root lists it. */
    public String vkey() {
        byte[] typed =
                ByteBuffer.allocate(raw.length + 1).put(type.type()).put(raw).array();
        int keyId = KeyNames.named(name, type.type(), raw);
        return name + "+" + HexFormat.of().toHexDigits(keyId) + "+" + StrictBase64.encode(typed);
    }

    /** The verifying half, to check each line before it leaves the process. */
    public Witness witness() {
        try {
            return Witness.parse(vkey());
        } catch (NoteException e) {
            throw new IllegalStateException("a cosigner's own key can be read", e);
        }
    }
}
