// SPDX-License-Identifier: Apache-2.0
package io.tallystick.trust;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.Provider;
import java.security.ProviderException;
import java.security.Security;
import java.security.Signature;
import java.security.cert.Certificate;

/**
 * Keys of a PKCS#11 token, through the JDK's SunPKCS11. Private keys never leave the token; ECDSA P-256 only, which is what
 * SunPKCS11 and tokens have in common.
 *
 * <p>The token must hold a certificate beside each private key, as {@code keytool -genkeypair -storetype PKCS11} makes it;
 * it only carries the public key. Signatures are DER; their nonces are the token's, so signing again gives other bytes.
 */
public final class Pkcs11Token {
    private final Provider provider;
    private final KeyStore store;

    private Pkcs11Token(Provider provider, KeyStore store) {
        this.provider = provider;
        this.store = store;
    }

    /**
     * Logs in to a token. A process logs in once: a token that is open already asks for no PIN again.
     *
     * @param configuration of SunPKCS11: {@code name}, {@code library}, {@code slot} or {@code slotListIndex}
     * @param pin of the token's user; not kept
     * @throws KeyException if the library cannot be loaded, or the token refuses the PIN
     */
    public static Pkcs11Token open(Path configuration, char[] pin) throws KeyException {
        Provider template = Security.getProvider("SunPKCS11");
        if (template == null) {
            throw new KeyException("this Java has no SunPKCS11");
        }
        try {
            Provider provider = template.configure(configuration.toString());
            KeyStore store = KeyStore.getInstance("PKCS11", provider);
            store.load(null, pin);
            return new Pkcs11Token(provider, store);
        } catch (GeneralSecurityException | IOException | RuntimeException e) {
            // Runtime: an unusable configuration is an InvalidParameterException, a missing library a
            // ProviderException.
            throw new KeyException("cannot use the PKCS#11 token of " + configuration + ": " + reason(e), e);
        }
    }

    private static String reason(Exception fault) {
        Throwable cause = fault.getCause();
        return cause == null ? fault.toString() : fault + ", " + cause;
    }

    /**
     * A key of the token.
     *
     * @param alias label of private key and certificate
     * @throws KeyException if there is none of that name with a certificate, or it is not ECDSA P-256, or its first
     *     signature does not verify with the certificate's key
     */
    public SigningKey key(String alias) throws KeyException {
        try {
            Certificate certificate = store.getCertificate(alias);
            if (!(store.getKey(alias, null) instanceof java.security.PrivateKey key) || certificate == null) {
                throw new KeyException("the token holds no private key " + alias + " with a certificate");
            }
            byte[] spki = certificate.getPublicKey().getEncoded();
            if (PublicKeys.algorithm(spki) != KeyAlgorithm.ECDSA_P256) {
                throw new KeyException("key " + alias + " of the token is not ecdsa-p256");
            }
            TokenKey signing = new TokenKey(provider, key, spki);
            byte[] probe = {0};
            Signatures.verify(KeyAlgorithm.ECDSA_P256, spki, probe, signing.sign(probe));
            return signing;
        } catch (GeneralSecurityException | UncheckedIOException e) {
            throw new KeyException("cannot use key " + alias + " of the token: " + e.getMessage(), e);
        } catch (InvalidSignatureException e) {
            throw new KeyException("key " + alias + " of the token is not that of its certificate", e);
        }
    }

    /** One private key, by handle. */
    private static final class TokenKey implements SigningKey {
        private final Provider provider;
        private final java.security.PrivateKey key;
        private final byte[] spki;

        TokenKey(Provider provider, java.security.PrivateKey key, byte[] spki) {
            this.provider = provider;
            this.key = key;
            this.spki = spki.clone();
        }

        @Override
        public KeyAlgorithm algorithm() {
            return KeyAlgorithm.ECDSA_P256;
        }

        @Override
        public byte[] spki() {
            return spki.clone();
        }

        @Override
        public byte[] sign(byte[] message) {
            try {
                Signature signature = Signature.getInstance("SHA256withECDSA", provider);
                signature.initSign(key);
                signature.update(message);
                return signature.sign();
            } catch (GeneralSecurityException | ProviderException e) {
                throw new UncheckedIOException(
                        new IOException("the token does not sign with key " + keyId() + ": " + e.getMessage(), e));
            }
        }

        @Override
        public void close() {
            // The session belongs to the provider, which lives as long as the process.
        }

        @Override
        public String toString() {
            return "token key " + keyId();
        }
    }
}
