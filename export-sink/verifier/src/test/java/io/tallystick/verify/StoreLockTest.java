// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Phase 9 against the lock that was read from the store for this verification. */
class StoreLockTest extends ScenarioBucket {
    private static final Instant UNTIL = Scenario.start(4).plus(Duration.ofDays(30));

    @BeforeEach
    void lock() throws IOException {
        for (int window = 0; window < 4; window++) {
            TestBundle bundle = bucket.acme(window);
            bundle.lock("compliance", UNTIL);
            if (window > 0) {
                bundle.previousLock(bucket.acme(window - 1), "compliance", UNTIL);
            }
            bucket.sealStatement(bundle);
        }
        bucket.request = bucket.request.withTenant("acme");
    }

    private PhaseVerdict verdict(int window, StoreLock lock, int exitCode, int days) throws IOException {
        VerificationReport report = Verifier.verify(bucket.request
                .withMinimumRetentionDays(days)
                .withLocks(Map.of(bucket.acme(window).folder.toRealPath(), lock)));
        assertThat(report.exitCode()).as(report.text()).isEqualTo(exitCode);
        return report.bundles().get(window).phase(Phase.RETENTION);
    }

    @Test
    void theNewestWindowIsCheckedToo() throws IOException {
        assertThat(verdict(3, new StoreLock("compliance", UNTIL), ExitCode.VALID, 30)
                        .verdict())
                .isEqualTo(PhaseVerdict.Verdict.PASS);
    }

    @ParameterizedTest
    @CsvSource({"none, 0, which is no lock", "governance, 0, promised was compliance", "compliance, -1, promised was"})
    void aLockThatIsWeakerNowThanTheNextBundleTellsFails(String mode, int seconds, String why) throws IOException {
        // When
        PhaseVerdict verdict = verdict(1, new StoreLock(mode, UNTIL.plusSeconds(seconds)), ExitCode.FAILED, 0);

        // Then
        assertThat(verdict.verdict()).isEqualTo(PhaseVerdict.Verdict.FAIL);
        assertThat(verdict.faults())
                .allSatisfy(fault ->
                        assertThat(fault.message()).contains("read from it now").contains(why));
    }

    @Test
    void aLegalHoldThatIsNotShownAnyMoreIsNoted() throws IOException {
        // Given
        TestBundle held = bucket.acme(3);
        held.promiseHold();
        bucket.sealStatement(held);

        // When
        List<String> without = notes(new StoreLock("compliance", UNTIL));
        List<String> with = notes(new StoreLock("compliance", UNTIL, true));

        // Then
        assertThat(without).anySatisfy(note -> assertThat(note).contains("legal hold", "taken back"));
        assertThat(with).noneSatisfy(note -> assertThat(note).contains("legal hold"));
    }

    private List<String> notes(StoreLock lock) throws IOException {
        VerificationReport report = Verifier.verify(
                bucket.request.withLocks(Map.of(bucket.acme(3).folder.toRealPath(), lock)));
        assertThat(report.exitCode()).as(report.text()).isZero();
        return report.bundles().get(3).notes();
    }

    @Test
    void aLockThatKeepsThePromiseMayBeTooShortForWhatIsAsked() throws IOException {
        assertThat(verdict(3, new StoreLock("compliance", UNTIL), ExitCode.FAILED, 400)
                        .verdict())
                .isEqualTo(PhaseVerdict.Verdict.FAIL);
    }

    @ParameterizedTest
    @CsvSource({"governance, 0, 0, 0", "compliance, 0, 1, 0", "governance, -1, 1, 1", "none, 0, 0, 0", "none, 0, 1, 3"})
    void whereNoLockWasPromisedTheStoresOwnIsHeldToWhatIsRequired(String mode, int seconds, int days, int exitCode)
            throws IOException {
        // Given: a lock to a day behind the window's end; of some objects alone, it is none
        for (int window = 0; window < 4; window++) {
            TestBundle bundle = bucket.acme(window);
            bundle.lock("none", UNTIL);
            bucket.sealStatement(bundle);
        }
        Instant day = Scenario.start(4).plus(Duration.ofDays(1)).plusSeconds(seconds);

        // When
        PhaseVerdict verdict =
                verdict(3, new StoreLock(mode, mode.equals("none") ? Instant.EPOCH : day), exitCode, days);

        // Then
        assertThat(verdict.verdict())
                .isEqualTo(
                        exitCode == ExitCode.FAILED
                                ? PhaseVerdict.Verdict.FAIL
                                : mode.equals("none") ? PhaseVerdict.Verdict.NOT_CHECKED : PhaseVerdict.Verdict.PASS);
    }
}
