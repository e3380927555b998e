// SPDX-License-Identifier: Apache-2.0
package io.tallystick.trust;

/**
 * A private key that signs, wherever it is kept: a file ({@link KeyFile}), a token ({@link Pkcs11Token}), a key management
 * service.
 *
 * <p>What an implementation for a key management service has to do:
 *
 * <table>
 * <caption>Contract</caption>
 * <tr><th>subject</th><th>rule</th></tr>
 * <tr><td>size</td><td>a message of up to {@value #MESSAGE_MAX} bytes goes to the service whole; the texts of checkpoints are
 *     shorter, which {@link io.tallystick.note.NoteSigners} asserts. A manifest may be longer: an implementation for a bundle
 *     key hashes here and sends the SHA-256</td></tr>
 * <tr><td>form</td><td>ECDSA signatures are DER; where the service gives r and s, they are converted here</td></tr>
 * <tr><td>threads</td><td>{@link #sign} is called by several threads at once, as many as {@code ledger.signing.threads} says,
 *     and must be safe then: no object is shared that holds the state of one signature</td></tr>
 * <tr><td>trouble</td><td>a service that does not answer within a time the implementation sets, or refuses for now (throttled,
 *     unavailable), is an {@link java.io.UncheckedIOException}. Signer and exporter begin again from durable state, as when a
 *     broker is away, and nothing is lost; but the whole batch is signed again, so a limit of requests a second is waited out
 *     here. Any other exception ends the process</td></tr>
 * <tr><td>trust</td><td>whoever signs verifies the result with the public key before it leaves the process, so a service that
 *     answers with another key's signature, or another form, is found out at once; that ends the process</td></tr>
 * </table>
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
     * Signs a whole message. Called by several threads at once.
     *
     * @param message a service may refuse one over {@link #MESSAGE_MAX} bytes
     * @return ECDSA: DER; others: the raw signature
     * @throws java.io.UncheckedIOException if the key's keeper does not answer now; the same may succeed later
     * @throws IllegalStateException if the key is closed
     */
    byte[] sign(byte[] message);

    @Override
    void close();
}
