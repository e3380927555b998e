// SPDX-License-Identifier: Apache-2.0
package io.tallystick.trust;

/**
 * A private key that signs, wherever it is kept. Implementations may be used by several threads at once.
 *
 * <p>Closing gives back what the key holds (memory, sessions); a closed key refuses to sign.
 */
public interface SigningKey extends AutoCloseable {
    /** What the signatures are. */
    KeyAlgorithm algorithm();

    /** DER {@code SubjectPublicKeyInfo} of the public key; a copy. */
    byte[] spki();

    /** Lower-case hex SHA-256 of {@link #spki()}. */
    default String keyId() {
        return PublicKeys.keyId(spki());
    }

    /**
     * Signs a whole message.
     *
     * @return ECDSA: DER; others: the raw signature
     * @throws IllegalStateException if the key is closed
     */
    byte[] sign(byte[] message);

    @Override
    void close();
}
