// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.tallystick.bundle.BundleLayout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** All four stages on a real broker in a process of its own, from events to verified bundles. */
@TestMethodOrder(OrderAnnotation.class)
class QuickstartIT {
    @TempDir
    private static Path directory;

    private static Path home;
    private static TallyRun quickstart;

    @BeforeAll
    static void runQuickstart() {
        home = directory.resolve("ledger");
        quickstart = TallyRun.of("quickstart", "--data", home.toString(), "--timeout", "300");
    }

    @Test
    @Order(1)
    void quickstartEndsWithVerifiedBundlesAndARefusedForgery() {
        assertThat(quickstart.exitCode()).as(quickstart.everything()).isZero();
        assertThat(quickstart.out()).contains("verifying every bundle", "exit code 1: ", "line ");
    }

    @Test
    @Order(2)
    void everyRecordIsAcceptedOrRejectedForItsReason() {
        Path bucket = home.resolve("bucket");

        assertThat(BundleCounts.of(bucket, "acme"))
                .returns(1000L, BundleCounts::accepted)
                .returns(
                        Map.of(
                                "not-json", 1L,
                                "json-duplicate-name", 1L,
                                "json-too-deep", 1L,
                                "value-too-large", 1L,
                                "null-value", 1L),
                        BundleCounts::reasons);
        assertThat(BundleCounts.of(bucket, "globex"))
                .returns(1000L, BundleCounts::accepted)
                .returns(Map.of("cloudevents-invalid", 1L, "json-lone-surrogate", 1L), BundleCounts::reasons);
        assertThat(BundleCounts.of(bucket, "initech"))
                .returns(1000L, BundleCounts::accepted)
                .returns(Map.of("schema-unknown", 1L), BundleCounts::reasons);
    }

    @Test
    @Order(3)
    void wholeBucketVerifiesWithoutTheLedger() {
        TallyRun verify = TallyRun.of("verify", bucket(), "--trust-root", trustRoot());

        assertThat(verify.exitCode()).as(verify.everything()).isZero();
    }

    @Test
    @Order(3)
    void verdictIsAvailableForMachines() {
        TallyRun verify = TallyRun.of("verify", bucket(), "--trust-root", trustRoot(), "--output", "json");

        assertThat(verify.exitCode()).isZero();
        assertThat(verify.out()).startsWith("{").contains("\"exitCode\":0");
    }

    @Test
    @Order(3)
    void anotherLedgersTrustRootIsNotEnough() throws IOException {
        // Given
        LedgerHome other = new LedgerHome(directory.resolve("other"));
        other.create();
        LedgerKeys.of(LedgerKeys.defaults(other)).createMissing("ledger.quickstart.example");

        // When
        TallyRun verify = TallyRun.of(
                "verify", bucket(), "--trust-root", other.trustRoot().toString());

        // Then
        assertThat(verify.exitCode()).isEqualTo(4);
    }

    @Test
    @Order(3)
    void missingTrustRootIsExplained() {
        TallyRun verify = TallyRun.of(
                "verify", bucket(), "--trust-root", directory.resolve("nowhere").toString());

        assertThat(verify.exitCode()).isIn(2, 4);
        assertThat(verify.everything()).contains("nowhere");
    }

    @Test
    @Order(3)
    void emptyFolderIsIncomplete() throws IOException {
        Path empty = Files.createDirectory(directory.resolve("empty"));

        assertThat(TallyRun.of("verify", empty.toString(), "--trust-root", trustRoot())
                        .exitCode())
                .isEqualTo(3);
    }

    @Test
    @Order(3)
    void bundleCanBeInspected() {
        Path bundle = BundleCounts.bundles(home.resolve("bucket"), "acme").get(0);

        TallyRun inspect =
                TallyRun.of("inspect", bundle.resolve(BundleLayout.MANIFEST).toString());

        assertThat(inspect.exitCode()).as(inspect.everything()).isZero();
        assertThat(inspect.out()).contains("acme");
    }

    @Test
    @Order(4)
    void droppingAWindowIsNoticed() throws IOException {
        // Given
        Path bucket = home.resolve("bucket");
        List<Path> bundles = BundleCounts.bundles(bucket, "acme");
        assumeThat(bundles).hasSizeGreaterThan(1);
        Files.move(bundles.get(0), directory.resolve("dropped"));

        // When
        TallyRun verify = TallyRun.of("verify", bucket(), "--trust-root", trustRoot());
        Files.move(directory.resolve("dropped"), bundles.get(0));

        // Then
        assertThat(verify.exitCode()).as(verify.everything()).isIn(1, 3);
    }

    @Test
    void quickstartRefusesAnExistingDirectory() throws IOException {
        Path existing = Files.createDirectory(directory.resolve("existing"));

        TallyRun run = TallyRun.of("quickstart", "--data", existing.toString());

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("exists").contains("fresh");
    }

    private static String bucket() {
        return home.resolve("bucket").toString();
    }

    private static String trustRoot() {
        return home.resolve("trust-root.json").toString();
    }
}
