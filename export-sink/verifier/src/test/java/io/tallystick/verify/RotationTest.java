// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.KeyException;
import io.tallystick.trust.KeyFile;
import io.tallystick.trust.KeyStatus;
import io.tallystick.trust.SigningKey;
import io.tallystick.trust.TrustException;
import io.tallystick.trust.TrustRoot;
import io.tallystick.trust.TrustRootBuilder;
import io.tallystick.trust.TrustRootDraft;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A checkpoint key is replaced, with an overlap of one window; and a third algorithm is demanded. */
class RotationTest {
    private static final Instant START = Instant.parse("2026-11-21T03:00:00Z");

    /** End of the second window: the new key signs from here on. */
    private static final Instant T1 = START.plusSeconds(2 * 900);

    /** End of the third window, the last one the old key signs. */
    private static final Instant T2 = START.plusSeconds(3 * 900);

    private final SigningKey fresh = KeyFile.generate(KeyAlgorithm.ECDSA_P256, new SecureRandom());
    private final SigningKey mlDsa = KeyFile.generate(KeyAlgorithm.ML_DSA_44, new SecureRandom());

    @TempDir
    private Path temp;

    private TestLedger ledger;
    private TestKeys keys;

    @BeforeEach
    void open() {
        ledger = new TestLedger(temp.resolve("bucket"), START, 1);
        keys = ledger.keys;
        ledger.tenant("acme", false).chain(0).genesis();
    }

    private void window(SigningKey... signers) {
        ledger.signers = List.of(signers);
        ledger.tenant("acme", false).chain(0).event("e-" + ledger.windowStart(), "{\"a\":1}");
        ledger.closeWindow();
    }

    private void rotate() {
        window(keys.ed25519, keys.p256);
        window(keys.ed25519, keys.p256, fresh);
        window(keys.ed25519, keys.p256, fresh);
        window(keys.ed25519, fresh);
    }

    private TrustRoot first() throws KeyException, TrustException {
        return new TrustRootBuilder(TestKeys.ORIGIN, TestKeys.ISSUED, TestKeys.EXPIRES)
                .checkpointKey(keys.ed25519.spki())
                .checkpointKey(keys.p256.spki())
                .bundleKey(keys.bundle.spki())
                .sign(keys.root);
    }

    private TrustRootDraft introduced(TrustRoot before) throws KeyException {
        return TrustRootDraft.following(before, START)
                .withKey(keys.p256.keyId(), old -> old.with(KeyStatus.ACTIVE, T2, Optional.empty()))
                .withKey(TestKeys.checkpointKey(fresh, T1, TestKeys.EXPIRES));
    }

    private VerificationReport verify(TrustRootDraft draft) throws IOException, TrustException {
        Path file = temp.resolve("trust-root.json");
        Files.write(file, draft.sign(keys.root).complete().encode());
        return Verifier.verify(VerifyRequest.of(ledger.bucket).withTrustRoot(file));
    }

    @Test
    void everyWindowOfARotationVerifiesAlsoOnceTheOldKeyIsRetired() throws Exception {
        rotate();
        TrustRoot before = first();

        VerificationReport during = verify(introduced(before));
        TrustRoot second = introduced(before).sign(keys.root).complete();
        VerificationReport after = verify(TrustRootDraft.following(second, T2.plusSeconds(1))
                .withKey(keys.p256.keyId(), old -> old.with(KeyStatus.RETIRED, old.notAfter(), Optional.empty())));

        assertThat(during.exitCode()).as(during.text()).isZero();
        assertThat(after.exitCode()).as(after.text()).isZero();
    }

    @Test
    void anAuditorWithTheOldTrustRootTrustsTheOverlapAndNothingAfterIt() throws Exception {
        window(keys.ed25519, keys.p256);
        window(keys.ed25519, keys.p256, fresh);
        Path file = temp.resolve("old.json");
        Files.write(file, first().encode());
        assertThat(Verifier.verify(VerifyRequest.of(ledger.bucket).withTrustRoot(file))
                        .exitCode())
                .isZero();

        window(fresh);

        assertThat(Verifier.verify(VerifyRequest.of(ledger.bucket).withTrustRoot(file))
                        .exitCode())
                .isEqualTo(ExitCode.UNTRUSTED);
    }

    @Test
    void aNewKeyThatSignsBeforeItsTimeFails() throws Exception {
        window(keys.ed25519, keys.p256, fresh);

        VerificationReport report = verify(introduced(first()));

        assertThat(report.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(report.text()).contains("is valid only from");
    }

    @Test
    void anOldKeyThatSignsAfterItsTimeFails() throws Exception {
        rotate();
        window(keys.ed25519, keys.p256, fresh);

        VerificationReport report = verify(introduced(first()));

        assertThat(report.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(report.text()).contains("was valid only until");
    }

    @Test
    void anMlDsaLineCountsWhereItIsDemanded() throws Exception {
        window(keys.p256, mlDsa);

        VerificationReport report = verify(demandingMlDsa());

        assertThat(report.exitCode()).as(report.text()).isZero();
    }

    @Test
    void withoutTheMlDsaLineThatIsDemandedEvidenceFails() throws Exception {
        window(keys.ed25519, keys.p256);

        VerificationReport report = verify(demandingMlDsa());

        assertThat(report.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(report.text()).contains("no ml-dsa-44 signature");
    }

    @Test
    void whatWasSignedBeforeTheMlDsaLineWasDemandedStands() throws Exception {
        window(keys.ed25519, keys.p256);
        window(keys.ed25519, keys.p256, mlDsa);
        window(keys.ed25519, keys.p256, mlDsa);

        VerificationReport report = verify(demandingMlDsa(T1));

        assertThat(report.exitCode()).as(report.text()).isZero();
    }

    @Test
    void fromWhenTheMlDsaLineIsDemandedEvidenceWithoutItFails() throws Exception {
        window(keys.ed25519, keys.p256);
        window(keys.ed25519, keys.p256);

        VerificationReport report = verify(demandingMlDsa(T1));

        assertThat(report.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(report.bundles())
                .extracting(bundle -> bundle.phase(Phase.SIGNATURES).verdict())
                .containsExactly(PhaseVerdict.Verdict.PASS, PhaseVerdict.Verdict.FAIL);
        assertThat(report.text()).contains("no ml-dsa-44 signature");
    }

    @Test
    void anMlDsaLineOfAStrangerIsNotTrusted() throws Exception {
        window(keys.p256, KeyFile.generate(KeyAlgorithm.ML_DSA_44, new SecureRandom()));

        assertThat(verify(demandingMlDsa()).exitCode()).isEqualTo(ExitCode.UNTRUSTED);
    }

    private TrustRootDraft demandingMlDsa() throws KeyException, TrustException {
        return demandingMlDsa(TestKeys.ISSUED);
    }

    private TrustRootDraft demandingMlDsa(Instant from) throws KeyException, TrustException {
        return TrustRootDraft.following(first(), START)
                .withKey(TestKeys.checkpointKey(mlDsa, from, TestKeys.EXPIRES))
                .withRequiredForCheckpoints(List.of(Set.of(KeyAlgorithm.ECDSA_P256), Set.of(KeyAlgorithm.ML_DSA_44)));
    }
}
