// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FaultPlanTest {
    private static final Set<Role> ROLES = EnumSet.complementOf(EnumSet.of(Role.ANCHOR));
    private static final Set<FaultKind> ALL = EnumSet.allOf(FaultKind.class);

    private static List<PlannedFault> faults(long seed, int count, int brokers) {
        return FaultPlan.of(seed, count, brokers, ALL, ROLES).stream()
                .flatMap(step -> step.faults().stream())
                .toList();
    }

    @Test
    void theSameSeedGivesTheSamePlan() {
        // When, Then
        assertThat(FaultPlan.of(7, 200, 3, ALL, ROLES)).isEqualTo(FaultPlan.of(7, 200, 3, ALL, ROLES));
    }

    @Test
    void anotherSeedGivesAnotherPlan() {
        // When, Then
        assertThat(FaultPlan.of(7, 200, 3, ALL, ROLES)).isNotEqualTo(FaultPlan.of(8, 200, 3, ALL, ROLES));
    }

    @Test
    void aPlanHasAsManyFaultsAsAskedFor() {
        // When, Then
        for (int count = 1; count <= 60; count++) {
            assertThat(faults(count, count, 3)).hasSize(count);
        }
    }

    @Test
    void twentyFaultsHaveEachKindAndRole() {
        // When
        List<PlannedFault> faults = faults(3, 20, 3);

        // Then
        assertThat(faults).extracting(PlannedFault::title).contains("kill broker", "kill ingest", "kill chain");
        assertThat(faults).extracting(PlannedFault::kind).containsAll(ALL);
    }

    @Test
    void someFaultsHappenTogetherButNeverToOneTarget() {
        // When
        List<FaultPlan.Step> pairs = FaultPlan.of(5, 1_000, 3, ALL, ROLES).stream()
                .filter(step -> step.faults().size() > 1)
                .toList();

        // Then
        assertThat(pairs).isNotEmpty().allSatisfy(step -> assertThat(step.faults())
                .extracting(PlannedFault::target)
                .doesNotHaveDuplicates());
    }

    @Test
    void aSingleBrokerHasNoLeaderToMove() {
        // When, Then
        assertThat(faults(5, 200, 1))
                .noneMatch(fault -> fault.kind() == FaultKind.LEADER_MOVED)
                .filteredOn(fault -> fault.role() == Role.BROKER)
                .allMatch(fault -> fault.target().equals("broker-1"));
    }

    @Test
    void aPauseOutlastsTransactionsAndSessions() {
        // When, Then
        assertThat(faults(5, 500, 3))
                .filteredOn(fault -> fault.kind() == FaultKind.PAUSE)
                .allMatch(fault -> fault.lasts().compareTo(Duration.ofSeconds(10)) > 0);
    }

    @Test
    void aPlanWithoutAPossibleKindIsRefused() {
        // When, Then
        assertThatThrownBy(() -> FaultPlan.of(1, 1, 1, EnumSet.of(FaultKind.LEADER_MOVED), ROLES))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anUnknownWordIsRefused() {
        // When, Then
        assertThatThrownBy(() -> FaultKind.ofWord("flood")).hasMessageContaining("flood");
    }

    @Test
    void wordsAndKindsAgree() {
        // When, Then
        assertThat(FaultKind.values()).allMatch(kind -> FaultKind.ofWord(kind.word()) == kind);
    }
}
