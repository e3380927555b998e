// SPDX-License-Identifier: Apache-2.0
package io.tallystick.trust;

import java.util.Arrays;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;

/**
 * A public key that was found acceptable (see {@link PublicKeys}): DER SPKI, with the algorithm and id that follow. It is decoded
 * once, so that verifying many signatures costs less than with {@link Signatures}. Safe from several threads.
 */
public final class PublicKey {
    private final byte[] spki;
    private final KeyAlgorithm algorithm;
    private final AsymmetricKeyParameter key;
    private final String keyId;

    private PublicKey(byte[] spki, KeyAlgorithm algorithm) throws KeyException {
        this.spki = spki;
        this.algorithm = algorithm;
        this.key = PublicKeys.decode(algorithm, spki);
        this.keyId = PublicKeys.keyId(spki);
    }

    /**
     * Checks and copies a DER SPKI.
     *
     * @throws KeyException if the key is malformed, weak or of an unknown algorithm
     */
    public static PublicKey of(byte[] spki) throws KeyException {
        byte[] copy = spki.clone();
        return new PublicKey(copy, PublicKeys.algorithm(copy));
    }

    /** DER {@code SubjectPublicKeyInfo}; a copy. */
    public byte[] spki() {
        return spki.clone();
    }

    /** The key without its frame: 32 bytes of Ed25519, 1,312 of ML-DSA-44, of P-256 the uncompressed point; a copy. */
    public byte[] raw() {
        return SubjectPublicKeyInfo.getInstance(spki).getPublicKeyData().getOctets();
    }

    /**
     * Verifies a signature over a whole message, as {@link Signatures#verify}.
     *
     * @throws InvalidSignatureException if anything at all is wrong
     */
    public void verify(byte[] message, byte[] sig) throws InvalidSignatureException {
        Signatures.verify(algorithm, key, message, sig);
    }

    /** The algorithm, as the key itself says. */
    public KeyAlgorithm algorithm() {
        return algorithm;
    }

    /** Lower-case hex SHA-256 of the SPKI. */
    public String keyId() {
        return keyId;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PublicKey key && Arrays.equals(spki, key.spki);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(spki);
    }

    @Override
    public String toString() {
        return algorithm.wireName() + " key " + keyId;
    }
}
