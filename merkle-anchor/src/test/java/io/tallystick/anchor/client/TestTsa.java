// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.client;

import io.tallystick.anchor.client.TestParty.Reply;
import io.tallystick.entry.Bytes;
import io.tallystick.trust.StrictBase64;
import io.tallystick.trust.TrustAnchors;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoGeneratorBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.bouncycastle.tsp.TSPAlgorithms;
import org.bouncycastle.tsp.TimeStampRequest;
import org.bouncycastle.tsp.TimeStampResponseGenerator;
import org.bouncycastle.tsp.TimeStampTokenGenerator;

/** A time-stamping authority made of Bouncy Castle's own, with a root of its own. */
public final class TestTsa implements TestParty.Service {
    private static final ASN1ObjectIdentifier POLICY = new ASN1ObjectIdentifier("1.3.6.1.4.1.99999.1");

    private final KeyPair rootKey = keyPair();
    private final KeyPair key = keyPair();
    private final X509Certificate root;
    private final X509Certificate certificate;
    private final Set<String> accepted;

    /** @param accepted hash algorithms it stamps */
    public TestTsa(Set<String> accepted) throws Exception {
        this.accepted = accepted;
        root = certificate("CN=Test root", rootKey, "CN=Test root", rootKey, true);
        certificate = certificate("CN=Test TSA", key, "CN=Test root", rootKey, false);
    }

    public TestTsa() throws Exception {
        this(Set.of(TSPAlgorithms.SHA256.getId()));
    }

    private static KeyPair keyPair() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    private static X509Certificate certificate(
            String subject, KeyPair subjectKey, String issuer, KeyPair issuerKey, boolean ca) throws Exception {
        Instant now = Instant.now();
        X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                new X500Name(issuer),
                BigInteger.valueOf(ca ? 1 : 2),
                Date.from(now.minus(Duration.ofDays(1))),
                Date.from(now.plus(Duration.ofDays(30))),
                new X500Name(subject),
                subjectKey.getPublic());
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(ca));
        builder.addExtension(
                Extension.keyUsage, true, new KeyUsage(ca ? KeyUsage.keyCertSign : KeyUsage.digitalSignature));
        if (!ca) {
            builder.addExtension(
                    Extension.extendedKeyUsage, true, new ExtendedKeyUsage(KeyPurposeId.id_kp_timeStamping));
        }
        return new JcaX509CertificateConverter()
                .getCertificate(
                        builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(issuerKey.getPrivate())));
    }

    public X509Certificate root() {
        return root;
    }

    /** Its root as a PEM file. */
    public void writeRoot(Path file) throws Exception {
        Files.writeString(
                file,
                "-----BEGIN CERTIFICATE-----\n"
                        + Base64.getMimeEncoder().encodeToString(root.getEncoded())
                        + "\n-----END CERTIFICATE-----\n");
    }

    TrustAnchors.Tsa trusted() throws Exception {
        return new TrustAnchors.Tsa(
                "tsa",
                List.of(StrictBase64.encode(root.getEncoded())),
                List.of(POLICY.getId()),
                new TrustAnchors.ValidFor(Instant.EPOCH, Instant.parse("9999-01-01T00:00:00Z")));
    }

    @Override
    public Reply answer(String path, byte[] body) throws Exception {
        TimeStampTokenGenerator tokens = new TimeStampTokenGenerator(
                new JcaSimpleSignerInfoGeneratorBuilder().build("SHA256withECDSA", key.getPrivate(), certificate),
                new JcaDigestCalculatorProviderBuilder()
                        .build()
                        .get(new AlgorithmIdentifier(NISTObjectIdentifiers.id_sha256)),
                POLICY);
        tokens.addCertificates(new JcaCertStore(List.of(certificate)));
        byte[] response = new TimeStampResponseGenerator(tokens, accepted)
                .generate(new TimeStampRequest(body), BigInteger.TEN, Date.from(Instant.now()))
                .getEncoded();
        return new Reply(200, "application/timestamp-reply", Bytes.wrap(response));
    }
}
