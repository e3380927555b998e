// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.TrustPolicy;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Phase 9 against the store's real lock, which the next window's bundle tells. */
class RetentionTest extends ScenarioBucket {
    private static final Instant UNTIL = Scenario.start(4).plus(Duration.ofDays(30));

    /** Every bundle of acme is promised this lock, and each but the first tells of the one before. */
    private void lock(String mode, Instant promised, Instant real) throws IOException {
        lock(mode, promised, real, real);
    }

    /** @param last the lock that the last bundle tells of */
    private void lock(String mode, Instant promised, Instant real, Instant last) throws IOException {
        for (int window = 0; window < 4; window++) {
            TestBundle bundle = bucket.acme(window);
            bundle.lock(mode, promised);
            if (window > 0) {
                bundle.previousLock(bucket.acme(window - 1), mode, window == 3 ? last : real);
            }
            bucket.sealStatement(bundle);
        }
        bucket.request = bucket.request.withTenant("acme");
    }

    private PhaseVerdict verdict(int window, int exitCode, int days) {
        VerificationReport report = Verifier.verify(bucket.request.withMinimumRetentionDays(days));
        assertThat(report.exitCode()).as(report.text()).isEqualTo(exitCode);
        return report.bundles().get(window).phase(Phase.RETENTION);
    }

    @ParameterizedTest
    @ValueSource(strings = {"governance", "compliance"})
    void aLockThatWasReadBackPassesAndTheNewestWindowStaysOpen(String mode) throws IOException {
        // Given
        lock(mode, UNTIL, UNTIL);

        // Then
        for (int window = 0; window < 3; window++) {
            assertThat(verdict(window, ExitCode.VALID, 0).verdict()).isEqualTo(PhaseVerdict.Verdict.PASS);
        }
        PhaseVerdict newest = verdict(3, ExitCode.VALID, 0);
        assertThat(newest.verdict()).isEqualTo(PhaseVerdict.Verdict.NOT_CHECKED);
        assertThat(newest.reasons())
                .containsExactly("no lock of this bundle was read back: the next window's bundle tells of it");
        assertThat(verdict(3, ExitCode.VALID, 30).exitCode()).isEqualTo(ExitCode.VALID);
        VerificationReport report = Verifier.verify(bucket.request.withMinimumRetentionDays(30));
        assertThat(report.bundles().get(3).notes()).anyMatch(note -> note.contains("newest window"));
        assertThat(report.bundles().get(2).notes()).noneMatch(note -> note.contains("newest window"));
    }

    @Test
    void aRequirementOfTheTrustRootCanBeMet() throws IOException {
        // Given
        lock("compliance", UNTIL, UNTIL);
        bucket.trustRoot(bucket.keys.trustRoot(
                TestKeys.ORIGIN,
                List.of(Set.of(KeyAlgorithm.ECDSA_P256)),
                new TrustPolicy(Set.of(), 0, 30),
                (a, b, c) -> {}));

        // Then
        assertThat(verdict(3, ExitCode.VALID, 0).verdict()).isEqualTo(PhaseVerdict.Verdict.NOT_CHECKED);
    }

    @Test
    void theNewestWindowIsNotExcusedWhereTheOneBeforeWasNotChecked() throws IOException {
        // Given: the lock that the newest bundle tells of is of no manifest here
        lock("compliance", UNTIL, UNTIL);
        bucket.acme(3).flipHexAfter("export.json", "\"previousLock\":{\"manifest\":\"");
        bucket.sealStatement(bucket.acme(3));

        // Then
        VerificationReport report = Verifier.verify(bucket.request.withMinimumRetentionDays(30));
        assertThat(report.bundles().get(2).phase(Phase.RETENTION).exitCode()).isEqualTo(ExitCode.INCOMPLETE);
        assertThat(report.bundles().get(3).phase(Phase.RETENTION).exitCode()).isEqualTo(ExitCode.INCOMPLETE);
    }

    @Test
    void theNewestWindowIsNotExcusedWhereItPromisesNoLockOrIsAlone() throws IOException {
        // Given: a store that stopped to lock
        lock("compliance", UNTIL, UNTIL);
        bucket.acme(3).lock("none", UNTIL);
        bucket.sealStatement(bucket.acme(3));

        // Then
        assertThat(verdict(3, ExitCode.INCOMPLETE, 30).reasons())
                .containsExactly("the store locks nothing (lock mode none)");
        VerificationReport alone = Verifier.verify(VerifyRequest.of(bucket.acme(2).folder)
                .withTrustRoot(scenario.trustRoot)
                .withMinimumRetentionDays(30));
        assertThat(alone.bundles().get(0).phase(Phase.RETENTION).exitCode()).isEqualTo(ExitCode.INCOMPLETE);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void theLockThatAnEarlierVerificationCouldNotKnowIsCheckedByTheNext(int missingSeconds) throws IOException {
        // Given: three windows, verified; then the fourth, which tells of the third's lock
        lock("compliance", UNTIL, UNTIL, UNTIL.minusSeconds(missingSeconds));
        Path later = bucket.acme(3).folder;
        Path leaves = bucket.leaves(3);
        Files.move(later, folder.resolve("bundle"));
        Files.move(leaves, folder.resolve("leaves"));
        VerificationReport first = Verifier.verify(bucket.request.withMinimumRetentionDays(30));
        assertThat(first.exitCode()).as(first.text()).isZero();
        Path transcript = Files.write(folder.resolve("first.json"), first.json());
        Files.move(folder.resolve("bundle"), later);
        Files.move(folder.resolve("leaves"), leaves);

        // When
        VerificationReport second =
                Verifier.verify(bucket.request.withMinimumRetentionDays(30).withSince(transcript));

        // Then
        assertThat(second.bundles()).hasSize(1);
        assertThat(second.exitCode())
                .as(second.text())
                .isEqualTo(missingSeconds == 0 ? ExitCode.VALID : ExitCode.FAILED);
        if (missingSeconds > 0) {
            Fault fault =
                    second.bundles().get(0).phase(Phase.RETENTION).faults().get(0);
            assertThat(fault.toString())
                    .contains(bucket.acme(2).folder.getFileName() + "/export.json", "promised was " + UNTIL);
        }
    }

    @Test
    void aLongerLockThanPromisedIsAsGood() throws IOException {
        // Given: somebody with a longer view
        lock("compliance", UNTIL, UNTIL.plus(Duration.ofDays(365)));

        // Then
        assertThat(verdict(0, ExitCode.VALID, 0).verdict()).isEqualTo(PhaseVerdict.Verdict.PASS);
    }

    @Test
    void aRequirementAboveThePromiseFails() throws IOException {
        // Given
        lock("compliance", UNTIL, UNTIL.plus(Duration.ofDays(365)));

        // Then
        assertThat(verdict(0, ExitCode.FAILED, 31).faults().get(0).message())
                .isEqualTo("retention of 30 days, required are 31");
    }

    @Test
    void aLockShorterThanPromisedFailsWithoutAnyRequirement() throws IOException {
        // Given
        lock("compliance", UNTIL, UNTIL.minusSeconds(1));

        // Then
        assertThat(verdict(0, ExitCode.FAILED, 0).faults().get(0).message()).contains("promised was " + UNTIL);
    }

    @Test
    void aLockOfAnotherManifestSaysNothingOfThisOne() throws IOException {
        // Given: the third bundle tells of the first one's lock as if it were the second's
        lock("compliance", UNTIL, UNTIL);
        bucket.acme(2).flipHexAfter("export.json", "\"previousLock\":{\"manifest\":\"");
        bucket.sealStatement(bucket.acme(2));

        // Then: phase 2 of the liar fails, and phase 9 of the one it should speak of stays open
        assertThat(verdict(1, ExitCode.FAILED, 0).verdict()).isEqualTo(PhaseVerdict.Verdict.NOT_CHECKED);
    }

    @Test
    void anExportRecordThatIsALinkTellsNothing() throws IOException {
        // Given
        lock("compliance", UNTIL, UNTIL);
        Path export = bucket.acme(1).folder.resolve("export.json");
        Files.move(export, folder.resolve("elsewhere"));
        Files.createSymbolicLink(export, folder.resolve("elsewhere"));

        // Then
        assertThat(verdict(0, ExitCode.FAILED, 0).verdict()).isEqualTo(PhaseVerdict.Verdict.NOT_CHECKED);
    }

    @Test
    void aLockThatIsGoneFromTheStoreIsNotCheckedWhateverTheNextBundleTells() throws IOException {
        // Given: the next bundle tells of a good one, and so does the store of the last two
        lock("compliance", UNTIL, UNTIL);
        Map<Path, StoreLock> locks = new HashMap<>();
        for (int window = 0; window < 4; window++) {
            StoreLock good = new StoreLock("compliance", UNTIL);
            locks.put(bucket.acme(window).folder.toRealPath(), window < 2 ? StoreLock.NOT_SHOWN : good);
        }
        bucket.request = bucket.request.withLocks(locks);

        // Then
        assertThat(verdict(0, ExitCode.VALID, 0).verdict()).isEqualTo(PhaseVerdict.Verdict.NOT_CHECKED);
        assertThat(verdict(0, ExitCode.INCOMPLETE, 30).reasons())
                .containsExactly("the store shows no lock now: there is none, or whoever read it may not see it");
        assertThat(verdict(2, ExitCode.INCOMPLETE, 30).verdict()).isEqualTo(PhaseVerdict.Verdict.PASS);
    }

    @Test
    void theNewestWindowIsNotExcusedWhereTheStoreShowsNoLock() throws IOException {
        // Given
        lock("compliance", UNTIL, UNTIL);
        Path newest = bucket.acme(3).folder.toRealPath();
        bucket.request = bucket.request.withLocks(Map.of(newest, StoreLock.NOT_SHOWN));

        // Then
        assertThat(verdict(3, ExitCode.INCOMPLETE, 30).verdict()).isEqualTo(PhaseVerdict.Verdict.NOT_CHECKED);
    }

    @Test
    void aStoreWithoutLocksIsSaidToHaveNone() {
        assertThat(verdict(0, ExitCode.VALID, 0).reasons()).containsExactly("the store locks nothing (lock mode none)");
        assertThat(verdict(0, ExitCode.INCOMPLETE, 1).verdict()).isEqualTo(PhaseVerdict.Verdict.NOT_CHECKED);
    }

    /** No lock is promised, and a bucket's default retention locks nevertheless, for a day. */
    @Test
    void aDefaultLockOfTheStoreIsHeldToWhatIsRequiredAlone() throws IOException {
        // Given
        lock("none", UNTIL, UNTIL);
        Instant day = Scenario.start(1).plus(Duration.ofDays(1));
        bucket.acme(1).replace("export.json", "\"mode\":\"none\",\"until\"", "\"mode\":\"governance\",\"until\"");
        bucket.acme(1).replace("export.json", "2026-12-21T04:00:00.000Z", "2026-11-22T03:15:00.000Z");
        bucket.sealStatement(bucket.acme(1));

        // Then
        assertThat(verdict(0, ExitCode.VALID, 0).verdict()).isEqualTo(PhaseVerdict.Verdict.PASS);
        assertThat(verdict(0, ExitCode.INCOMPLETE, 1).verdict()).isEqualTo(PhaseVerdict.Verdict.PASS);
        assertThat(verdict(0, ExitCode.FAILED, 2).faults().get(0).message())
                .isEqualTo("the store's lock, read back for the next bundle, is governance until " + day
                        + ", required are 2 days, to " + day.plus(Duration.ofDays(1)));
    }

    @Test
    void aLockThatIsToldToBeNoneBreaksNoPromiseOfNone() throws IOException {
        // Given
        lock("none", UNTIL, UNTIL);

        // Then
        assertThat(verdict(0, ExitCode.VALID, 0).reasons())
                .containsExactly("the store's lock, read back for the next bundle, is none, and none was promised");
        assertThat(verdict(0, ExitCode.INCOMPLETE, 1).verdict()).isEqualTo(PhaseVerdict.Verdict.NOT_CHECKED);
    }

    @Test
    void trustRootAndRequestBothCount() throws IOException {
        // Given
        lock("compliance", UNTIL, UNTIL);
        bucket.trustRoot(bucket.keys.trustRoot(
                TestKeys.ORIGIN,
                List.of(Set.of(KeyAlgorithm.ECDSA_P256)),
                new TrustPolicy(Set.of(), 0, 40),
                (a, b, c) -> {}));

        // Then
        assertThat(verdict(0, ExitCode.FAILED, 7).faults().get(0).message()).contains("required are 40");
        assertThat(verdict(0, ExitCode.FAILED, 50).faults().get(0).message()).contains("required are 50");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "1000001", "x", "", "1.5"})
    void aRequirementThatIsNoNumberOfDaysIsUsage(String days) {
        // Given
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);

        // Then
        assertThat(Main.run(stream, stream, "verify", bucket.bucket.toString(), "--minimum-retention-days", days))
                .isEqualTo(ExitCode.USAGE);
    }

    @Test
    void aRequestRefusesANegativeRequirement() {
        assertThatIllegalArgumentException().isThrownBy(() -> bucket.request.withMinimumRetentionDays(-1));
    }
}
