// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
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

    private static final long SEED = 5;
    private static final int CHANGES = 3;
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

    static Stream<MutationTest.Mutation> rotatedAndAnchored() {
        return GoldenAnchorMutations.rows();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rotatedAndAnchored")
    void tamperingWithRotatedKeysAndReceiptsOfEarlierDaysIsRefused(MutationTest.Mutation mutation, @TempDir Path folder)
            throws IOException {
        // Given
        Tampering bucket = new Tampering(AnchoredScenario.golden(), folder);
        mutation.tamper().with(bucket);

        // When
        VerificationReport report = Verifier.verify(bucket.request);

        // Then
        MutationTest.requireRefused(report, mutation);
    }

    @Test
    void noByteOfAnObjectCanBeChangedUnseen(@TempDir Path folder) throws IOException {
        // Given
        Tampering bucket = new Tampering(AnchoredScenario.golden(), folder);
        bucket.target(bucket.bucket.resolve("v1/tenant=acme"));
        String untouched = Verifier.verify(bucket.request).jsonText();
        List<Path> objects;
        try (Stream<Path> files = Files.walk(bucket.bucket.resolve("v1"))) {
            objects = files.filter(Files::isRegularFile)
                    .filter(file -> !file.toString().contains("tenant=globex"))
                    .sorted()
                    .toList();
        }
        SplittableRandom random = new SplittableRandom(SEED);
        for (Path object : objects) {
            byte[] stored = Files.readAllBytes(object);
            for (int i = 0; i < CHANGES; i++) {
                byte[] changed = stored.clone();
                int at = random.nextInt(stored.length);
                changed[at] ^= (byte) (1 << random.nextInt(Byte.SIZE));

                // When
                Files.write(object, changed);
                VerificationReport report = Verifier.verify(bucket.request);

                // Then: around its proof a log says things that nobody signed and nobody takes for true
                boolean unsigned = object.toString().endsWith(".rekor.json")
                        && report.jsonText().equals(untouched);
                assertThat(unsigned || report.exitCode() == ExitCode.FAILED)
                        .as("byte %d of %s%n%s", at, object, report.text())
                        .isTrue();
            }
            Files.write(object, stored);
        }
    }

    @Test
    void whatTheGoldenReceiptsCoverIsOfTheTimeTheyProve() throws IOException {
        // Given
        Scenario anchored = AnchoredScenario.golden();

        // When
        VerificationReport report = Verifier.verify(VerifyRequest.of(anchored.ledger.bucket.resolve("v1/tenant=acme"))
                .withTrustRoot(anchored.trustRoot));

        // Then: of six windows three have receipts of their own
        assertThat(report.exitCode()).as(report.text()).isZero();
        assertThat(report.bundles())
                .extracting(bundle -> bundle.existedBy().orElseThrow())
                .containsExactly(
                        TestAnchors.time(0),
                        TestAnchors.time(3),
                        TestAnchors.time(3),
                        TestAnchors.time(3),
                        TestAnchors.time(5),
                        TestAnchors.time(5));
    }

    @AfterAll
    static void manyRowsNeedNoKey() {
        assertThat(DONE).hasSizeGreaterThanOrEqualTo(ROWS_MIN);
    }
}
