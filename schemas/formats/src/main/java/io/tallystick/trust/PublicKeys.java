// SPDX-License-Identifier: Apache-2.0
package io.tallystick.trust;

import io.tallystick.tree.Hash;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.params.ECNamedDomainParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.crypto.params.MLDSAParameters;
import org.bouncycastle.crypto.params.MLDSAPublicKeyParameters;

/**
 * Public keys as DER {@code SubjectPublicKeyInfo} (RFC 5280 §4.1.2.7), the one form in which the ledger stores them.
 *
 * <p>Accepted: Ed25519 with a 32-byte key that is a point of large order (RFC 8410); P-256 named by OID with an
 * uncompressed point on the curve (RFC 5480); ML-DSA-44 with 1,312 bytes (RFC 9881). Anything else, and any DER with
 * more than one reading, is refused. The algorithm follows from the key, never from a claim beside it.
 */
public final class PublicKeys {
    static final ECNamedDomainParameters P256 = new ECNamedDomainParameters(
            SECObjectIdentifiers.secp256r1, CustomNamedCurves.getByOID(SECObjectIdentifiers.secp256r1));

    /** RFC 8410 §3. */
    static final ASN1ObjectIdentifier ID_ED25519 = new ASN1ObjectIdentifier("1.3.101.112");

    private static final int ED25519_BYTES = 32;
    private static final int P256_POINT_BYTES = 65;
    private static final int ML_DSA_44_BYTES = 1312;

    private PublicKeys() {}

    /** The ledger's id of a key: lower-case hex SHA-256 of its SPKI. */
    public static String keyId(byte[] spki) {
        return Hash.sha256(spki).toString();
    }

    /**
     * The algorithm of a key, which is checked as a side effect.
     *
     * @throws KeyException if the key would not be accepted
     */
    public static KeyAlgorithm algorithm(byte[] spki) throws KeyException {
        ASN1ObjectIdentifier oid = parse(spki).getAlgorithm().getAlgorithm();
        KeyAlgorithm algorithm;
        if (oid.equals(ID_ED25519)) {
            algorithm = KeyAlgorithm.ED25519;
        } else if (oid.equals(X9ObjectIdentifiers.id_ecPublicKey)) {
            algorithm = KeyAlgorithm.ECDSA_P256;
        } else if (oid.equals(NISTObjectIdentifiers.id_ml_dsa_44)) {
            algorithm = KeyAlgorithm.ML_DSA_44;
        } else {
            throw new KeyException("public key of an unknown algorithm " + oid);
        }
        decode(algorithm, spki);
        return algorithm;
    }

    /** SPKI of a raw Ed25519 public key; the key itself is not checked. */
    public static byte[] ed25519Spki(byte[] raw) {
        return encode(new SubjectPublicKeyInfo(new AlgorithmIdentifier(ID_ED25519), raw));
    }

    /** SPKI of a raw ML-DSA-44 public key; the key itself is not checked. */
    public static byte[] mlDsa44Spki(byte[] raw) {
        return encode(new SubjectPublicKeyInfo(new AlgorithmIdentifier(NISTObjectIdentifiers.id_ml_dsa_44), raw));
    }

    /**
     * The 1,312 bytes of an ML-DSA-44 public key.
     *
     * @throws KeyException if the SPKI is not an acceptable ML-DSA-44 key
     */
    public static byte[] mlDsa44Raw(byte[] spki) throws KeyException {
        return ((MLDSAPublicKeyParameters) decode(KeyAlgorithm.ML_DSA_44, spki)).getEncoded();
    }

    /**
     * The 32 bytes of an Ed25519 public key.
     *
     * @throws KeyException if the SPKI is not an acceptable Ed25519 key
     */
    public static byte[] ed25519Raw(byte[] spki) throws KeyException {
        return ((Ed25519PublicKeyParameters) decode(KeyAlgorithm.ED25519, spki)).getEncoded();
    }

    /** The key as {@code openssl} reads it: PEM with lines of 64 characters and a final LF. */
    public static byte[] pem(byte[] spki) {
        return pem("PUBLIC KEY", spki);
    }

    /**
     * Reads a PEM file with one {@code PUBLIC KEY}.
     *
     * @return its SPKI
     * @throws KeyException if it is anything else, or the key is not acceptable
     */
    public static byte[] parsePem(byte[] pem) throws KeyException {
        String text = new String(pem, StandardCharsets.ISO_8859_1).strip();
        String begin = "-----BEGIN PUBLIC KEY-----";
        String end = "-----END PUBLIC KEY-----";
        if (!text.startsWith(begin) || !text.endsWith(end) || text.length() < begin.length() + end.length()) {
            throw new KeyException("not a PEM file with one PUBLIC KEY");
        }
        String body = text.substring(begin.length(), text.length() - end.length());
        try {
            byte[] spki = Base64.getDecoder().decode(body.replaceAll("[ \t\r\n]", ""));
            algorithm(spki);
            return spki;
        } catch (IllegalArgumentException e) {
            throw new KeyException("not a PEM file with one PUBLIC KEY", e);
        }
    }

    static byte[] pem(String label, byte[] der) {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        String text = "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n";
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    static AsymmetricKeyParameter decode(KeyAlgorithm algorithm, byte[] spki) throws KeyException {
        SubjectPublicKeyInfo info = parse(spki);
        byte[] key = info.getPublicKeyData().getOctets();
        try {
            return switch (algorithm) {
                case ED25519 -> {
                    require(info, new AlgorithmIdentifier(ID_ED25519), key, ED25519_BYTES);
                    // Refuses points off the curve and the points of small order, for which signatures can be forged.
                    yield new Ed25519PublicKeyParameters(key);
                }
                case ECDSA_P256 -> {
                    AlgorithmIdentifier p256 =
                            new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, SECObjectIdentifiers.secp256r1);
                    require(info, p256, key, P256_POINT_BYTES);
                    if (key[0] != 4) {
                        throw new KeyException("P-256 public key is not an uncompressed point");
                    }
                    yield new ECPublicKeyParameters(P256.getCurve().decodePoint(key), P256);
                }
                case ML_DSA_44 -> {
                    require(info, new AlgorithmIdentifier(NISTObjectIdentifiers.id_ml_dsa_44), key, ML_DSA_44_BYTES);
                    yield new MLDSAPublicKeyParameters(MLDSAParameters.ml_dsa_44, key);
                }
            };
        } catch (RuntimeException e) {
            throw new KeyException("public key is not a usable " + algorithm.wireName() + " key", e);
        }
    }

    private static void require(SubjectPublicKeyInfo info, AlgorithmIdentifier expected, byte[] key, int length)
            throws KeyException {
        if (!info.getAlgorithm().equals(expected)) {
            throw new KeyException("public key has algorithm "
                    + info.getAlgorithm().getAlgorithm() + " or parameters other than expected");
        }
        if (key.length != length || info.getPublicKeyData().getPadBits() != 0) {
            throw new KeyException("public key has " + key.length + " bytes, not " + length);
        }
    }

    private static SubjectPublicKeyInfo parse(byte[] spki) throws KeyException {
        try {
            SubjectPublicKeyInfo info = SubjectPublicKeyInfo.getInstance(spki);
            if (info == null || !Arrays.equals(info.getEncoded(ASN1Encoding.DER), spki)) {
                throw new KeyException("public key is not DER");
            }
            return info;
        } catch (RuntimeException | IOException e) {
            throw new KeyException("public key is not a DER SubjectPublicKeyInfo", e);
        }
    }

    static byte[] encode(SubjectPublicKeyInfo info) {
        try {
            return info.getEncoded(ASN1Encoding.DER);
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory cannot fail", e);
        }
    }
}
