// SPDX-License-Identifier: Apache-2.0
package io.tallystick.trust;

import io.tallystick.entry.Bytes;
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
import java.util.Arrays;
import javax.security.auth.login.FailedLoginException;

/**
 * Keys of a PKCS#11 token, through the JDK's SunPKCS11. Private keys never leave the token; ECDSA P-256 only, which is what
 * SunPKCS11 and tokens have in common.
 *
 * <p>The token must hold a certificate beside each private key, as {@code keytool -genkeypair -storetype PKCS11} makes it;
 * it only carries the public key. Signatures are DER; their nonces are the token's, so signing again gives other bytes.
 *
 * <p>A key that does not sign is looked up once more after a new login, with the PIN as its file has it then: the token may have
 * ended the session. A PIN that was refused is not tried a second time, since tokens lock themselves after a few.
 */
public final class Pkcs11Token {
    private final Login login;
    private KeyStore store;
    private boolean refused;

    private Pkcs11Token(Login login) throws KeyException {
        this.login = login;
        this.store = open();
    }

    /** Logs in, unless the process is logged in already, and gives the token's keys. */
    interface Login {
        KeyStore open() throws KeyException, GeneralSecurityException, IOException;
    }

    /**
     * Logs in to a token. A process logs in once: a token that is open already asks for no PIN again.
     *
     * @param configuration of SunPKCS11: {@code name}, {@code library}, {@code slot} or {@code slotListIndex}
     * @param pinFile with the PIN of the token's user, protected as {@link KeyFile#readPassphrase(Path)} asks; read at every login
     * @throws KeyException if the library cannot be loaded, the PIN cannot be read, or the token refuses it
     */
    public static Pkcs11Token open(Path configuration, Path pinFile) throws KeyException {
        Provider template = Security.getProvider("SunPKCS11");
        if (template == null) {
            throw new KeyException("this Java has no SunPKCS11");
        }
        Provider provider;
        try {
            provider = template.configure(configuration.toString());
        } catch (RuntimeException e) {
            // An unusable configuration is an InvalidParameterException, a missing library a ProviderException.
            throw unusable(configuration, e);
        }
        return of(configuration, () -> {
            char[] pin = KeyFile.readPassphrase(pinFile);
            try {
                KeyStore store = KeyStore.getInstance("PKCS11", provider);
                store.load(null, pin);
                return store;
            } finally {
                Arrays.fill(pin, '\0');
            }
        });
    }

    /** {@link #open(Path, Path)} with another way to log in; the configuration is only named. */
    static Pkcs11Token of(Path configuration, Login login) throws KeyException {
        return new Pkcs11Token(() -> {
            try {
                return login.open();
            } catch (GeneralSecurityException | IOException | RuntimeException e) {
                throw unusable(configuration, e);
            }
        });
    }

    private static KeyException unusable(Path configuration, Exception fault) {
        return new KeyException("cannot use the PKCS#11 token of " + configuration + ": " + reason(fault), fault);
    }

    private static String reason(Exception fault) {
        Throwable cause = fault.getCause();
        return cause == null ? fault.toString() : fault + ", " + cause;
    }

    private KeyStore open() throws KeyException {
        if (refused) {
            throw new KeyException("the token has refused its PIN; correct the PIN file and start again");
        }
        try {
            return login.open();
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("wrapped already", e);
        } catch (KeyException e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                refused |= cause instanceof FailedLoginException;
            }
            throw e;
        }
    }

    /**
     * A key of the token.
     *
     * @param alias label of private key and certificate
     * @throws KeyException if there is none of that name with a certificate, or it is not ECDSA P-256, or its first
     *     signature does not verify with the certificate's key, or the token does not answer
     */
    public synchronized SigningKey key(String alias) throws KeyException {
        Handle handle = handle(alias);
        byte[] spki = handle.spki.toByteArray();
        if (PublicKeys.algorithm(spki) != KeyAlgorithm.ECDSA_P256) {
            throw new KeyException("key " + alias + " of the token is not ecdsa-p256");
        }
        TokenKey signing = new TokenKey(this, alias, handle);
        byte[] probe = {0};
        try {
            Signatures.verify(KeyAlgorithm.ECDSA_P256, spki, probe, signing.sign(probe));
            return signing;
        } catch (UncheckedIOException e) {
            throw new KeyException("cannot use key " + alias + " of the token: " + e.getMessage(), e);
        } catch (InvalidSignatureException e) {
            throw new KeyException("key " + alias + " of the token is not that of its certificate", e);
        }
    }

    /** What a key is while a login lasts. */
    private static final class Handle {
        private final Provider provider;
        private final java.security.PrivateKey key;
        private final Bytes spki;

        Handle(Provider provider, java.security.PrivateKey key, Bytes spki) {
            this.provider = provider;
            this.key = key;
            this.spki = spki;
        }

        byte[] sign(byte[] message) throws GeneralSecurityException {
            Signature signature = Signature.getInstance("SHA256withECDSA", provider);
            signature.initSign(key);
            signature.update(message);
            return signature.sign();
        }
    }

    private Handle handle(String alias) throws KeyException {
        try {
            Certificate certificate = store.getCertificate(alias);
            if (!(store.getKey(alias, null) instanceof java.security.PrivateKey key) || certificate == null) {
                throw new KeyException("the token holds no private key " + alias + " with a certificate");
            }
            byte[] spki = certificate.getPublicKey().getEncoded();
            return new Handle(store.getProvider(), key, Bytes.wrap(spki));
        } catch (GeneralSecurityException | ProviderException e) {
            throw new KeyException("cannot use key " + alias + " of the token: " + e.getMessage(), e);
        }
    }

    /** Logs in anew and looks the key up again. */
    private synchronized Handle again(String alias) throws KeyException {
        store = open();
        return handle(alias);
    }

    /** One private key, by handle. */
    private static final class TokenKey implements SigningKey {
        private final Pkcs11Token token;
        private final String alias;
        private final Bytes spki;
        private volatile Handle handle;

        TokenKey(Pkcs11Token token, String alias, Handle handle) {
            this.token = token;
            this.alias = alias;
            this.handle = handle;
            this.spki = handle.spki;
        }

        @Override
        public KeyAlgorithm algorithm() {
            return KeyAlgorithm.ECDSA_P256;
        }

        @Override
        public byte[] spki() {
            return spki.toByteArray();
        }

        @Override
        public byte[] sign(byte[] message) {
            Handle used = handle;
            try {
                return used.sign(message);
            } catch (GeneralSecurityException | ProviderException e) {
                return signAgain(message, used, e);
            }
        }

        private byte[] signAgain(byte[] message, Handle failed, Exception first) {
            try {
                return renewed(failed).sign(message);
            } catch (GeneralSecurityException | ProviderException | KeyException e) {
                e.addSuppressed(first);
                throw new UncheckedIOException(
                        new IOException("the token does not sign with key " + keyId() + ": " + e.getMessage(), e));
            }
        }

        /** By the first of the threads that failed; the others take what it got. */
        private synchronized Handle renewed(Handle failed) throws KeyException {
            if (handle == failed) {
                Handle fresh = token.again(alias);
                if (!fresh.spki.equals(spki)) {
                    throw new KeyException("key " + alias + " of the token is another than at the start");
                }
                handle = fresh;
            }
            return handle;
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
