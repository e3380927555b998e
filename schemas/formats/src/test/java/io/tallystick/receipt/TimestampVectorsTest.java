// SPDX-License-Identifier: Apache-2.0
package io.tallystick.receipt;

import static io.tallystick.receipt.Receipts.refused;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallystick.receipt.ReceiptException.Fault;
import io.tallystick.tree.Hash;
import io.tallystick.trust.StrictBase64;
import io.tallystick.trust.TrustAnchors;
import io.tallystick.vectors.Vectors;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Time-stamps of real authorities and broken copies of them. */
class TimestampVectorsTest {
    private static final TrustAnchors.ValidFor ALWAYS =
            new TrustAnchors.ValidFor(Instant.parse("2000-01-01T00:00:00Z"), Instant.parse("2040-01-01T00:00:00Z"));
    private static final Hash NOTATION = Hash.sha256("notation".getBytes(StandardCharsets.US_ASCII));
    private static final Hash TEST = Hash.sha256("test\n".getBytes(StandardCharsets.US_ASCII));

    private static TimestampAuthority globalSign() throws ReceiptException {
        return globalSign(List.of("1.3.6.1.4.1.4146.2.3"));
    }

    private static TimestampAuthority globalSign(List<String> policies) throws ReceiptException {
        String pem =
                new String(Vectors.bytes("receipt/rfc3161/notary/GlobalSignRootCA.crt"), StandardCharsets.US_ASCII);
        String root = pem.startsWith("-----")
                ? pem.replaceAll("-----[A-Z ]+-----", "").replaceAll("\\s", "")
                : Base64.getEncoder().encodeToString(Vectors.bytes("receipt/rfc3161/notary/GlobalSignRootCA.crt"));
        return TimestampAuthority.of(new TrustAnchors.Tsa("globalsign", List.of(root), policies, ALWAYS));
    }

    private static byte[] notary(String name) {
        return Vectors.bytes("receipt/rfc3161/notary/" + name);
    }

    @ParameterizedTest
    @CsvSource({"TimeStampToken.p7s,2021-09-17T14:09:10Z", "granted.tsq,2021-09-18T11:54:34Z"})
    void timestampOfGlobalSignVerifies(String name, Instant stamped) throws ReceiptException {
        // When
        Receipt receipt = globalSign().verify(notary(name), NOTATION, Optional.empty());

        // Then
        assertThat(receipt.existedBy().orElseThrow()).isBetween(stamped, stamped.plusSeconds(2));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "SHA1TimeStampToken.p7s|OTHER_SUBJECT|not by SHA-256",
                "TimeStampTokenWithInvalidSignature.p7s|INVALID|not hold",
                "TimeStampTokenWithInvalidSigningCertificateV1.p7s|MALFORMED|Bad sequence size",
                "TimeStampTokenWithInvalidSigningCertificateV2.p7s|MALFORMED|malformed timestamp token",
                "TimeStampTokenWithInvalidTSTInfo.p7s|MALFORMED|cannot be read",
                "TimeStampTokenWithInvalideContentType.p7s|MALFORMED|not for a time stamp",
                "TimeStampTokenWithMismatchCertHash.p7s|INVALID|is not there",
                "TimeStampTokenWithSHA1CertHash.p7s|INVALID|is not there",
                "TimeStampTokenWithSigningCertificateV1.p7s|OTHER_SUBJECT|not by SHA-256",
                "TimeStampTokenWithSigningCertificateV1NoCert.p7s|MALFORMED|at least one ESSCertID",
                "TimeStampTokenWithSigningCertificateV2NoCert.p7s|MALFORMED|at least one ESSCertID",
                "TimeStampTokenWithTSTInfoVersion2.p7s|MALFORMED|version 2",
                "TimeStampTokenWithValidAndInvalidSignerInfos.p7s|MALFORMED|2 signers",
                "TimeStampTokenWithWrongSigningCertificateV2IssuerChoiceTag.p7s|MALFORMED|malformed timestamp token",
                "TimeStampTokenWithoutCertificate.p7s|INVALID|is not there",
                "TimeStampTokenWithoutSigningCertificate.p7s|MALFORMED|no signing certificate attribute",
                "TimeStampTokenWithoutSigningCertificateV2IssuerSerial.p7s|INVALID|not hold",
                "malformed.tsq|MALFORMED|not DER",
                "rejection.tsq|REFUSED|status 2",
                "validResponseWithSigningCertificateV1.tsr|OTHER_SUBJECT|not by SHA-256",
            })
    void brokenCopyIsRefusedForItsOwnReason(String name, Fault fault, String words) {
        refused(fault, words, () -> globalSign().verify(notary(name), NOTATION, Optional.empty()));
    }

    /** Its own certificates end at an intermediate one, of another authority. */
    @Test
    void timestampWithoutARootIsRefusedForThatAlone() throws ReceiptException {
        byte[] token = notary("TimeStampTokenNoRoot.p7s");
        Hash imprint = Hash.parseHex("24b787b4819f46f90027e72c1e944e59ebbb4d4c758e056aa309f0527475a4a2");

        refused(Fault.INVALID, "does not lead to a configured root", () -> globalSign(List.of())
                .verify(token, imprint, Optional.empty()));
        refused(Fault.INVALID, "policy 1.3.6.1.4.1.601.10.3.1, which is not listed", () -> globalSign()
                .verify(token, imprint, Optional.empty()));
        refused(Fault.OTHER_SUBJECT, "the imprint is not of this checkpoint", () -> globalSign()
                .verify(token, NOTATION, Optional.empty()));
    }

    private static TimestampAuthority sigstore(String trustRoot, int index, TrustAnchors.ValidFor validFor)
            throws ReceiptException {
        JsonNode tsa = Vectors.json("receipt/rfc3161/sigstore/" + trustRoot)
                .get("timestampAuthorities")
                .get(index);
        List<String> chain = new ArrayList<>();
        for (JsonNode certificate : tsa.get("certChain").get("certificates")) {
            chain.add(StrictBase64.encode(
                    Base64.getDecoder().decode(certificate.get("rawBytes").textValue())));
        }
        return TimestampAuthority.of(new TrustAnchors.Tsa("sigstore", chain, List.of(), validFor));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sigstage_tsa_response_with_embedded_certs.tsr",
                "sigstage_tsa_response_without_embedded_certs.tsr"
            })
    void timestampOfSigstoreVerifiesWithAndWithoutCertificates(String name) throws ReceiptException {
        // Given
        byte[] response = Vectors.bytes("receipt/rfc3161/sigstore/" + name);

        // When
        Receipt receipt = sigstore("staging_trusted_root_with_one_tsa.json", 0, ALWAYS)
                .verify(response, TEST, Optional.of(BigInteger.ONE));

        // Then
        assertThat(receipt.existedBy().orElseThrow())
                .isBetween(Instant.parse("2025-05-28T15:15:55Z"), Instant.parse("2025-05-28T15:18:00Z"));
    }

    @Test
    void timestampAfterTheAuthoritysEndIsOutsideItsValidity() {
        byte[] response = Vectors.bytes("receipt/rfc3161/sigstore/sigstage_tsa_response_with_embedded_certs.tsr");
        TrustAnchors.ValidFor outdated =
                new TrustAnchors.ValidFor(Instant.parse("2015-04-08T06:59:43Z"), Instant.parse("2025-04-08T06:59:43Z"));
        refused(Fault.OUTSIDE_VALIDITY, "counts from", () -> sigstore(
                        "staging_trusted_root_with_outdated_tsa.json", 0, outdated)
                .verify(response, TEST, Optional.empty()));
    }

    @ParameterizedTest
    @CsvSource({
        "freetsa_response.tsr,OTHER_SUBJECT,the imprint is not of this checkpoint",
        "sigstore_tsa_response_with_embedded_certs.tsr,OTHER_SUBJECT,the imprint is not of this checkpoint",
        "sigstore_tsa_response_without_embedded_certs.tsr,OTHER_SUBJECT,the imprint is not of this checkpoint",
        "sigstore_tsa_response_invalid.tsr,MALFORMED,is not DER"
    })
    void timestampsOfOtherThingsAreRefused(String name, Fault fault, String words) {
        byte[] response = Vectors.bytes("receipt/rfc3161/sigstore/" + name);
        refused(fault, words, () -> sigstore("trusted_root.json", 0, ALWAYS).verify(response, TEST, Optional.empty()));
    }

    @Test
    void timestampOfFreeTsaDoesNotLeadToTheRootOfSigstore() {
        // An imprint that fits leaves the chain to decide.
        byte[] response = Vectors.bytes("receipt/rfc3161/sigstore/freetsa_response.tsr");
        Hash imprint = Hash.parseHex("e49a897aac4c981921270a3f79e46885c9952fc5ba1ab4c0cdef380be7737481");
        refused(Fault.INVALID, "does not lead to a configured root", () -> sigstore("trusted_root.json", 0, ALWAYS)
                .verify(response, imprint, Optional.empty()));
    }
}
