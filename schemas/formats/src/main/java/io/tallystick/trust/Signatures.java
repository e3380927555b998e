// SPDX-License-Identifier: Apache-2.0
package io.tallystick.trust;

import io.tallystick.tree.Hash;
import java.io.IOException;
import java.math.BigInteger;
import org.bouncycastle.crypto.Signer;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import org.bouncycastle.crypto.signers.MLDSASigner;
import org.bouncycastle.crypto.signers.StandardDSAEncoding;

/** Signature verification. Whatever goes wrong, the signature is invalid: there is no third outcome. */
public final class Signatures {
    private Signatures() {}

    /**
     * Verifies a signature over a whole message.
     *
     * @param spki DER public key; refused if it is weak, malformed or of another algorithm, see {@link PublicKeys}
     * @param sig ECDSA: strict DER with r and s in [1, n); Ed25519: 64 bytes, s below the group order
     * @throws InvalidSignatureException if anything at all is wrong
     */
    public static void verify(KeyAlgorithm algorithm, byte[] spki, byte[] message, byte[] sig)
            throws InvalidSignatureException {
        AsymmetricKeyParameter key;
        try {
            key = PublicKeys.decode(algorithm, spki);
        } catch (KeyException | RuntimeException e) {
            throw unverifiable(algorithm, e);
        }
        verify(algorithm, key, message, sig);
    }

    /** As {@link #verify(KeyAlgorithm, byte[], byte[], byte[])}, with a key that was decoded before. */
    static void verify(KeyAlgorithm algorithm, AsymmetricKeyParameter key, byte[] message, byte[] sig)
            throws InvalidSignatureException {
        boolean valid;
        try {
            valid = switch (algorithm) {
                case ED25519 -> verify(new Ed25519Signer(), key, message, sig);
                case ML_DSA_44 -> verify(new MLDSASigner(), key, message, sig);
                case ECDSA_P256 -> verifyEcdsa(key, message, sig);
            };
        } catch (IOException | RuntimeException e) {
            throw unverifiable(algorithm, e);
        }
        if (!valid) {
            throw new InvalidSignatureException(algorithm.wireName() + " signature is wrong");
        }
    }

    private static InvalidSignatureException unverifiable(KeyAlgorithm algorithm, Exception fault) {
        return new InvalidSignatureException(algorithm.wireName() + " signature cannot be verified", fault);
    }

    private static boolean verify(Signer signer, AsymmetricKeyParameter key, byte[] message, byte[] sig) {
        signer.init(false, key);
        signer.update(message, 0, message.length);
        return signer.verifySignature(sig);
    }

    private static boolean verifyEcdsa(AsymmetricKeyParameter key, byte[] message, byte[] sig) throws IOException {
        ECDSASigner signer = new ECDSASigner();
        signer.init(false, key);
        // Re-encodes what it read and refuses any other form than DER; zero and n or more are refused as well.
        BigInteger[] rs = StandardDSAEncoding.INSTANCE.decode(PublicKeys.P256.getN(), sig);
        return signer.verifySignature(Hash.sha256(message).bytes(), rs[0], rs[1]);
    }
}
