// SPDX-License-Identifier: Apache-2.0
package io.tallystick.receipt;

import io.tallystick.receipt.ReceiptException.Fault;
import io.tallystick.tree.Hash;
import io.tallystick.trust.StrictBase64;
import io.tallystick.trust.TrustAnchors;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.cmp.PKIStatus;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.tsp.TSTInfo;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.tsp.GenTimeAccuracy;
import org.bouncycastle.tsp.TSPException;
import org.bouncycastle.tsp.TimeStampResponse;
import org.bouncycastle.tsp.TimeStampToken;

/**
 * A time-stamping authority whose time-stamps count. RFC 3161, RFC 5816.
 *
 * <p>A time-stamp counts if it is granted, is of version 1, has the SHA-256 imprint asked for, no unknown critical
 * extension, a policy that the trust root lists (if it lists any), and lies within the authority's validity; if it is
 * signed once, with SHA-2, by the certificate that its signed signing-certificate attribute names, which is for
 * time-stamping only (critical EKU) and leads to a configured root, all valid at the time stamped. Certificates it
 * carries beyond that change nothing. Revocation is not looked up. Immutable.
 */
public final class TimestampAuthority {
    /** Largest response accepted, in bytes. */
    public static final int SIZE_MAX = 64 * 1024;

    private static final int OBJECT_IDENTIFIER = 0x06;
    private static final int ROOTS_MAX = 16;
    private static final Duration ACCURACY_MAX = Duration.ofDays(1);

    private final TrustAnchors.Tsa tsa;
    private final TokenSigner signer;

    private TimestampAuthority(TrustAnchors.Tsa tsa, TokenSigner signer) {
        this.tsa = tsa;
        this.signer = signer;
    }

    /**
     * Reads what a trust root says of an authority.
     *
     * @throws ReceiptException {@link Fault#MALFORMED} if a root is no certificate
     */
    public static TimestampAuthority of(TrustAnchors.Tsa tsa) throws ReceiptException {
        if (tsa.roots().size() > ROOTS_MAX) {
            throw new ReceiptException(Fault.MALFORMED, "more than " + ROOTS_MAX + " root certificates");
        }
        List<X509Certificate> roots = new ArrayList<>();
        for (String root : tsa.roots()) {
            roots.add(certificate(StrictBase64.decode(root)));
        }
        return new TimestampAuthority(tsa, new TokenSigner(roots));
    }

    private static X509Certificate certificate(byte[] der) throws ReceiptException {
        DerLimits.check("the root certificate", der, SIZE_MAX);
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
        } catch (CertificateException e) {
            throw new ReceiptException(Fault.MALFORMED, "the root certificate cannot be read", e);
        }
    }

    /** The id that the trust root gives it. */
    public String id() {
        return tsa.id();
    }

    /** Name of its time-stamp among the receipts of a checkpoint. */
    public String objectName() {
        return ReceiptNames.timestamp(tsa.id());
    }

    /**
     * Verifies a stored time-stamp of a checkpoint: its imprint is of the whole object.
     *
     * @throws ReceiptException if anything is wrong
     */
    public Receipt verify(byte[] response, AnchoredCheckpoint checkpoint) throws ReceiptException {
        return verify(response, checkpoint.digest(), Optional.empty());
    }

    /**
     * Verifies a time-stamp.
     *
     * @param response DER {@code TimeStampResp}, or the {@code TimeStampToken} in it
     * @param imprint SHA-256 of what must have been stamped
     * @param nonce what the request asked to have repeated; without it any is accepted
     * @return {@code existedBy} is the time stamped plus the accuracy stated, in whole milliseconds upwards
     * @throws ReceiptException if anything is wrong
     */
    public Receipt verify(byte[] response, Hash imprint, Optional<BigInteger> nonce) throws ReceiptException {
        DerLimits.check("the time-stamp", response, SIZE_MAX);
        TimeStampToken token;
        Instant time;
        try {
            token = token(response);
            requireInfo(token, imprint, nonce);
            time = token.getTimeStampInfo().getGenTime().toInstant();
            signer.verify(token);
        } catch (TSPException | IOException | CMSException | RuntimeException e) {
            throw new ReceiptException(Fault.MALFORMED, "the time-stamp cannot be read: " + plain(e), e);
        }
        TrustAnchors.ValidFor validFor = tsa.validFor();
        if (time.isBefore(validFor.start()) || time.isAfter(validFor.end())) {
            throw new ReceiptException(
                    Fault.OUTSIDE_VALIDITY,
                    "stamped " + time + ", " + tsa.id() + " counts from " + validFor.start() + " to " + validFor.end());
        }
        Instant existedBy = ceiling(time.plus(accuracy(token)));
        return new Receipt(TrustAnchors.Kind.TSA, tsa.id(), Optional.of(existedBy));
    }

    private static TimeStampToken token(byte[] der) throws ReceiptException, TSPException, IOException, CMSException {
        if (der[1 + lengthBytes(der)] == OBJECT_IDENTIFIER) {
            return new TimeStampToken(new CMSSignedData(der));
        }
        TimeStampResponse response = new TimeStampResponse(der);
        int status = response.getStatus();
        if (status != PKIStatus.GRANTED && status != PKIStatus.GRANTED_WITH_MODS) {
            throw new ReceiptException(Fault.REFUSED, "the authority did not grant it: status " + status);
        }
        if (response.getTimeStampToken() == null) {
            throw new ReceiptException(Fault.MALFORMED, "granted, but no time-stamp in it");
        }
        return response.getTimeStampToken();
    }

    /** Bytes of the length that follows the first tag. */
    private static int lengthBytes(byte[] der) {
        return (der[1] & 0x80) == 0 ? 1 : 1 + (der[1] & 0x7f);
    }

    private void requireInfo(TimeStampToken token, Hash imprint, Optional<BigInteger> nonce) throws ReceiptException {
        TSTInfo info = token.getTimeStampInfo().toASN1Structure();
        if (!info.getVersion().hasValue(1)) {
            throw new ReceiptException(Fault.MALFORMED, "a time-stamp of version " + info.getVersion());
        }
        if (!token.getTimeStampInfo().getMessageImprintAlgOID().equals(NISTObjectIdentifiers.id_sha256)) {
            throw new ReceiptException(Fault.OTHER_SUBJECT, "the imprint is not by SHA-256");
        }
        if (!Arrays.equals(token.getTimeStampInfo().getMessageImprintDigest(), imprint.bytes())) {
            throw new ReceiptException(Fault.OTHER_SUBJECT, "the imprint is not of this checkpoint");
        }
        if (nonce.isPresent() && !nonce.get().equals(token.getTimeStampInfo().getNonce())) {
            throw new ReceiptException(Fault.OTHER_SUBJECT, "the nonce is not that of the request");
        }
        String policy = token.getTimeStampInfo().getPolicy().getId();
        if (!tsa.policyOids().isEmpty() && !tsa.policyOids().contains(policy)) {
            throw new ReceiptException(Fault.INVALID, "stamped under policy " + policy + ", which is not listed");
        }
        Extensions extensions = info.getExtensions();
        if (extensions != null && extensions.getCriticalExtensionOIDs().length > 0) {
            throw new ReceiptException(Fault.INVALID, "a critical extension that is not known here");
        }
    }

    private static Duration accuracy(TimeStampToken token) throws ReceiptException {
        GenTimeAccuracy accuracy = token.getTimeStampInfo().getGenTimeAccuracy();
        if (accuracy == null) {
            return Duration.ZERO;
        }
        if (accuracy.getSeconds() < 0 || accuracy.getMillis() < 0 || accuracy.getMicros() < 0) {
            throw new ReceiptException(Fault.MALFORMED, "a negative accuracy");
        }
        Duration stated = Duration.ofSeconds(accuracy.getSeconds())
                .plusMillis(accuracy.getMillis())
                .plus(accuracy.getMicros(), ChronoUnit.MICROS);
        if (stated.compareTo(ACCURACY_MAX) > 0) {
            throw new ReceiptException(Fault.INVALID, "accurate to " + stated + " only, a day is the most");
        }
        return stated;
    }

    private static Instant ceiling(Instant time) {
        Instant millis = time.truncatedTo(ChronoUnit.MILLIS);
        return millis.equals(time) ? time : millis.plusMillis(1);
    }

    /** A parser's message without what the input can put into it: printable, short, the same on every JVM. */
    static String plain(Exception e) {
        if (e instanceof RuntimeException && !(e instanceof IllegalArgumentException)) {
            return "its structure is not the one expected";
        }
        String message = String.valueOf(e.getMessage()).replaceAll("[^ -~]", "?");
        return message.length() > 160 ? message.substring(0, 160) : message;
    }
}
