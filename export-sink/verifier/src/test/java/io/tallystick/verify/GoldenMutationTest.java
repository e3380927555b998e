// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The rows of {@link MutationTest} on the bucket that is checked in, so that a verifier of later days refuses what was done to
 * bundles of earlier ones. Its keys were not kept: rows that sign something anew are skipped here, and counted.
 */
class GoldenMutationTest {
    /** Rows that need no key, as of today; new ones may only be more. */
    private static final int ROWS_MIN = 140;

    private static final Set<String> DONE = new TreeSet<>();

    private static Scenario scenario;

    @BeforeAll
    static void openBucket() throws IOException {
        DONE.clear();
        scenario = Scenario.golden();
    }

    static Stream<MutationTest.Mutation> mutations() {
        return MutationTest.mutations();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("mutations")
    void tamperingWithBundlesOfEarlierDaysIsRefused(MutationTest.Mutation mutation, @TempDir Path folder)
            throws IOException {
        // Given
        Tampering bucket = new Tampering(scenario, folder);
        try {
            mutation.tamper().with(bucket);
        } catch (TestKeys.LostKey.LostException e) {
            Assumptions.abort("needs a key that nobody has any more");
        }

        // When
        VerificationReport report = Verifier.verify(bucket.request);

        // Then
        MutationTest.requireRefused(report, mutation);
        DONE.add(mutation.name());
    }

    @AfterAll
    static void manyRowsNeedNoKey() {
        assertThat(DONE).hasSizeGreaterThanOrEqualTo(ROWS_MIN);
    }
}
