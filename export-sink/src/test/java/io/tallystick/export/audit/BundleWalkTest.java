// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.export.audit.BundleWalk.Target;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BundleWalkTest {
    private static final Duration WINDOW = Duration.ofMinutes(15);
    private static final Instant NEWEST = Instant.parse("2026-11-21T03:15:00Z");

    private static Instant back(int windows) {
        return NEWEST.minus(WINDOW.multipliedBy(windows));
    }

    @Test
    void takesTenantsInTurnEachFromItsNewestBundleBack() {
        // Given
        BundleWalk walk = new BundleWalk(1, WINDOW, new Random(1));
        walk.written("globex", NEWEST);
        walk.written("acme", back(1));
        walk.written("acme", NEWEST);

        // When
        List<Target> targets = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            targets.add(walk.next().orElseThrow());
        }

        // Then
        assertThat(targets)
                .containsExactly(
                        new Target("acme", NEWEST),
                        new Target("globex", NEWEST),
                        new Target("acme", back(1)),
                        new Target("globex", back(1)));
    }

    @Test
    void beginsAnewWhereTheWayBackEnded() {
        // Given
        BundleWalk walk = new BundleWalk(1, WINDOW, new Random(1));
        walk.written("acme", NEWEST);
        walk.next();
        Target none = walk.next().orElseThrow();

        // When
        walk.ended(none);

        // Then
        assertThat(walk.next()).hasValue(new Target("acme", NEWEST));
    }

    @Test
    void looksForTheFirstThatIsThereOnlyUpToTheLastThatWasFound() {
        // Given
        BundleWalk walk = new BundleWalk(1, WINDOW, new Random(1));
        walk.written("acme", NEWEST);
        Target lost = new Target("acme", back(3));
        assertThat(walk.after(lost)).isEmpty();

        // When
        walk.found(new Target("acme", back(1)));

        // Then
        assertThat(walk.after(lost)).hasValue(new Target("acme", back(2)));
        assertThat(walk.after(new Target("acme", back(2)))).hasValue(new Target("acme", back(1)));
        assertThat(walk.after(new Target("acme", back(1)))).isEmpty();
        walk.lost(lost);
        assertThat(walk.after(lost)).isEmpty();
    }

    @Test
    void missesNothingBeforeTheFirstThatWasKept() {
        // Given
        BundleWalk walk = new BundleWalk(1, WINDOW, new Random(1));
        walk.written("acme", NEWEST);
        walk.found(new Target("acme", back(3)));
        walk.next();
        walk.next();

        // When
        walk.begins(new Target("acme", back(1)));

        // Then
        assertThat(walk.mustExist(new Target("acme", back(2)))).isFalse();
        assertThat(walk.mustExist(new Target("acme", back(1)))).isTrue();
        assertThat(walk.next()).hasValue(new Target("acme", NEWEST));
    }

    @Test
    void takesAShareByChance() {
        // Given
        BundleWalk walk = new BundleWalk(0.25, WINDOW, new Random(3));
        walk.written("acme", NEWEST);
        Target last = new Target("acme", NEWEST);

        // When
        for (int i = 0; i < 1_000; i++) {
            last = walk.next().orElseThrow();
        }

        // Then: a thousand of about four thousand
        assertThat(Duration.between(last.windowStart(), NEWEST).dividedBy(WINDOW))
                .isBetween(3_600L, 4_400L);
    }

    private static final int BUNDLES = 100;

    /** Walks until every bundle was taken; how many steps that took. A step that finds none ends the way back. */
    private static int stepsToAll(double share, int lifetime) {
        Set<Instant> taken = new HashSet<>();
        Random random = new Random(7);
        BundleWalk.Progress kept = null;
        int steps = 0;
        while (taken.size() < BUNDLES) {
            BundleWalk walk = new BundleWalk(share, WINDOW, random);
            if (kept != null) {
                walk.resume(kept);
            }
            walk.written("acme", NEWEST);
            for (int step = 0; step < lifetime && taken.size() < BUNDLES; step++) {
                Target target = walk.next().orElseThrow();
                steps++;
                if (target.windowStart().isAfter(back(BUNDLES))) {
                    taken.add(target.windowStart());
                    walk.found(target);
                } else {
                    walk.ended(target);
                }
            }
            kept = walk.progress();
            assertThat(steps).as("taken: %d", taken.size()).isLessThan(10 * BUNDLES);
        }
        return steps;
    }

    @ParameterizedTest
    @CsvSource({"1, 1000", "1, 7", "1, 1", "0.1, 1000", "0.1, 3", "0.1, 1", "0.3, 11", "0.007, 2"})
    void everyBundleIsTakenHoweverOftenTheWalkBeginsAnew(double share, int lifetime) {
        // Then: as often as there are bundles, and once more at the end of each way back
        assertThat(stepsToAll(share, lifetime)).isLessThanOrEqualTo(BUNDLES + (int) (1 / share) + 1);
    }

    @Test
    void aWalkThatGoesOnKnowsWhatMustBeThere() {
        // Given
        BundleWalk earlier = new BundleWalk(1, WINDOW, new Random(1));
        earlier.written("acme", NEWEST);
        for (int i = 0; i < 3; i++) {
            earlier.found(earlier.next().orElseThrow());
        }

        // When
        BundleWalk walk = new BundleWalk(1, WINDOW, new Random(2));
        walk.written("acme", NEWEST.plus(WINDOW));
        walk.resume(earlier.progress());

        // Then
        assertThat(walk.mustExist(new Target("acme", back(2)))).isTrue();
        assertThat(walk.mustExist(new Target("acme", back(3)))).isFalse();
        assertThat(walk.next()).hasValue(new Target("acme", back(3)));
    }

    @Test
    void whatIsKnownOfTenantsThatAreNotAtWorkYetIsKept() {
        // Given
        BundleWalk earlier = new BundleWalk(0.5, WINDOW, new Random(1));
        earlier.written("acme", NEWEST);
        earlier.written("globex", NEWEST);
        for (int i = 0; i < 6; i++) {
            earlier.found(earlier.next().orElseThrow());
        }

        // When
        BundleWalk walk = new BundleWalk(0.5, WINDOW, new Random(2));
        walk.resume(earlier.progress());

        // Then
        assertThat(walk.next()).isEmpty();
        assertThat(walk.progress()).isEqualTo(earlier.progress());
        walk.written("globex", NEWEST);
        assertThat(walk.progress()).isEqualTo(earlier.progress());
    }

    @Test
    void theShareMayChangeInBetween() {
        // Given
        BundleWalk earlier = new BundleWalk(0.1, WINDOW, new Random(1));
        earlier.written("acme", NEWEST);
        for (int i = 0; i < 7; i++) {
            earlier.ended(earlier.next().orElseThrow());
        }

        // When
        BundleWalk walk = new BundleWalk(0.5, WINDOW, new Random(1));
        walk.resume(earlier.progress());
        walk.written("acme", NEWEST);

        // Then
        assertThat(walk.next()).isPresent();
        assertThat(walk.progress().places().get("acme").way()).isEqualTo(1);
    }

    @Test
    void hasNothingToDoBeforeTheFirstBundle() {
        assertThat(new BundleWalk(1, WINDOW, new Random(1)).next()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -0.1, 1.1, Double.NaN})
    void refusesWhatIsNoShare(double share) {
        assertThatThrownBy(() -> new BundleWalk(share, WINDOW, new Random(1)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
