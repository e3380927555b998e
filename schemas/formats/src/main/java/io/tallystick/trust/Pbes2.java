// SPDX-License-Identifier: Apache-2.0
package io.tallystick.trust;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.EncryptedPrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.EncryptionScheme;
import org.bouncycastle.asn1.pkcs.KeyDerivationFunc;
import org.bouncycastle.asn1.pkcs.PBES2Parameters;
import org.bouncycastle.asn1.pkcs.PBKDF2Params;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;

/**
 * {@code EncryptedPrivateKeyInfo} with the one suite the ledger writes and reads: PBES2 (RFC 8018 §6.2) of
 * PBKDF2-HMAC-SHA256 and AES-256-CBC.
 */
final class Pbes2 {
    static final int ITERATIONS = 600_000;

    /** The one thing said when decryption does not give a key. */
    static final String WRONG_PASSPHRASE = "wrong passphrase or damaged key file";

    /** What {@code openssl} writes by itself is 2,048; such a file opens so that it can be encrypted anew. */
    private static final int ITERATIONS_MIN = 1_000;

    /** A larger count in a file would only be there to keep us busy. */
    private static final int ITERATIONS_MAX = 10_000_000;

    private static final int SALT_BYTES = 16;
    private static final int SALT_MAX = 1024;
    private static final int IV_BYTES = 16;
    private static final int KEY_BYTES = 32;
    private static final AlgorithmIdentifier HMAC_SHA256 =
            new AlgorithmIdentifier(PKCSObjectIdentifiers.id_hmacWithSHA256, DERNull.INSTANCE);

    private Pbes2() {}

    static byte[] encrypt(byte[] pkcs8, char[] passphrase, SecureRandom random) {
        byte[] salt = new byte[SALT_BYTES];
        byte[] iv = new byte[IV_BYTES];
        random.nextBytes(salt);
        random.nextBytes(iv);
        try {
            byte[] encrypted = run(Cipher.ENCRYPT_MODE, passphrase, salt, ITERATIONS, iv, pkcs8);
            PBES2Parameters parameters = new PBES2Parameters(
                    new KeyDerivationFunc(
                            PKCSObjectIdentifiers.id_PBKDF2, new PBKDF2Params(salt, ITERATIONS, HMAC_SHA256)),
                    new EncryptionScheme(NISTObjectIdentifiers.id_aes256_CBC, new DEROctetString(iv)));
            return new EncryptedPrivateKeyInfo(
                            new AlgorithmIdentifier(PKCSObjectIdentifiers.id_PBES2, parameters), encrypted)
                    .getEncoded(ASN1Encoding.DER);
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("every JDK has PBKDF2 and AES", e);
        }
    }

    /**
     * Decrypts.
     *
     * @throws KeyException if the structure or suite is another, or, without saying which, if passphrase or content is
     *     wrong
     */
    static byte[] decrypt(byte[] der, char[] passphrase) throws KeyException {
        byte[] salt;
        byte[] iv;
        int iterations;
        byte[] encrypted;
        try {
            EncryptedPrivateKeyInfo info = EncryptedPrivateKeyInfo.getInstance(der);
            AlgorithmIdentifier algorithm = info.getEncryptionAlgorithm();
            require(algorithm.getAlgorithm().equals(PKCSObjectIdentifiers.id_PBES2), "PBES2");
            PBES2Parameters pbes2 = PBES2Parameters.getInstance(algorithm.getParameters());
            KeyDerivationFunc kdf = pbes2.getKeyDerivationFunc();
            require(kdf.getAlgorithm().equals(PKCSObjectIdentifiers.id_PBKDF2), "PBKDF2");
            PBKDF2Params pbkdf2 = PBKDF2Params.getInstance(kdf.getParameters());
            require(pbkdf2.getPrf().equals(HMAC_SHA256), "HMAC-SHA256");
            require(
                    pbkdf2.getKeyLength() == null || pbkdf2.getKeyLength().equals(BigInteger.valueOf(KEY_BYTES)),
                    "a key of 32 bytes");
            EncryptionScheme scheme = pbes2.getEncryptionScheme();
            require(scheme.getAlgorithm().equals(NISTObjectIdentifiers.id_aes256_CBC), "AES-256-CBC");
            salt = pbkdf2.getSalt();
            require(salt.length > 0 && salt.length <= SALT_MAX, "a salt");
            iterations = pbkdf2.getIterationCount().intValueExact();
            require(
                    iterations >= ITERATIONS_MIN && iterations <= ITERATIONS_MAX,
                    "between " + ITERATIONS_MIN + " and " + ITERATIONS_MAX + " iterations");
            iv = ASN1OctetString.getInstance(scheme.getParameters()).getOctets();
            require(iv.length == IV_BYTES, "an initialisation vector of 16 bytes");
            encrypted = info.getEncryptedData();
        } catch (RuntimeException e) {
            throw new KeyException("not an encrypted PKCS#8 key", e);
        }
        try {
            return run(Cipher.DECRYPT_MODE, passphrase, salt, iterations, iv, encrypted);
        } catch (GeneralSecurityException e) {
            // Without the cause: whether the padding was wrong is nobody's business.
            throw new WrongPassphraseException(WRONG_PASSPHRASE);
        }
    }

    private static void require(boolean holds, String what) throws KeyException {
        if (!holds) {
            throw new KeyException("the key is not encrypted with " + what);
        }
    }

    private static byte[] run(int mode, char[] passphrase, byte[] salt, int iterations, byte[] iv, byte[] input)
            throws GeneralSecurityException {
        PBEKeySpec spec = new PBEKeySpec(passphrase, salt, iterations, KEY_BYTES * Byte.SIZE);
        byte[] key = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                .generateSecret(spec)
                .getEncoded();
        try {
            Cipher cipher = Cipher.getInstance("AES/CBC/PKCS5Padding");
            cipher.init(mode, new SecretKeySpec(key, "AES"), new IvParameterSpec(iv));
            return cipher.doFinal(input);
        } finally {
            Arrays.fill(key, (byte) 0);
            spec.clearPassword();
        }
    }
}
