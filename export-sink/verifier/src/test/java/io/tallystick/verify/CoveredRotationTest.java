// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.bundle.EntryProof;
import io.tallystick.entry.ChainId;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.KeyException;
import io.tallystick.trust.KeyFile;
import io.tallystick.trust.SigningKey;
import io.tallystick.trust.TrustAnchors;
import io.tallystick.trust.TrustException;
import io.tallystick.trust.TrustPolicy;
import io.tallystick.trust.TrustRootBuilder;
import io.tallystick.trust.TrustedKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An entry is proven by a later checkpoint, and between the two, or right after, keys or demands change. */
class CoveredRotationTest {
    private static final TrustPolicy STAMPED = new TrustPolicy(Set.of(TrustAnchors.Kind.TSA), 0, 0);

    /** End of the entry's window. */
    private static final Instant ENTRY = Scenario.start(1);

    /** End of the window whose checkpoint is stamped, which is some seconds later. */
    private static final Instant COVER = Scenario.start(2);

    private static final Instant STAMP = TestAnchors.time(1);

    private final SigningKey mlDsa = KeyFile.generate(KeyAlgorithm.ML_DSA_44, new SecureRandom());
    private final SigningKey fresh = KeyFile.generate(KeyAlgorithm.ECDSA_P256, new SecureRandom());
    private final TestAnchors anchors = new TestAnchors();

    @TempDir
    private Path folder;

    private TestLedger ledger;
    private TestKeys keys;

    @BeforeEach
    void open() {
        ledger = new TestLedger(folder.resolve("bucket"), Scenario.START, 1);
        keys = ledger.keys;
        ledger.tenant("acme", false).chain(0).genesis();
    }

    /** The entry's window, and the one behind it, whose checkpoint is stamped. */
    private void sign(List<SigningKey> first, List<SigningKey> second) throws IOException {
        ledger.signers = first;
        ledger.closeWindow();
        ledger.signers = second;
        ledger.closeWindow();
        anchors.stamp(ledger.bucket, 1);
    }

    private VerifyRequest trusting(List<Set<KeyAlgorithm>> require, TrustedKey... listed)
            throws IOException, KeyException, TrustException {
        TrustRootBuilder builder = new TrustRootBuilder(TestKeys.ORIGIN, TestKeys.ISSUED, TestKeys.EXPIRES)
                .checkpointKey(keys.ed25519.spki())
                .bundleKey(keys.bundle.spki())
                .anchors(anchors.listed())
                .policy(STAMPED)
                .requireForCheckpoints(require);
        for (TrustedKey key : listed) {
            builder.key(key);
        }
        Path file = Files.write(
                folder.resolve("trust-root.json"), builder.sign(keys.root).encode());
        return VerifyRequest.of(folder).withTrustRoot(file);
    }

    private VerifyRequest demandingMlDsa(Instant from) throws Exception {
        return trusting(
                List.of(Set.of(KeyAlgorithm.ECDSA_P256), Set.of(KeyAlgorithm.ML_DSA_44)),
                TestKeys.checkpointKey(keys.p256, TestKeys.ISSUED, TestKeys.EXPIRES),
                TestKeys.checkpointKey(mlDsa, from, TestKeys.EXPIRES));
    }

    /** What the proof by the stamped checkpoint says. */
    private VerificationReport proven(VerifyRequest request) throws Exception {
        EntryProof proof = EntryProver.cutCovered(
                        ledger.bucket,
                        new WantedEntry.At(ChainId.parse("acme/0"), 0),
                        ListedReceipts.wanted(request),
                        any -> true)
                .orElseThrow();
        VerificationReport report = ProofVerifier.verify(proof.encode(), request);
        assertThat(report.text()).contains("the registry checkpoint is a later one");
        return report;
    }

    private void requireValid(VerificationReport report) {
        assertThat(report.exitCode()).as(report.text()).isZero();
        assertThat(report.bundles().get(0).existedBy()).contains(STAMP);
    }

    @Test
    void aCheckpointUnderTheNewDemandCoversAnEntryUnderTheOldOne() throws Exception {
        sign(List.of(keys.p256), List.of(keys.p256, mlDsa));

        requireValid(proven(demandingMlDsa(COVER)));
    }

    @Test
    void aDemandThatBeginsBetweenACheckpointAndItsStampDoesNotUnmakeIt() throws Exception {
        sign(List.of(keys.p256), List.of(keys.p256));

        requireValid(proven(demandingMlDsa(COVER.plusSeconds(1))));
    }

    @Test
    void aKeyThatEndsBetweenACheckpointAndItsStampCountsForIt() throws Exception {
        sign(List.of(keys.p256), List.of(keys.p256));

        requireValid(proven(trusting(
                List.of(Set.of(KeyAlgorithm.ECDSA_P256)),
                TestKeys.checkpointKey(keys.p256, TestKeys.ISSUED, COVER),
                TestKeys.checkpointKey(fresh, COVER.plusMillis(1), TestKeys.EXPIRES))));
    }

    @Test
    void theNewKeyCountsForTheLaterCheckpointAndTheOldOneForTheEntry() throws Exception {
        sign(List.of(keys.p256), List.of(fresh));

        requireValid(proven(trusting(
                List.of(Set.of(KeyAlgorithm.ECDSA_P256)),
                TestKeys.checkpointKey(keys.p256, TestKeys.ISSUED, ENTRY),
                TestKeys.checkpointKey(fresh, COVER, TestKeys.EXPIRES))));
    }

    @Test
    void whereTheEntryIsUnderTheNewDemandTheLaterCheckpointIsToo() throws Exception {
        sign(List.of(keys.p256, mlDsa), List.of(keys.p256));

        VerificationReport report = proven(demandingMlDsa(ENTRY));

        assertThat(report.exitCode()).as(report.text()).isEqualTo(ExitCode.FAILED);
        assertThat(report.text()).contains("proof head").contains("no ml-dsa-44 signature");
    }

    @Test
    void keysThatWereNeverValidTogetherDoNotCountTogether() throws Exception {
        sign(List.of(keys.ed25519, keys.p256), List.of(keys.p256, fresh));

        VerificationReport report = proven(trusting(
                List.of(Set.of(KeyAlgorithm.ECDSA_P256)),
                TestKeys.checkpointKey(keys.p256, TestKeys.ISSUED, ENTRY),
                TestKeys.checkpointKey(fresh, COVER, TestKeys.EXPIRES)));

        assertThat(report.exitCode()).as(report.text()).isEqualTo(ExitCode.FAILED);
        assertThat(report.text()).contains("was valid only until");
    }

    @Test
    void anEntryThatLacksWhatItsOwnWindowDemandsIsNotHelpedByALaterCheckpoint() throws Exception {
        sign(List.of(keys.p256), List.of(keys.p256, mlDsa));

        VerificationReport report = proven(demandingMlDsa(ENTRY));

        assertThat(report.exitCode()).as(report.text()).isEqualTo(ExitCode.FAILED);
        assertThat(report.text()).contains("proof chain").contains("no ml-dsa-44 signature");
    }
}
