// SPDX-License-Identifier: Apache-2.0
package io.tallystick.trust;

import java.util.Arrays;

/** A public key that was found acceptable (see {@link PublicKeys}): DER SPKI, with the algorithm and id that follow. */
public final class PublicKey {
    private final byte[] spki;
    private final KeyAlgorithm algorithm;
    private final String keyId;

    private PublicKey(byte[] spki, KeyAlgorithm algorithm) {
        this.spki = spki;
        this.algorithm = algorithm;
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
