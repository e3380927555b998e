// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tallystick.anchor.client.TestParty.Reply;
import io.tallystick.anchor.external.Anchor;
import io.tallystick.anchor.external.Answer;
import io.tallystick.anchor.external.RegistryCheckpoint;
import io.tallystick.anchor.external.Submission;
import io.tallystick.anchor.timestamp.TimestampAnchor;
import io.tallystick.entry.Bytes;
import io.tallystick.receipt.AnchoredCheckpoint;
import io.tallystick.receipt.ReceiptException;
import io.tallystick.receipt.TimestampAuthority;
import io.tallystick.trust.StrictBase64;
import io.tallystick.trust.TrustAnchors;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.asn1.cmp.PKIFailureInfo;
import org.bouncycastle.asn1.cmp.PKIStatus;
import org.bouncycastle.asn1.cmp.PKIStatusInfo;
import org.bouncycastle.asn1.tsp.TimeStampResp;
import org.bouncycastle.tsp.TSPAlgorithms;
import org.bouncycastle.tsp.TimeStampRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TimestampAnchorTest extends HttpAnchorContract {
    @TempDir
    private Path directory;

    private final TestTsa tsa;
    private final TimestampAuthority authority;

    TimestampAnchorTest() throws Exception {
        tsa = new TestTsa();
        authority = TimestampAuthority.of(tsa.trusted());
    }

    @Override
    TestParty.Service service() {
        return tsa;
    }

    @Override
    Anchor anchor(URI address, Duration timeout) {
        return new TimestampAnchor(authority, address, timeout, TestRegistry.clockAt(Instant.now()));
    }

    @Override
    void verify(Bytes receipt, RegistryCheckpoint checkpoint) throws Exception {
        var unused = authority.verify(
                receipt.toByteArray(),
                AnchoredCheckpoint.parse(checkpoint.note().toByteArray()));
    }

    @Test
    void aRequestHasALongFreshNonceAndAsksForCertificates() throws Exception {
        List<BigInteger> nonces = new CopyOnWriteArrayList<>();
        try (TestParty recording = new TestParty((path, body) -> {
                    TimeStampRequest request = new TimeStampRequest(body);
                    assertThat(request.getCertReq()).isTrue();
                    assertThat(request.getMessageImprintAlgOID()).isEqualTo(TSPAlgorithms.SHA256);
                    nonces.add(request.getNonce());
                    return tsa.answer(path, body);
                });
                Anchor anchor = anchor(recording.address(), Duration.ofSeconds(20))) {
            anchor.submit(registry.submission(1, 0));
            anchor.submit(registry.submission(1, 0));
        }

        assertThat(nonces).hasSize(2).doesNotHaveDuplicates().allMatch(nonce -> nonce.bitLength() == 128);
    }

    @Test
    void anAuthorityThatDoesNotStampWithOurHashRefusesForGood() throws Exception {
        TestTsa other = new TestTsa(Set.of(TSPAlgorithms.SHA512.getId()));
        try (TestParty refusing = new TestParty(other);
                Anchor anchor = anchor(refusing.address(), Duration.ofSeconds(20))) {
            assertThat(anchor.submit(registry.submission(1, 0))).isInstanceOf(Answer.Refused.class);
        }
    }

    /** It stamps now; the window is one of tomorrow, as when the ledger's clock has been set forward. */
    @Test
    void aStampOfATimeBeforeThereWasACheckpointIsNotTaken() throws Exception {
        RegistryCheckpoint made = registry.checkpoint(1);
        Instant tomorrow = Instant.now().plus(Duration.ofDays(1));
        Submission submission = new Submission(
                new RegistryCheckpoint(made.size(), tomorrow, 1, made.note()), 0, from -> Optional.of(List.of()));
        try (Anchor anchor = anchor()) {
            assertThat(anchor.submit(submission))
                    .isInstanceOfSatisfying(Answer.Failed.class, failed -> assertThat(failed.reason())
                            .startsWith("the ledger's clock is ahead (it says "));
        }
    }

    @Test
    void anAuthorityWithTroubleOfItsOwnIsAskedAgain() throws Exception {
        PKIStatusInfo status =
                new PKIStatusInfo(PKIStatus.rejection, null, new PKIFailureInfo(PKIFailureInfo.timeNotAvailable));
        byte[] response = new TimeStampResp(status, null).getEncoded("DER");
        try (TestParty troubled = new TestParty(
                        (path, body) -> new Reply(200, "application/timestamp-reply", Bytes.wrap(response)));
                Anchor anchor = anchor(troubled.address(), Duration.ofSeconds(20))) {
            assertThat(anchor.submit(registry.submission(1, 0))).isInstanceOf(Answer.Failed.class);
        }
    }

    @Test
    void aStampOfAnotherAuthorityIsNotTaken() throws Exception {
        try (TestParty stranger = new TestParty(new TestTsa());
                Anchor anchor = anchor(stranger.address(), Duration.ofSeconds(20))) {
            assertThat(anchor.submit(registry.submission(1, 0))).isInstanceOf(Answer.Failed.class);
        }
    }

    /** Needs openssl; skipped visibly where there is none. */
    @Test
    void opensslVerifiesWhatIsStored() throws Exception {
        assumeTrue(run("openssl", "version").status() == 0, "no openssl");
        Bytes receipt = confirmed(anchor());
        Files.write(directory.resolve("r.tsr"), receipt.toByteArray());
        Files.write(
                directory.resolve("checkpoint"), registry.checkpoint(1).note().toByteArray());
        Files.writeString(directory.resolve("root.pem"), pem(tsa.root().getEncoded()));

        Ran ran = run("openssl", "ts", "-verify", "-data", "checkpoint", "-in", "r.tsr", "-CAfile", "root.pem");

        assertThat(ran.output()).contains("Verification: OK");
    }

    /** Needs openssl; skipped visibly where there is none. */
    @Test
    void aStampByOpensslIsConfirmed() throws Exception {
        assumeTrue(run("openssl", "version").status() == 0, "no openssl");
        byte[] root = opensslAuthority();
        TimestampAuthority openssl = TimestampAuthority.of(new TrustAnchors.Tsa(
                "openssl",
                List.of(StrictBase64.encode(root)),
                List.of(),
                new TrustAnchors.ValidFor(Instant.EPOCH, Instant.parse("9999-01-01T00:00:00Z"))));
        try (TestParty replying = new TestParty((path, body) -> {
                    Files.write(directory.resolve("q.tsq"), body);
                    Ran ran = run(
                            "openssl", "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "q.tsq", "-out", "q.tsr");
                    assertThat(ran.status()).as(ran.output()).isZero();
                    byte[] reply = Files.readAllBytes(directory.resolve("q.tsr"));
                    return new Reply(200, "application/timestamp-reply", Bytes.wrap(reply));
                });
                Anchor anchor = new TimestampAnchor(
                        openssl, replying.address(), Duration.ofSeconds(20), TestRegistry.clockAt(Instant.now()))) {
            byte[] receipt = confirmed(anchor).toByteArray();

            assertThat(openssl.verify(
                                    receipt,
                                    AnchoredCheckpoint.parse(
                                            registry.checkpoint(1).note().toByteArray()))
                            .existedBy())
                    .isPresent();
        }
    }

    private Bytes confirmed(Anchor anchor) {
        Answer answer = anchor.submit(registry.submission(1, 0));
        assertThat(answer).isInstanceOf(Answer.Confirmed.class);
        return ((Answer.Confirmed) answer).receipt();
    }

    private byte[] opensslAuthority() throws Exception {
        Files.writeString(directory.resolve("serial"), "01\n");
        Files.writeString(
                directory.resolve("tsa.cnf"),
                """
                [tsa]
                default_tsa = tsa_config
                [tsa_config]
                serial = serial
                crypto_device = builtin
                signer_cert = tsa.pem
                signer_key = tsa.key
                certs = root.pem
                default_policy = 1.2.3.4.1
                digests = sha256
                signer_digest = sha256
                ess_cert_id_alg = sha256
                accuracy = secs:1
                [ext]
                basicConstraints = critical,CA:false
                keyUsage = critical,digitalSignature
                extendedKeyUsage = critical,timeStamping
                [req]
                distinguished_name = dn
                [dn]
                [ca]
                basicConstraints = critical,CA:true
                keyUsage = critical,keyCertSign
                """);
        String curve = "ec_paramgen_curve:P-256";
        require(run(
                "openssl",
                "req",
                "-x509",
                "-config",
                "tsa.cnf",
                "-extensions",
                "ca",
                "-newkey",
                "ec",
                "-pkeyopt",
                curve,
                "-nodes",
                "-keyout",
                "root.key",
                "-out",
                "root.pem",
                "-subj",
                "/CN=root",
                "-days",
                "2"));
        require(run(
                "openssl",
                "req",
                "-config",
                "tsa.cnf",
                "-newkey",
                "ec",
                "-pkeyopt",
                curve,
                "-nodes",
                "-keyout",
                "tsa.key",
                "-out",
                "tsa.csr",
                "-subj",
                "/CN=tsa"));
        require(run(
                "openssl",
                "x509",
                "-req",
                "-in",
                "tsa.csr",
                "-CA",
                "root.pem",
                "-CAkey",
                "root.key",
                "-set_serial",
                "2",
                "-extfile",
                "tsa.cnf",
                "-extensions",
                "ext",
                "-out",
                "tsa.pem",
                "-days",
                "2"));
        require(run("openssl", "x509", "-in", "root.pem", "-outform", "DER", "-out", "root.der"));
        return Files.readAllBytes(directory.resolve("root.der"));
    }

    private record Ran(int status, String output) {}

    private static void require(Ran ran) {
        assertThat(ran.status()).as(ran.output()).isZero();
    }

    private Ran run(String... command) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            return new Ran(process.exitValue(), output);
        } catch (IOException e) {
            return new Ran(-1, e.toString());
        }
    }

    private static String pem(byte[] der) {
        return "-----BEGIN CERTIFICATE-----\n" + Base64.getMimeEncoder().encodeToString(der)
                + "\n-----END CERTIFICATE-----\n";
    }

    @Test
    void aReceiptOfTheWrongAuthorityDoesNotVerify() throws Exception {
        Bytes receipt = confirmed(anchor());

        assertThatExceptionOfType(ReceiptException.class).isThrownBy(() -> TimestampAuthority.of(
                        new TestTsa().trusted())
                .verify(
                        receipt.toByteArray(),
                        AnchoredCheckpoint.parse(registry.checkpoint(1).note().toByteArray())));
    }
}
