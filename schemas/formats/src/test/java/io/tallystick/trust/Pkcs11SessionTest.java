// SPDX-License-Identifier: Apache-2.0
package io.tallystick.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.KeyStoreSpi;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.ProviderException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.SignatureSpi;
import java.security.cert.Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Date;
import java.util.Enumeration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import javax.security.auth.login.FailedLoginException;
import org.junit.jupiter.api.Test;

/** A token that ends sessions and goes away, in memory. One of softhsm2 does in {@link Pkcs11TokenTest}. */
class Pkcs11SessionTest {
    private static final byte[] MESSAGE = {1, 2, 3};
    private static final Path CONFIGURATION = Path.of("token.cfg");

    private final FakeToken token = new FakeToken();

    /** Its handles are good for one session. */
    private static final class FakeToken extends Provider implements Pkcs11Token.Login {
        private static final long serialVersionUID = 1L;

        private final transient AtomicInteger logins = new AtomicInteger();
        private transient volatile KeyPair pair = pair();
        private final transient AtomicInteger session = new AtomicInteger();
        private volatile boolean away;
        private transient volatile Exception refusal;

        FakeToken() {
            super("fake", "1", "a token in memory");
            putService(new Service(this, "Signature", "SHA256withECDSA", FakeSignature.class.getName(), null, null) {
                @Override
                public Object newInstance(Object parameter) {
                    return new FakeSignature(FakeToken.this);
                }
            });
        }

        private static KeyPair pair() {
            try {
                KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
                generator.initialize(new ECGenParameterSpec("secp256r1"));
                return generator.generateKeyPair();
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public KeyStore open() throws GeneralSecurityException, IOException {
            logins.incrementAndGet();
            if (refusal != null) {
                throw new IOException("load failed", refusal);
            }
            requireThere();
            KeyStore store = new KeyStore(new FakeStore(this), this, "fake") {};
            store.load(null, null);
            return store;
        }

        void requireThere() {
            if (away) {
                throw new ProviderException("CKR_DEVICE_REMOVED");
            }
        }

        void endSession() {
            session.incrementAndGet();
        }
    }

    private record Handle(int session, PrivateKey key) implements PrivateKey {
        private static final long serialVersionUID = 1L;

        @Override
        public String getAlgorithm() {
            return "EC";
        }

        @Override
        public String getFormat() {
            return null;
        }

        @Override
        public byte[] getEncoded() {
            return null;
        }
    }

    private static final class FakeCertificate extends Certificate {
        private static final long serialVersionUID = 1L;

        private final transient PublicKey key;

        FakeCertificate(PublicKey key) {
            super("fake");
            this.key = key;
        }

        @Override
        public byte[] getEncoded() {
            return new byte[0];
        }

        @Override
        public void verify(PublicKey by) {}

        @Override
        public void verify(PublicKey by, String provider) {}

        @Override
        public PublicKey getPublicKey() {
            return key;
        }

        @Override
        public String toString() {
            return "fake";
        }
    }

    private static final class FakeSignature extends SignatureSpi {
        private final FakeToken token;
        private Signature signature;

        FakeSignature(FakeToken token) {
            this.token = token;
        }

        @Override
        protected void engineInitSign(PrivateKey key) throws InvalidKeyException {
            token.requireThere();
            if (((Handle) key).session() != token.session.get()) {
                throw new InvalidKeyException("CKR_KEY_HANDLE_INVALID");
            }
            try {
                signature = Signature.getInstance("SHA256withECDSA", "SunEC");
                signature.initSign(((Handle) key).key());
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        protected void engineUpdate(byte[] b, int off, int len) throws SignatureException {
            signature.update(b, off, len);
        }

        @Override
        protected void engineUpdate(byte b) throws SignatureException {
            signature.update(b);
        }

        @Override
        protected byte[] engineSign() throws SignatureException {
            return signature.sign();
        }

        @Override
        protected void engineInitVerify(PublicKey key) {
            throw new UnsupportedOperationException();
        }

        @Override
        protected boolean engineVerify(byte[] sig) {
            throw new UnsupportedOperationException();
        }

        @Override
        @Deprecated
        protected void engineSetParameter(String param, Object value) {
            throw new UnsupportedOperationException();
        }

        @Override
        @Deprecated
        protected Object engineGetParameter(String param) {
            throw new UnsupportedOperationException();
        }
    }

    /** Holds the key {@code checkpoint}. */
    private static final class FakeStore extends KeyStoreSpi {
        private final FakeToken token;

        FakeStore(FakeToken token) {
            this.token = token;
        }

        @Override
        public Key engineGetKey(String alias, char[] password) {
            token.requireThere();
            return alias.equals("checkpoint") ? new Handle(token.session.get(), token.pair.getPrivate()) : null;
        }

        @Override
        public Certificate engineGetCertificate(String alias) {
            token.requireThere();
            return alias.equals("checkpoint") ? new FakeCertificate(token.pair.getPublic()) : null;
        }

        @Override
        public void engineLoad(InputStream stream, char[] password) {}

        @Override
        public Certificate[] engineGetCertificateChain(String alias) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Date engineGetCreationDate(String alias) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void engineSetKeyEntry(String alias, Key key, char[] password, Certificate[] chain) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void engineSetKeyEntry(String alias, byte[] key, Certificate[] chain) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void engineSetCertificateEntry(String alias, Certificate cert) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void engineDeleteEntry(String alias) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Enumeration<String> engineAliases() {
            return Collections.enumeration(List.of("checkpoint"));
        }

        @Override
        public boolean engineContainsAlias(String alias) {
            return alias.equals("checkpoint");
        }

        @Override
        public int engineSize() {
            return 1;
        }

        @Override
        public boolean engineIsKeyEntry(String alias) {
            return alias.equals("checkpoint");
        }

        @Override
        public boolean engineIsCertificateEntry(String alias) {
            return false;
        }

        @Override
        public String engineGetCertificateAlias(Certificate cert) {
            return null;
        }

        @Override
        public void engineStore(OutputStream stream, char[] password) {
            throw new UnsupportedOperationException();
        }
    }

    private SigningKey key() throws KeyException {
        return Pkcs11Token.of(CONFIGURATION, token).key("checkpoint");
    }

    private static void signs(SigningKey key) {
        byte[] signature = key.sign(MESSAGE);
        assertThatCode(() -> Signatures.verify(KeyAlgorithm.ECDSA_P256, key.spki(), MESSAGE, signature))
                .doesNotThrowAnyException();
    }

    private static void doesNotSign(SigningKey key, String words) {
        assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> key.sign(MESSAGE))
                .withMessageContaining(words);
    }

    @Test
    void aKeyWhoseSessionEndedSignsAfterOneNewLogin() throws Exception {
        // Given
        SigningKey key = key();
        signs(key);
        assertThat(token.logins).hasValue(1);

        // When
        token.endSession();

        // Then
        signs(key);
        signs(key);
        assertThat(token.logins).hasValue(2);
    }

    @Test
    void aTokenThatWentAwaySignsAgainWhenItIsBack() throws Exception {
        // Given
        SigningKey key = key();

        // When
        token.away = true;
        token.endSession();

        // Then
        doesNotSign(key, "CKR_DEVICE_REMOVED");
        doesNotSign(key, key.keyId());
        token.away = false;
        signs(key);
    }

    @Test
    void manyThreadsSignAndLogInOnceForAnEndedSession() throws Exception {
        // Given
        SigningKey key = key();
        int threads = 8;
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            // When
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                all.add(pool.submit(() -> {
                    for (int n = 0; n < 50; n++) {
                        signs(key);
                    }
                }));
            }
            token.endSession();
            for (int n = 0; n < 50; n++) {
                signs(key);
            }

            // Then
            for (Future<?> one : all) {
                one.get();
            }
            assertThat(token.logins).hasValue(2);
        } finally {
            pool.shutdownNow();
        }
    }

    /** A few wrong PINs lock a token. */
    @Test
    void aRefusedPinIsNotTriedAgain() throws Exception {
        // Given
        SigningKey key = key();
        token.endSession();
        token.refusal = new FailedLoginException();

        // When
        doesNotSign(key, "cannot use the PKCS#11 token");
        doesNotSign(key, "refused its PIN");
        token.refusal = null;

        // Then
        doesNotSign(key, "refused its PIN");
        assertThat(token.logins).hasValue(2);
    }

    @Test
    void aLoginThatFailedOtherwiseIsTriedAgain() throws Exception {
        // Given
        SigningKey key = key();
        token.endSession();
        token.refusal = new javax.security.auth.login.LoginException("CKR_TOKEN_NOT_PRESENT");

        // When
        doesNotSign(key, "CKR_TOKEN_NOT_PRESENT");
        token.refusal = null;

        // Then
        signs(key);
    }

    @Test
    void anotherKeyOfTheSameNameDoesNotSign() throws Exception {
        SigningKey key = key();
        token.pair = FakeToken.pair();
        token.endSession();

        doesNotSign(key, "is another than at the start");
    }

    @Test
    void aTokenThatFailsWhileItsKeysAreLookedUpIsAKeyException() throws Exception {
        Pkcs11Token opened = Pkcs11Token.of(CONFIGURATION, token);
        token.away = true;

        assertThatExceptionOfType(KeyException.class)
                .isThrownBy(() -> opened.key("checkpoint"))
                .withMessageContainingAll("checkpoint", "CKR_DEVICE_REMOVED");
        assertThatExceptionOfType(KeyException.class)
                .isThrownBy(() -> Pkcs11Token.of(CONFIGURATION, token))
                .withMessageContainingAll("token.cfg", "CKR_DEVICE_REMOVED");
    }
}
