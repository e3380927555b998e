// SPDX-License-Identifier: Apache-2.0
package io.tallystick.trust;

import io.tallystick.tree.Hash;
import java.io.IOException;
import java.math.BigInteger;
import java.security.SecureRandom;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.crypto.AsymmetricCipherKeyPair;
import org.bouncycastle.crypto.AsymmetricCipherKeyPairGenerator;
import org.bouncycastle.crypto.CryptoException;
import org.bouncycastle.crypto.Signer;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.generators.ECKeyPairGenerator;
import org.bouncycastle.crypto.generators.Ed25519KeyPairGenerator;
import org.bouncycastle.crypto.generators.MLDSAKeyPairGenerator;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.params.ECKeyGenerationParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.params.Ed25519KeyGenerationParameters;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.params.MLDSAKeyGenerationParameters;
import org.bouncycastle.crypto.params.MLDSAParameters;
import org.bouncycastle.crypto.params.MLDSAPrivateKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import org.bouncycastle.crypto.signers.HMacDSAKCalculator;
import org.bouncycastle.crypto.signers.MLDSASigner;
import org.bouncycastle.crypto.signers.StandardDSAEncoding;
import org.bouncycastle.crypto.util.PrivateKeyFactory;
import org.bouncycastle.crypto.util.PrivateKeyInfoFactory;
import org.bouncycastle.crypto.util.SubjectPublicKeyInfoFactory;
import org.bouncycastle.math.ec.FixedPointCombMultiplier;

/**
 * A private key in this process's memory. Signatures are deterministic: Ed25519 and ML-DSA by definition, ECDSA with
 * the nonces of RFC 6979, so signing the same checkpoint again gives the same bytes.
 *
 * <p>The numbers inside Bouncy Castle's key objects cannot be wiped; closing drops the reference to them.
 */
final class PrivateKey implements SigningKey {
    private final KeyAlgorithm algorithm;
    private final byte[] spki;
    private volatile AsymmetricKeyParameter key;

    private PrivateKey(KeyAlgorithm algorithm, AsymmetricKeyParameter key, AsymmetricKeyParameter publicKey)
            throws IOException {
        this.algorithm = algorithm;
        this.key = key;
        this.spki = PublicKeys.encode(SubjectPublicKeyInfoFactory.createSubjectPublicKeyInfo(publicKey));
    }

    static PrivateKey generate(KeyAlgorithm algorithm, SecureRandom random) {
        AsymmetricCipherKeyPairGenerator generator =
                switch (algorithm) {
                    case ED25519 -> new Ed25519KeyPairGenerator();
                    case ECDSA_P256 -> new ECKeyPairGenerator();
                    case ML_DSA_44 -> new MLDSAKeyPairGenerator();
                };
        generator.init(
                switch (algorithm) {
                    case ED25519 -> new Ed25519KeyGenerationParameters(random);
                    case ECDSA_P256 -> new ECKeyGenerationParameters(PublicKeys.P256, random);
                    case ML_DSA_44 -> new MLDSAKeyGenerationParameters(random, MLDSAParameters.ml_dsa_44);
                });
        AsymmetricCipherKeyPair pair = generator.generateKeyPair();
        try {
            return new PrivateKey(algorithm, pair.getPrivate(), pair.getPublic());
        } catch (IOException e) {
            throw new IllegalStateException("a fresh public key can be encoded", e);
        }
    }

    /**
     * Reads a decrypted {@code PrivateKeyInfo} (RFC 5208).
     *
     * @throws KeyException if it is not one of the algorithms or curves of the ledger
     */
    static PrivateKey decode(byte[] pkcs8) throws KeyException {
        try {
            AsymmetricKeyParameter key = PrivateKeyFactory.createKey(pkcs8);
            if (key instanceof Ed25519PrivateKeyParameters ed25519) {
                return new PrivateKey(KeyAlgorithm.ED25519, key, ed25519.generatePublicKey());
            }
            if (key instanceof ECPrivateKeyParameters ec) {
                return p256(ec.getParameters().getCurve().equals(PublicKeys.P256.getCurve()), ec.getD());
            }
            if (key instanceof MLDSAPrivateKeyParameters mldsa && mldsa.getParameters() == MLDSAParameters.ml_dsa_44) {
                return new PrivateKey(KeyAlgorithm.ML_DSA_44, key, mldsa.getPublicKeyParameters());
            }
        } catch (IOException | RuntimeException e) {
            // One wrong passphrase in 256 gets as far as this, so it must not look different.
            throw new WrongPassphraseException(Pbes2.WRONG_PASSPHRASE);
        }
        throw new KeyException("private key is neither Ed25519 nor ECDSA P-256 nor ML-DSA-44");
    }

    private static PrivateKey p256(boolean isP256, BigInteger d) throws KeyException, IOException {
        if (!isP256) {
            throw new KeyException("private key is on another curve than P-256");
        }
        ECPublicKeyParameters publicKey = new ECPublicKeyParameters(
                new FixedPointCombMultiplier()
                        .multiply(PublicKeys.P256.getG(), d)
                        .normalize(),
                PublicKeys.P256);
        return new PrivateKey(KeyAlgorithm.ECDSA_P256, new ECPrivateKeyParameters(d, PublicKeys.P256), publicKey);
    }

    /** DER {@code PrivateKeyInfo}: version 1 for Ed25519 and the seed for ML-DSA, the forms most tools read. */
    byte[] pkcs8() {
        AsymmetricKeyParameter open = open();
        try {
            PrivateKeyInfo info;
            if (open instanceof Ed25519PrivateKeyParameters ed25519) {
                info = new PrivateKeyInfo(
                        new AlgorithmIdentifier(PublicKeys.ID_ED25519), new DEROctetString(ed25519.getEncoded()));
            } else if (open instanceof MLDSAPrivateKeyParameters mldsa) {
                info = PrivateKeyInfoFactory.createPrivateKeyInfo(
                        mldsa.getParametersWithFormat(MLDSAPrivateKeyParameters.SEED_ONLY));
            } else {
                info = PrivateKeyInfoFactory.createPrivateKeyInfo(open);
            }
            return info.getEncoded(ASN1Encoding.DER);
        } catch (IOException e) {
            throw new IllegalStateException("a usable private key can be encoded", e);
        }
    }

    @Override
    public KeyAlgorithm algorithm() {
        return algorithm;
    }

    @Override
    public byte[] spki() {
        return spki.clone();
    }

    @Override
    public byte[] sign(byte[] message) {
        AsymmetricKeyParameter open = open();
        try {
            return switch (algorithm) {
                case ED25519 -> sign(new Ed25519Signer(), open, message);
                case ML_DSA_44 -> sign(new MLDSASigner(), open, message);
                case ECDSA_P256 -> signEcdsa(open, message);
            };
        } catch (CryptoException | IOException e) {
            throw new IllegalStateException("signing in memory failed", e);
        }
    }

    private static byte[] sign(Signer signer, AsymmetricKeyParameter key, byte[] message) throws CryptoException {
        signer.init(true, key);
        signer.update(message, 0, message.length);
        return signer.generateSignature();
    }

    private static byte[] signEcdsa(AsymmetricKeyParameter key, byte[] message) throws IOException {
        ECDSASigner signer = new ECDSASigner(new HMacDSAKCalculator(new SHA256Digest()));
        signer.init(true, key);
        BigInteger[] rs = signer.generateSignature(Hash.sha256(message).bytes());
        return StandardDSAEncoding.INSTANCE.encode(PublicKeys.P256.getN(), rs[0], rs[1]);
    }

    private AsymmetricKeyParameter open() {
        AsymmetricKeyParameter open = key;
        if (open == null) {
            throw new IllegalStateException("the key is closed");
        }
        return open;
    }

    @Override
    public void close() {
        key = null;
    }

    @Override
    public String toString() {
        return algorithm.wireName() + " key " + keyId();
    }
}
