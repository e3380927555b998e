// SPDX-License-Identifier: Apache-2.0
package io.tallystick.trust;

/**
 * A private key that signs, wherever it is kept: a file ({@link KeyFile}), a token ({@link Pkcs11Token}), a key management
 * service. Implementations may be used by several threads at once.
 *
 * <p>The text of a checkpoint is at most {@value #MESSAGE_MAX} bytes, the limit of services that take messages whole; a
 * manifest may be longer, so a bundle key's implementation hashes here and sends the digest. Whoever signs verifies the
 * result with the public key, so a service that answers with another key's signature is found out at once.
 *
 * <p>Closing gives back what the key holds (memory, sessions); a closed key refuses to sign.
 */
public interface SigningKey extends AutoCloseable {
    /** Longest message that every implementation signs, in bytes. */
    int MESSAGE_MAX = 4096;

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
     * @param message a service may refuse one over {@link #MESSAGE_MAX} bytes
     * @return ECDSA: DER (a service that gives r and s must convert them); others: the raw signature
     * @throws IllegalStateException if the key is closed
     */
    byte[] sign(byte[] message);

    @Override
    void close();
}
