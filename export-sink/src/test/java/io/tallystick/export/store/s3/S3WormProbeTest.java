// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.export.store.LockMode;
import io.tallystick.export.store.ProbeResult;
import io.tallystick.export.store.ProbeResult.Verdict;
import io.tallystick.export.store.s3.S3Double.Fault;
import io.tallystick.export.store.s3.S3Double.Seen;
import io.tallystick.export.store.s3.S3Settings.Condition;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class S3WormProbeTest {
    private static final Duration LOCK = Duration.ofMinutes(1);

    private S3Double s3;

    @AfterEach
    void stop() {
        s3.close();
    }

    private List<ProbeResult> probe(Condition condition) throws IOException {
        return probe(condition, false);
    }

    private List<ProbeResult> probe(Condition condition, boolean holds) throws IOException {
        return S3WormProbe.run(s3.settings(condition), holds, LOCK, Instant.now());
    }

    private static List<String> failed(List<ProbeResult> results) {
        return results.stream()
                .filter(result -> result.verdict() == Verdict.FAIL)
                .map(ProbeResult::check)
                .toList();
    }

    @Test
    void passesAStoreThatRefuses() throws Exception {
        // Given
        s3 = new S3Double();

        // When
        List<ProbeResult> results = probe(Condition.TRUSTED);

        // Then
        assertThat(results).hasSize(14).extracting(ProbeResult::verdict).containsOnly(Verdict.PASS);
        assertThat(s3.versionCount()).as("what is left is the canary alone").isEqualTo(1);
    }

    @Test
    void failsAStoreThatOnlyPretends() throws Exception {
        // Given
        s3 = new S3Double(S3Double.Trait.PRETENDS);

        // When
        List<ProbeResult> results = probe(Condition.CHECKED);

        // Then
        assertThat(failed(results)).contains("delete the version", "read the canary after all this");
    }

    @Test
    void failsAStoreThatLetsLocksBeShortened() throws Exception {
        // Given: it deletes nothing, and changes locks at will
        s3 = new S3Double(S3Double.Trait.PRETENDS);
        s3.script(seen -> seen.method().equals("DELETE"), Fault.FORBIDDEN, Fault.FORBIDDEN);

        // When
        List<ProbeResult> results = probe(Condition.CHECKED);

        // Then
        assertThat(failed(results)).containsExactly("shorten the lock", "shorten with bypass", "weaken to governance");
    }

    @Test
    void failsAStoreThatDeletesWhatIsHeldWhereTenantsAre() throws Exception {
        // Given
        s3 = new S3Double(S3Double.Trait.PRETENDS);

        // When / Then
        assertThat(failed(probe(Condition.CHECKED, true))).contains("delete what is held");
        assertThat(failed(probe(Condition.CHECKED, false))).doesNotContain("delete what is held");
    }

    @Test
    void failsAStoreThatTakesNoHoldsWhereTenantsAreUnderOne() throws Exception {
        // Given
        s3 = new S3Double();
        s3.always(seen -> seen.isPut() && seen.key().endsWith("-held"), () -> Fault.FORBIDDEN);

        // When / Then
        assertThat(failed(probe(Condition.CHECKED, true))).containsExactly("store a canary under a legal hold");
        assertThat(ProbeResult.overall(probe(Condition.CHECKED, false))).isEqualTo(Verdict.PASS);
    }

    @Test
    void failsAStoreThatForgetsHolds() throws Exception {
        // Given
        s3 = new S3Double();
        s3.beforeNext(
                seen -> seen.method().equals("HEAD") && seen.key().endsWith("-held"),
                () -> s3.eachVersion(version -> version.hold(false)));

        // When / Then
        assertThat(failed(probe(Condition.CHECKED, true))).containsExactly("read the hold back", "delete what is held");
    }

    @Test
    void saysWhichCanaryStaysHeld() throws Exception {
        // Given: credentials that may set holds and not take them back
        s3 = new S3Double();
        s3.always(seen -> seen.query().containsKey("legal-hold"), () -> Fault.FORBIDDEN);

        // When
        List<ProbeResult> results = probe(Condition.CHECKED, true);

        // Then
        assertThat(ProbeResult.overall(results)).isEqualTo(Verdict.PASS);
        assertThat(results)
                .anySatisfy(result -> assertThat(result.detail()).contains("-held", "yours to release and remove"));
    }

    @Test
    void takesAnUnclearAnswerForAFailure() throws Exception {
        // Given
        s3 = new S3Double();
        s3.script(seen -> seen.method().equals("DELETE"), Fault.INTERNAL);

        // When
        List<ProbeResult> results = probe(Condition.CHECKED);

        // Then
        assertThat(failed(results)).containsExactly("delete the version");
    }

    @Test
    void notesAConditionThatIsIgnoredAndFailsWhereItIsTrusted() throws Exception {
        // Given
        s3 = new S3Double(S3Double.Trait.IGNORES_CONDITION);

        // When
        List<ProbeResult> checked = probe(Condition.CHECKED);
        List<ProbeResult> trusted = probe(Condition.TRUSTED);

        // Then
        assertThat(failed(checked)).isEmpty();
        assertThat(failed(trusted)).containsExactly("store under the same name");
    }

    private static boolean deletes(Seen seen) {
        return seen.method().equals("DELETE");
    }

    private static boolean isOfControl(Seen seen) {
        return seen.key().endsWith("-control");
    }

    @Test
    void leavesOpenWhatCredentialsThatMayNotDeleteCannotTell() throws Exception {
        // Given: a store that only pretends, which nobody sees who may delete nothing
        s3 = new S3Double(S3Double.Trait.PRETENDS);
        s3.always(seen -> deletes(seen) || seen.query().containsKey("retention"), () -> Fault.FORBIDDEN);

        // When
        List<ProbeResult> results = probe(Condition.CHECKED);

        // Then
        assertThat(ProbeResult.overall(results)).isEqualTo(Verdict.OPEN);
        assertThat(results).last().satisfies(result -> {
            assertThat(result.verdict()).isEqualTo(Verdict.OPEN);
            assertThat(result.detail()).contains("these credentials may not delete");
        });
    }

    @Test
    void leavesOpenWhatNoControlShows() throws Exception {
        // Given
        s3 = new S3Double();
        s3.script(seen -> seen.isPut() && isOfControl(seen), Fault.FORBIDDEN);

        // When / Then
        assertThat(ProbeResult.overall(probe(Condition.CHECKED))).isEqualTo(Verdict.OPEN);
    }

    @Test
    void leavesOpenWhetherAControlThatCannotBeReadIsLocked() throws Exception {
        // Given
        s3 = new S3Double();
        s3.always(seen -> isOfControl(seen) && (deletes(seen) || seen.method().equals("HEAD")), () -> Fault.FORBIDDEN);

        // When / Then
        assertThat(ProbeResult.overall(probe(Condition.CHECKED))).isEqualTo(Verdict.OPEN);
    }

    /** The control turns out to have a lock that nobody asked for. */
    private void lockByDefault(String mode) {
        s3.beforeNext(
                seen -> deletes(seen) && isOfControl(seen),
                () -> s3.eachVersion(version -> {
                    if (version.mode == null) {
                        version.mode = mode;
                        version.until = Instant.now().plus(LOCK);
                    }
                }));
    }

    @Test
    void leavesOpenWhatABucketCannotTellThatLocksEverythingByDefault() throws Exception {
        // Given
        s3 = new S3Double();
        lockByDefault("COMPLIANCE");

        // When
        List<ProbeResult> results = probe(Condition.CHECKED);

        // Then
        assertThat(ProbeResult.overall(results)).isEqualTo(Verdict.OPEN);
        assertThat(results).last().satisfies(result -> {
            assertThat(result.verdict()).isEqualTo(Verdict.OPEN);
            assertThat(result.detail()).contains("by default", "COMPLIANCE", "without a default retention");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"COMPLIANCE", "GOVERNANCE"})
    void isNotDeceivedByDefaultLocksThatAreOnlyShown(String mode) throws Exception {
        // Given: a store that only pretends, and an exporter's credentials, which may delete nothing
        s3 = new S3Double(S3Double.Trait.PRETENDS);
        s3.always(seen -> deletes(seen) || seen.query().containsKey("retention"), () -> Fault.FORBIDDEN);
        lockByDefault(mode);

        // When / Then
        assertThat(ProbeResult.overall(probe(Condition.CHECKED))).isEqualTo(Verdict.OPEN);
    }

    @Test
    void seesByABypassWhoMayDeleteWhereTheDefaultIsGovernance() throws Exception {
        // Given
        s3 = new S3Double();
        lockByDefault("GOVERNANCE");

        // When
        List<ProbeResult> results = probe(Condition.CHECKED);

        // Then
        assertThat(results).extracting(ProbeResult::verdict).containsOnly(Verdict.PASS);
        assertThat(results).last().satisfies(result -> assertThat(result.detail())
                .contains("with bypass"));
        assertThat(s3.versionCount()).as("what is left is the canary alone").isEqualTo(1);
    }

    @Test
    void failsABucketThatTakesNoLocks() throws Exception {
        // Given
        s3 = new S3Double();
        s3.script(Seen::isPut, Fault.FORBIDDEN);

        // When
        List<ProbeResult> results = probe(Condition.CHECKED);

        // Then
        assertThat(failed(results)).containsExactly("store a locked canary");
    }

    @Test
    void refusesToProbeWhereNoLockIsWanted() throws Exception {
        // Given
        s3 = new S3Double();
        S3Settings settings = s3.settings(Condition.CHECKED);
        S3Settings plain = new S3Settings(
                settings.bucket(),
                "",
                settings.endpoint(),
                settings.region(),
                true,
                LockMode.NONE,
                Optional.empty(),
                Condition.CHECKED,
                settings.partBytes());

        // When / Then
        assertThatThrownBy(() -> S3WormProbe.run(plain, false, LOCK, Instant.now()))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
