// SPDX-License-Identifier: Apache-2.0
package io.tallystick.receipt;

import io.tallystick.receipt.ReceiptException.Fault;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertStore;
import java.security.cert.CertificateException;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Date;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.cms.AttributeTable;
import org.bouncycastle.asn1.ess.ESSCertID;
import org.bouncycastle.asn1.ess.ESSCertIDv2;
import org.bouncycastle.asn1.ess.SigningCertificate;
import org.bouncycastle.asn1.ess.SigningCertificateV2;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.oiw.OIWObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.SignerInformationVerifier;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.operator.DefaultDigestAlgorithmIdentifierFinder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.tsp.TSPException;
import org.bouncycastle.tsp.TimeStampToken;

/**
 * Who signed a time-stamp token, and whether a configured root stands behind it. The certificate is the one that the
 * signed attribute names (RFC 2634 §5.4, RFC 5035), never the first that fits: others in the token may be planted.
 * SHA-1 is taken in that attribute alone, where RFC 3161 puts it; what it picks out must still lead to a root.
 */
final class TokenSigner {
    /** Real tokens carry at most four; the search for a path must stay small. */
    private static final int CERTIFICATES_MAX = 8;

    private static final Map<ASN1ObjectIdentifier, String> DIGESTS = Map.of(
            OIWObjectIdentifiers.idSHA1, "SHA-1",
            NISTObjectIdentifiers.id_sha256, "SHA-256",
            NISTObjectIdentifiers.id_sha384, "SHA-384",
            NISTObjectIdentifiers.id_sha512, "SHA-512");

    private final List<X509Certificate> roots;

    TokenSigner(List<X509Certificate> roots) {
        this.roots = List.copyOf(roots);
    }

    /**
     * Verifies the token's signature and its signer's chain at the time stamped.
     *
     * @throws ReceiptException if they do not hold
     */
    void verify(TimeStampToken token) throws ReceiptException, IOException {
        Collection<SignerInformation> signers =
                token.toCMSSignedData().getSignerInfos().getSigners();
        if (signers.size() != 1) {
            throw new ReceiptException(Fault.INVALID, "signed by " + signers.size() + " signers, not one");
        }
        SignerInformation info = signers.iterator().next();
        requireStrong(info);
        List<X509Certificate> carried = carried(token);
        X509Certificate certificate = named(info, carried);
        try {
            if (!info.getSID().match(new JcaX509CertificateHolder(certificate))) {
                throw new ReceiptException(Fault.INVALID, "the signer is not the certificate that was signed with it");
            }
            SignerInformationVerifier verifier = new JcaSimpleSignerInfoVerifierBuilder().build(certificate);
            token.validate(verifier);
        } catch (TSPException | OperatorCreationException | CertificateException e) {
            throw new ReceiptException(Fault.INVALID, "the signature does not hold: " + TimestampAuthority.plain(e), e);
        }
        requireChain(certificate, carried, token.getTimeStampInfo().getGenTime());
    }

    private static void requireStrong(SignerInformation info) throws ReceiptException {
        ASN1ObjectIdentifier digest = info.getDigestAlgorithmID().getAlgorithm();
        AlgorithmIdentifier encryption = info.toASN1Structure().getDigestEncryptionAlgorithm();
        AlgorithmIdentifier implied = new DefaultDigestAlgorithmIdentifierFinder().find(encryption);
        boolean strong = DIGESTS.containsKey(digest) && !digest.equals(OIWObjectIdentifiers.idSHA1);
        if (!strong || (implied != null && !implied.getAlgorithm().equals(digest))) {
            throw new ReceiptException(Fault.INVALID, "not signed with SHA-256, SHA-384 or SHA-512 throughout");
        }
    }

    private static List<X509Certificate> carried(TimeStampToken token) throws ReceiptException {
        Collection<X509CertificateHolder> holders = token.getCertificates().getMatches(null);
        if (holders.size() > CERTIFICATES_MAX) {
            throw new ReceiptException(Fault.MALFORMED, "more than " + CERTIFICATES_MAX + " certificates");
        }
        List<X509Certificate> certificates = new ArrayList<>();
        for (X509CertificateHolder holder : holders) {
            try {
                certificates.add(new JcaX509CertificateConverter().getCertificate(holder));
            } catch (CertificateException e) {
                throw new ReceiptException(Fault.MALFORMED, "a certificate in it cannot be read", e);
            }
        }
        return certificates;
    }

    /** The certificate that the signed attribute names, among those carried and the roots. */
    private X509Certificate named(SignerInformation info, List<X509Certificate> carried) throws ReceiptException {
        ESSCertIDv2 id = certificateId(info.getSignedAttributes());
        byte[] expected = id.getCertHash();
        Set<X509Certificate> candidates = new LinkedHashSet<>(carried);
        candidates.addAll(roots);
        try {
            MessageDigest digest = digest(id.getHashAlgorithm().getAlgorithm());
            for (X509Certificate candidate : candidates) {
                if (Arrays.equals(digest.digest(candidate.getEncoded()), expected)) {
                    return candidate;
                }
            }
        } catch (CertificateException e) {
            throw new ReceiptException(Fault.MALFORMED, "a certificate in it cannot be written", e);
        }
        throw new ReceiptException(Fault.INVALID, "the certificate that its signed attribute names is not there");
    }

    private static MessageDigest digest(ASN1ObjectIdentifier algorithm) throws ReceiptException {
        String name = DIGESTS.get(algorithm);
        if (name == null) {
            throw new ReceiptException(Fault.INVALID, "its signed attribute names a certificate by an unknown digest");
        }
        try {
            return MessageDigest.getInstance(name);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-1 and SHA-2", e);
        }
    }

    /** The first id of the one signing-certificate attribute; of version 1 it is by SHA-1. */
    private static ESSCertIDv2 certificateId(AttributeTable signed) throws ReceiptException {
        if (signed != null) {
            Attribute second = signed.get(PKCSObjectIdentifiers.id_aa_signingCertificateV2);
            if (second != null) {
                ESSCertIDv2[] ids = SigningCertificateV2.getInstance(second.getAttributeValues()[0])
                        .getCerts();
                return ids[0];
            }
            Attribute first = signed.get(PKCSObjectIdentifiers.id_aa_signingCertificate);
            if (first != null) {
                ESSCertID[] ids = SigningCertificate.getInstance(first.getAttributeValues()[0])
                        .getCerts();
                AlgorithmIdentifier sha1 = new AlgorithmIdentifier(OIWObjectIdentifiers.idSHA1);
                return new ESSCertIDv2(sha1, ids[0].getCertHash(), ids[0].getIssuerSerial());
            }
        }
        throw new ReceiptException(Fault.INVALID, "no signed attribute names the signer's certificate");
    }

    private void requireChain(X509Certificate certificate, List<X509Certificate> carried, Date time)
            throws ReceiptException {
        if (roots.contains(certificate)) {
            return; // named by the trust root itself; its own validity was checked with the signature
        }
        X509CertSelector target = new X509CertSelector();
        target.setCertificate(certificate);
        Set<TrustAnchor> anchors = new HashSet<>();
        roots.forEach(root -> anchors.add(new TrustAnchor(root, null)));
        try {
            PKIXBuilderParameters parameters = new PKIXBuilderParameters(anchors, target);
            parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(carried)));
            parameters.setDate(time);
            parameters.setRevocationEnabled(false);
            CertPathBuilder.getInstance("PKIX").build(parameters);
        } catch (GeneralSecurityException e) {
            throw new ReceiptException(
                    Fault.INVALID,
                    "the signer's certificate does not lead to a configured root at the time stamped: "
                            + TimestampAuthority.plain(e),
                    e);
        }
    }
}
