// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store.azure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.export.store.LockMode;
import io.tallystick.export.store.ProbeResult;
import io.tallystick.export.store.ProbeResult.Verdict;
import io.tallystick.export.store.azure.AzureDouble.Fault;
import io.tallystick.export.store.azure.AzureDouble.Seen;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AzureWormProbeTest {
    private static final Duration LOCK = Duration.ofMinutes(1);

    @TempDir
    private Path directory;

    private AzureDouble azure;

    @AfterEach
    void stop() {
        azure.close();
    }

    private List<ProbeResult> probe(LockMode mode) throws IOException {
        return probe(mode, false);
    }

    private List<ProbeResult> probe(LockMode mode, boolean holds) throws IOException {
        return AzureWormProbe.run(azure.settings(mode), holds, LOCK, Instant.now());
    }

    private static List<String> failed(List<ProbeResult> results) {
        return results.stream()
                .filter(result -> result.verdict() == Verdict.FAIL)
                .map(ProbeResult::check)
                .toList();
    }

    private static boolean deletes(Seen seen) {
        return seen.method().equals("DELETE");
    }

    @Test
    void passesAStoreThatRefuses() throws Exception {
        // Given
        azure = new AzureDouble(directory);

        // When
        List<ProbeResult> results = probe(LockMode.COMPLIANCE);

        // Then
        assertThat(results).hasSize(14).extracting(ProbeResult::verdict).containsOnly(Verdict.PASS);
    }

    @Test
    void doesNotAskOfModeGovernanceWhatItDoesNotPromise() throws Exception {
        // Given
        azure = new AzureDouble(directory);

        // When
        List<ProbeResult> results = probe(LockMode.GOVERNANCE);

        // Then
        assertThat(failed(results)).isEmpty();
        assertThat(results).extracting(ProbeResult::verdict).contains(Verdict.NOTE);
    }

    @Test
    void failsAStoreThatDeletesWhatIsHeldWhereTenantsAre() throws Exception {
        // Given
        azure = new AzureDouble(directory, AzureDouble.Trait.PRETENDS);

        // When / Then
        assertThat(failed(probe(LockMode.COMPLIANCE, true))).contains("delete what is held");
        assertThat(failed(probe(LockMode.COMPLIANCE, false))).doesNotContain("delete what is held");
    }

    @Test
    void failsAStoreWithoutHoldsWhereTenantsAreUnderOne() throws Exception {
        // Given
        azure = new AzureDouble(directory, AzureDouble.Trait.PLAIN);

        // When / Then
        assertThat(failed(probe(LockMode.COMPLIANCE, true))).contains("read the hold back", "delete what is held");
    }

    @Test
    void failsAStoreThatOnlyPretends() throws Exception {
        // Given
        azure = new AzureDouble(directory, AzureDouble.Trait.PRETENDS);

        // When
        List<ProbeResult> results = probe(LockMode.COMPLIANCE);

        // Then
        assertThat(failed(results)).contains("delete the version", "read the canary after all this");
    }

    @Test
    void failsAStoreWithoutVersionsAndPolicies() throws Exception {
        // Given
        azure = new AzureDouble(directory, AzureDouble.Trait.PLAIN);

        // When
        List<ProbeResult> results = probe(LockMode.COMPLIANCE);

        // Then
        assertThat(failed(results)).contains("read the lock back", "find the canary's version", "delete the version");
    }

    @Test
    void failsAStoreThatLetsPoliciesBeChanged() throws Exception {
        // Given: it deletes nothing, and changes policies at will
        azure = new AzureDouble(directory, AzureDouble.Trait.PRETENDS);
        azure.script(seen -> deletes(seen) && seen.comp().isEmpty(), Fault.FORBIDDEN, Fault.FORBIDDEN);

        // When
        List<ProbeResult> results = probe(LockMode.COMPLIANCE);

        // Then
        assertThat(failed(results)).containsExactly("shorten the lock", "weaken to governance", "remove the policy");
    }

    @Test
    void takesAnUnclearAnswerForAFailure() throws Exception {
        // Given
        azure = new AzureDouble(directory);
        azure.script(AzureWormProbeTest::deletes, Fault.INTERNAL);

        // When
        List<ProbeResult> results = probe(LockMode.COMPLIANCE);

        // Then
        assertThat(failed(results)).containsExactly("delete the version");
    }

    @Test
    void leavesOpenWhatCredentialsThatMayNotDeleteCannotTell() throws Exception {
        // Given: a store that only pretends, which nobody sees who may delete nothing and change no policy
        azure = new AzureDouble(directory, AzureDouble.Trait.PRETENDS);
        Fault[] always = new Fault[8];
        Arrays.fill(always, Fault.FORBIDDEN);
        azure.script(seen -> deletes(seen) || seen.comp().equals("immutabilityPolicies"), always);

        // When
        List<ProbeResult> results = probe(LockMode.COMPLIANCE);

        // Then
        assertThat(ProbeResult.overall(results)).isEqualTo(Verdict.OPEN);
        assertThat(results).last().satisfies(result -> {
            assertThat(result.verdict()).isEqualTo(Verdict.OPEN);
            assertThat(result.detail()).contains("these credentials may not delete");
        });
    }

    @Test
    void leavesOpenWhatARoleCannotTellThatMayDeleteBlobsButNoVersions() throws Exception {
        // Given
        azure = new AzureDouble(directory);
        azure.script(
                seen -> deletes(seen)
                        && seen.key().endsWith("-control")
                        && seen.query().containsKey("versionid"),
                Fault.FORBIDDEN);

        // When / Then
        assertThat(ProbeResult.overall(probe(LockMode.COMPLIANCE))).isEqualTo(Verdict.OPEN);
    }

    @Test
    void leavesOpenWhatNoControlShows() throws Exception {
        // Given
        azure = new AzureDouble(directory);
        azure.script(seen -> seen.isPut() && seen.key().endsWith("-control"), Fault.FORBIDDEN);

        // When / Then
        assertThat(ProbeResult.overall(probe(LockMode.COMPLIANCE))).isEqualTo(Verdict.OPEN);
    }

    /** The control turns out to have a policy that nobody asked for. */
    private void lockByDefault(String mode) {
        azure.beforeNext(
                seen -> deletes(seen) && seen.key().endsWith("-control"),
                () -> azure.eachVersion(version -> {
                    if (version.mode.isEmpty()) {
                        version.mode = Optional.of(mode);
                        version.until = Instant.now().plus(LOCK);
                    }
                }));
    }

    @Test
    void leavesOpenWhatAContainerCannotTellThatLocksEverythingByDefault() throws Exception {
        // Given
        azure = new AzureDouble(directory);
        lockByDefault("locked");

        // When
        List<ProbeResult> results = probe(LockMode.COMPLIANCE);

        // Then
        assertThat(ProbeResult.overall(results)).isEqualTo(Verdict.OPEN);
        assertThat(results).last().satisfies(result -> assertThat(result.detail())
                .contains("by default", "without a default policy"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"locked", "unlocked"})
    void isNotDeceivedByDefaultPoliciesThatAreOnlyShown(String mode) throws Exception {
        // Given: a store that only pretends, and an exporter's credentials, which may delete nothing
        azure = new AzureDouble(directory, AzureDouble.Trait.PRETENDS);
        lockByDefault(mode);
        Fault[] always = new Fault[12];
        Arrays.fill(always, Fault.FORBIDDEN);
        azure.script(seen -> deletes(seen) || seen.comp().equals("immutabilityPolicies"), always);

        // When / Then
        assertThat(ProbeResult.overall(probe(LockMode.COMPLIANCE))).isEqualTo(Verdict.OPEN);
    }

    @Test
    void seesWhoMayDeleteOnceADefaultPolicyIsRemovedThatIsUnlocked() throws Exception {
        // Given
        azure = new AzureDouble(directory);
        lockByDefault("unlocked");

        // When
        List<ProbeResult> results = probe(LockMode.COMPLIANCE);

        // Then
        assertThat(results).extracting(ProbeResult::verdict).containsOnly(Verdict.PASS);
        assertThat(results).last().satisfies(result -> assertThat(result.detail())
                .contains("once its policy was removed"));
    }

    @Test
    void failsAStoreThatDeletesAHiddenVersion() throws Exception {
        // Given: its policies hold for the current version alone
        azure = new AzureDouble(directory, AzureDouble.Trait.PRETENDS);
        azure.script(
                seen -> seen.method().equals("DELETE")
                        && seen.query().containsKey("versionid")
                        && seen.comp().isEmpty(),
                Fault.FORBIDDEN);

        // When / Then
        assertThat(failed(probe(LockMode.COMPLIANCE)))
                .contains("hide the blob and delete the version", "read the canary after all this")
                .doesNotContain("delete the version");
    }

    @Test
    void failsAContainerThatTakesNoPolicies() throws Exception {
        // Given
        azure = new AzureDouble(directory);
        azure.script(Seen::isPut, Fault.FORBIDDEN);

        // When
        List<ProbeResult> results = probe(LockMode.COMPLIANCE);

        // Then
        assertThat(failed(results)).containsExactly("store a locked canary");
    }

    @Test
    void refusesToProbeWhereNoLockIsWanted() throws Exception {
        // Given
        azure = new AzureDouble(directory);

        // When / Then
        assertThatThrownBy(() -> probe(LockMode.NONE)).isInstanceOf(IllegalArgumentException.class);
    }
}
