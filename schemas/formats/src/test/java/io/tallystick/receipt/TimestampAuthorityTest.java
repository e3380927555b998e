// SPDX-License-Identifier: Apache-2.0
package io.tallystick.receipt;

import static io.tallystick.receipt.Receipts.refused;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.fixtures.TestTsa;
import io.tallystick.receipt.ReceiptException.Fault;
import io.tallystick.tree.Hash;
import io.tallystick.trust.TrustAnchors;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.junit.jupiter.api.Test;

class TimestampAuthorityTest {
    private static final TestTsa TSA = TestTsa.create();
    private static final AnchoredCheckpoint CHECKPOINT = Receipts.checkpoint(4);
    private static final Instant TIME = Instant.parse("2026-11-21T03:15:09Z");

    private static TimestampAuthority authority(TestTsa tsa) throws ReceiptException {
        return TimestampAuthority.of(tsa.anchor("tsa1", Receipts.START, Receipts.END));
    }

    private static byte[] response(TestTsa.Stamp stamp) {
        return TSA.response(CHECKPOINT.digest().bytes(), stamp.at(TIME));
    }

    private static void isRefused(Fault fault, String words, byte[] response) {
        refused(fault, words, () -> authority(TSA).verify(response, CHECKPOINT));
    }

    @Test
    void responseAndTokenProveTheTimeStamped() throws ReceiptException {
        // Given
        TestTsa.Stamp stamp = new TestTsa.Stamp();

        // When
        Receipt response = authority(TSA).verify(response(stamp), CHECKPOINT);
        Receipt token = authority(TSA).verify(TSA.tokenBytes(CHECKPOINT.digest().bytes(), stamp), CHECKPOINT);

        // Then
        assertThat(response).isEqualTo(new Receipt(TrustAnchors.Kind.TSA, "tsa1", Optional.of(TIME)));
        assertThat(token).isEqualTo(response);
    }

    @Test
    void accuracyIsAddedToTheTime() throws ReceiptException {
        // Given
        TestTsa.Stamp stamp = new TestTsa.Stamp();
        stamp.accuracy = Optional.of(Duration.ofMillis(1500));

        // When
        Receipt receipt = authority(TSA).verify(response(stamp), CHECKPOINT);

        // Then
        assertThat(receipt.existedBy()).contains(TIME.plusMillis(1500));
    }

    @Test
    void accuracyOfMoreThanADayIsRefused() {
        TestTsa.Stamp stamp = new TestTsa.Stamp();
        stamp.accuracy = Optional.of(Duration.ofDays(1).plusSeconds(1));
        isRefused(Fault.INVALID, "a day is the most", response(stamp));
    }

    @Test
    void nonceMustBeThatOfTheRequest() throws ReceiptException {
        // Given
        TestTsa.Stamp stamp = new TestTsa.Stamp();
        stamp.nonce = Optional.of(new BigInteger("123456789012345678901"));
        byte[] response = response(stamp);
        Hash imprint = CHECKPOINT.digest();

        // Then
        assertThat(authority(TSA).verify(response, imprint, stamp.nonce).party())
                .isEqualTo("tsa1");
        refused(Fault.OTHER_SUBJECT, "nonce", () -> authority(TSA)
                .verify(response, imprint, Optional.of(BigInteger.ONE)));
        refused(Fault.OTHER_SUBJECT, "nonce", () -> authority(TSA)
                .verify(response(new TestTsa.Stamp()), imprint, stamp.nonce));
    }

    @Test
    void refusalIsNoTimestamp() {
        isRefused(Fault.REFUSED, "status 2", TestTsa.refusal());
    }

    @Test
    void imprintOfAnotherObjectIsRefused() {
        byte[] other = TSA.response(Receipts.checkpoint(5).digest().bytes(), new TestTsa.Stamp());
        isRefused(Fault.OTHER_SUBJECT, "the imprint is not of this checkpoint", other);
        // The text alone is not the object: the signatures would not be stamped.
        byte[] text = TSA.response(CHECKPOINT.textDigest().bytes(), new TestTsa.Stamp());
        isRefused(Fault.OTHER_SUBJECT, "the imprint is not of this checkpoint", text);
    }

    @Test
    void imprintByAnotherDigestIsRefused() {
        TestTsa.Stamp stamp = new TestTsa.Stamp();
        stamp.imprintAlgorithm = NISTObjectIdentifiers.id_sha3_256;
        isRefused(Fault.OTHER_SUBJECT, "not by SHA-256", response(stamp));
    }

    @Test
    void policyThatIsNotListedIsRefused() throws ReceiptException {
        TimestampAuthority strict =
                TimestampAuthority.of(TSA.anchor("tsa1", Receipts.START, Receipts.END, List.of("1.2.3", "1.2.4")));
        refused(
                Fault.INVALID,
                "policy " + TestTsa.POLICY,
                () -> strict.verify(response(new TestTsa.Stamp()), CHECKPOINT));
        TimestampAuthority any = TimestampAuthority.of(TSA.anchor("tsa1", Receipts.START, Receipts.END, List.of()));
        assertThat(any.verify(response(new TestTsa.Stamp()), CHECKPOINT).existedBy())
                .contains(TIME);
    }

    @Test
    void timeOutsideTheAuthoritysValidityIsRefused() {
        for (Instant start : List.of(TIME.plusMillis(1), TIME.minus(Duration.ofDays(30)))) {
            Instant end = start.isAfter(TIME) ? Receipts.END : TIME.minusMillis(1);
            refused(Fault.OUTSIDE_VALIDITY, "counts from", () -> TimestampAuthority.of(TSA.anchor("tsa1", start, end))
                    .verify(response(new TestTsa.Stamp()), CHECKPOINT));
        }
    }

    @Test
    void chainToAnotherRootIsRefused() {
        refused(Fault.INVALID, "does not lead to a configured root", () -> authority(TestTsa.create())
                .verify(response(new TestTsa.Stamp()), CHECKPOINT));
    }

    @Test
    void purposesMustBeCriticalAndTimestampingAlone() {
        for (TestTsa odd : List.of(
                TestTsa.forPurposes(false, KeyPurposeId.id_kp_timeStamping),
                TestTsa.forPurposes(true, KeyPurposeId.id_kp_timeStamping, KeyPurposeId.id_kp_codeSigning),
                TestTsa.forPurposes(true, KeyPurposeId.id_kp_serverAuth))) {
            byte[] response = odd.response(CHECKPOINT.object(), TIME);
            refused(Fault.INVALID, "the signature does not hold", () -> authority(odd)
                    .verify(response, CHECKPOINT));
        }
    }

    @Test
    void certificateMustBeValidAtTheTimeStamped() throws ReceiptException {
        TestTsa ended = TestTsa.until(TIME.minusSeconds(1));
        byte[] late = ended.response(CHECKPOINT.object(), TIME);
        refused(Fault.INVALID, "not hold", () -> authority(ended).verify(late, CHECKPOINT));
        // What was stamped before the certificate ended stands.
        byte[] before = ended.response(CHECKPOINT.object(), TIME.minusSeconds(2));
        assertThat(authority(ended).verify(before, CHECKPOINT).existedBy()).contains(TIME.minusSeconds(2));
    }

    @Test
    void signerIsTheCertificateThatTheSignedAttributeNames() throws ReceiptException {
        // Given
        TestTsa other = TestTsa.create();
        TestTsa.Stamp planted = new TestTsa.Stamp();
        planted.planted.add(other.certificate());

        // Then
        assertThat(authority(TSA).verify(response(planted), CHECKPOINT).existedBy())
                .contains(TIME);
        TestTsa.Stamp foreign = new TestTsa.Stamp();
        foreign.planted.add(other.certificate());
        foreign.signer = Optional.of(other);
        isRefused(Fault.INVALID, "not hold", response(foreign));
        TestTsa.Stamp unnamed = new TestTsa.Stamp();
        unnamed.signingCertificate = false;
        isRefused(Fault.MALFORMED, "no signing certificate attribute", response(unnamed));
        TestTsa.Stamp absent = new TestTsa.Stamp();
        absent.certificates = false;
        isRefused(Fault.INVALID, "is not there", response(absent));
    }

    @Test
    void listedSignerNeedNotBeCarried() throws ReceiptException {
        // Given
        TestTsa.Stamp absent = new TestTsa.Stamp();
        absent.certificates = false;
        TimestampAuthority pinned = TimestampAuthority.of(TestTsa.anchor(
                "tsa1", TSA.certificate(), List.of(), new TrustAnchors.ValidFor(Receipts.START, Receipts.END)));

        // Then
        assertThat(pinned.verify(response(absent), CHECKPOINT).existedBy()).contains(TIME);
    }

    @Test
    void signatureWithSha1IsRefused() {
        TestTsa.Stamp weak = new TestTsa.Stamp();
        weak.signature = "SHA1withECDSA";
        isRefused(Fault.INVALID, "not signed with SHA-256", response(weak));
    }

    @Test
    void criticalExtensionIsRefused() {
        TestTsa.Stamp stamp = new TestTsa.Stamp();
        stamp.extensions = Optional.of(new Extensions(
                new Extension(new ASN1ObjectIdentifier("1.2.3.4"), true, new DEROctetString(new byte[] {5, 0}))));
        isRefused(Fault.INVALID, "critical extension", response(stamp));
    }

    @Test
    void manyCertificatesAreRefusedBeforeAPathIsSought() {
        TestTsa.Stamp stamp = new TestTsa.Stamp();
        for (int i = 0; i < 8; i++) {
            stamp.planted.add(TestTsa.create().certificate());
        }
        isRefused(Fault.MALFORMED, "more than 8 certificates", response(stamp));
    }

    @Test
    void noByteCanBeChanged() throws ReceiptException {
        // Given
        byte[] response = response(new TestTsa.Stamp());
        TimestampAuthority authority = authority(TSA);

        // Then
        for (int i = 0; i < response.length; i += 3) {
            byte[] changed = response.clone();
            changed[i] ^= 1;
            try {
                Receipt receipt = authority.verify(changed, CHECKPOINT);
                // Unsigned places say nothing about the time: status, unsigned names of algorithms.
                assertThat(receipt.existedBy()).contains(TIME);
            } catch (ReceiptException e) {
                assertThat(e).hasMessageNotContaining("null");
            }
        }
    }

    @Test
    void lengthsAreCheckedBeforeParsing() {
        byte[] response = response(new TestTsa.Stamp());
        isRefused(Fault.MALFORMED, "cut off", new byte[0]);
        isRefused(Fault.MALFORMED, "not DER", Arrays.copyOf(response, response.length - 1));
        isRefused(Fault.MALFORMED, "bytes after the object", Arrays.copyOf(response, response.length + 1));
        isRefused(Fault.MALFORMED, "the limit is 65536", new byte[TimestampAuthority.SIZE_MAX + 1]);
        byte[] indefinite = new byte[4000];
        for (int i = 0; i < indefinite.length; i += 2) {
            indefinite[i] = 0x30;
            indefinite[i + 1] = (byte) 0x80;
        }
        isRefused(Fault.MALFORMED, "indefinite", indefinite);
        isRefused(Fault.MALFORMED, "nested deeper than 32", nested(40));
        isRefused(Fault.MALFORMED, "absurd length", new byte[] {0x30, (byte) 0x89, 1, 1, 1, 1, 1, 1, 1, 1, 1});
        isRefused(Fault.MALFORMED, "longer", new byte[] {0x30, (byte) 0x84, 0x7f, -1, -1, -1});
        isRefused(Fault.MALFORMED, "longer", new byte[] {0x30, 3, 0x30, 4, 0});
        isRefused(Fault.MALFORMED, "cannot be read", new byte[] {0x30, 0});
        isRefused(Fault.MALFORMED, "cannot be read", new byte[] {5, 0});
    }

    private static byte[] nested(int depth) {
        byte[] der = new byte[2 * depth];
        for (int i = 0; i < depth; i++) {
            der[2 * i] = 0x30;
            der[2 * i + 1] = (byte) (2 * (depth - i - 1));
        }
        return der;
    }

    @Test
    void rootMustBeACertificate() {
        refused(
                Fault.MALFORMED,
                "root certificate",
                () -> TimestampAuthority.of(new TrustAnchors.Tsa(
                        "tsa1", List.of("MAA="), List.of(), new TrustAnchors.ValidFor(Receipts.START, Receipts.END))));
    }
}
