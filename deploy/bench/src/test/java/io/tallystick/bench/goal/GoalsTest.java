// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.goal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class GoalsTest {
    private final StringWriter printed = new StringWriter();

    @Command(name = "any")
    static final class Any {
        @Mixin
        private final Goals goals = new Goals();
    }

    private static Goals goals(String... arguments) {
        Any any = new Any();
        new CommandLine(any).parseArgs(arguments);
        return any.goals;
    }

    private int finish(Goals goals) {
        return goals.finish(new PrintWriter(printed));
    }

    @Test
    void goalsThatAreReachedAreNotSpokenOf() {
        // Given
        Goals goals = goals("--require");

        // When
        goals.atLeast("ratio", 0.9, 0.9);
        goals.atMost("seconds", 2, 2);

        // Then
        assertThat(finish(goals)).isZero();
        assertThat(printed.toString()).isEmpty();
        assertThat(goals.missed()).isEmpty();
    }

    @Test
    void aMissedGoalIsTheExitCodeIfGoalsAreRequired() {
        // Given
        Goals goals = goals("--require");

        // When
        goals.atLeast("ratio", 0.899, 0.9);

        // Then
        assertThat(finish(goals)).isEqualTo(1);
        assertThat(printed.toString()).isEqualToIgnoringNewLines("goal missed: ratio: 0.899, wanted at least 0.900");
    }

    @Test
    void aMissedGoalIsOnlyNamedOtherwise() {
        // Given
        Goals goals = goals();

        // When
        goals.atMost("seconds", 2.001, 2);
        goals.atLeast("ratio", 1, 0.9);

        // Then
        assertThat(finish(goals)).isZero();
        assertThat(goals.missed()).containsExactly("seconds: 2.001, wanted at most 2.000");
        assertThat(printed.toString()).contains("seconds");
    }

    @Test
    void whatWasNotMeasuredReachesNoGoal() {
        // Given
        Goals goals = goals("--require");

        // When
        goals.atLeast("ratio", Double.NaN, 0.9);
        goals.atMost("seconds", Double.NaN, 2);

        // Then
        assertThat(goals.missed()).hasSize(2);
        assertThat(finish(goals)).isEqualTo(1);
    }

    @Test
    void whereNothingIsWantedNothingIsMissed() {
        // Given
        Goals goals = goals("--require");

        // When
        goals.atLeast("ratio", 0.1, Double.NaN);
        goals.atMost("seconds", Double.NaN, Double.NaN);

        // Then
        assertThat(finish(goals)).isZero();
    }
}
