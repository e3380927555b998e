// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.bundle.Manifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SinceTest {
    @TempDir
    static Path temp;

    private static Scenario scenario;

    @BeforeAll
    static void writeBucket() throws IOException {
        scenario = Scenario.write(temp, 6);
    }

    private static Path checkpoint(int window) {
        return scenario.ledger.bucket.resolve(Scenario.path("acme", window)).resolve("checkpoint");
    }

    /** The transcript of a bucket in which the last windows are not there yet. */
    private static Path transcript(Path folder, int windows) throws IOException {
        Path bucket = Scenario.copy(scenario.ledger.bucket, folder.resolve("earlier"));
        for (int window = windows; window < 4; window++) {
            for (String tenant : List.of("acme", "globex")) {
                Scenario.deleteAll(bucket.resolve(Scenario.path(tenant, window)));
            }
            Scenario.deleteAll(bucket.resolve("v1/registry").resolve(TestLedger.window(Scenario.start(window))));
        }
        VerificationReport report = Verifier.verify(VerifyRequest.of(bucket).withTrustRoot(scenario.trustRoot));
        assertThat(report.exitCode()).as(report.text()).isZero();
        return Files.write(folder.resolve("transcript.json"), report.json());
    }

    private static VerificationReport verify(Path target, Path since) {
        return Verifier.verify(
                VerifyRequest.of(target).withTrustRoot(scenario.trustRoot).withSince(since));
    }

    @Test
    void goesOnFromACheckpointOrATranscript(@TempDir Path folder) throws IOException {
        for (Path since : List.of(checkpoint(1), transcript(folder, 2))) {
            for (Path target : List.of(scenario.ledger.bucket, scenario.ledger.bucket.resolve("v1/tenant=acme"))) {
                // When
                VerificationReport report = verify(target, since);

                // Then
                assertThat(report.exitCode()).as(report.text()).isZero();
                assertThat(report.bundles()).allSatisfy(bundle -> assertThat(
                                bundle.window().orElseThrow().start())
                        .isAfterOrEqualTo(Scenario.start(2)));
                assertThat(report.text())
                        .contains("2 bundles lie before what --since names")
                        .contains("verified from the window of 2026-11-21T03:30:00Z on");
            }
        }
    }

    @Test
    void damageBeforeItIsNotLookedAtAndDamageBehindItIs(@TempDir Path folder) throws IOException {
        // Given
        Tampering bucket = new Tampering(scenario, folder);
        bucket.acme(0).editLine(Scenario.DATA, 2, "second", "sekond");

        // Then
        assertThat(verify(bucket.bucket, checkpoint(0)).exitCode()).isZero();
        bucket.acme(3).editLine(Scenario.DATA, 0, "sixth", "syxth");
        assertThat(verify(bucket.bucket, checkpoint(0)).exitCode()).isEqualTo(ExitCode.FAILED);
    }

    @Test
    void aWindowMissingBehindItIsNoticed(@TempDir Path folder) throws IOException {
        // Given
        Tampering bucket = new Tampering(scenario, folder);
        Scenario.deleteAll(bucket.acme(2).folder);

        // When
        VerificationReport report = verify(bucket.bucket.resolve("v1/tenant=acme"), checkpoint(1));

        // Then
        assertThat(report.exitCode()).as(report.text()).isEqualTo(ExitCode.INCOMPLETE);
        assertThat(report.text()).contains("missing: windows between registry size");
    }

    @Test
    void withoutTheLastCoveredBundleTheChainsAreNotCompared(@TempDir Path folder) throws IOException {
        // Given
        Tampering bucket = new Tampering(scenario, folder);
        Scenario.deleteAll(bucket.acme(1).folder);

        // When
        VerificationReport report = verify(bucket.bucket.resolve("v1/tenant=acme"), checkpoint(1));

        // Then
        assertThat(report.exitCode()).as(report.text()).isEqualTo(ExitCode.INCOMPLETE);
        assertThat(report.text()).contains("whether the chains go on where the earlier verification ended");
    }

    @Test
    void theLastCoveredManifestIsTheOneThatWasVerified(@TempDir Path folder) throws IOException {
        // Given
        Tampering bucket = new Tampering(scenario, folder);
        Path earlier = transcript(Files.createDirectories(folder.resolve("transcript")), 2);
        bucket.acme(1).replace("manifest.json", "\"transactional\":false", "\"transactional\":true");

        // When
        VerificationReport report = verify(bucket.bucket, earlier);

        // Then
        assertThat(report.exitCode()).as(report.text()).isEqualTo(ExitCode.FAILED);
        assertThat(report.text()).contains("the earlier verification ended with");
    }

    @Test
    void aTranscriptOfOneTenantOrAnotherTrustRootIsRefused(@TempDir Path folder) throws IOException {
        // Given
        String transcript = Files.readString(transcript(folder, 2));
        Path tenant = Files.writeString(
                folder.resolve("tenant.json"), transcript.replace("\"kind\":\"bucket\"", "\"kind\":\"tenant\""));
        Path root = Files.writeString(
                folder.resolve("root.json"),
                transcript.replaceAll("\"trustRoot\":\"[0-9a-f]{64}\"", "\"trustRoot\":\"" + "0".repeat(64) + "\""));

        // Then
        VerificationReport report = verify(scenario.ledger.bucket, tenant);
        assertThat(report.exitCode()).as(report.text()).isEqualTo(ExitCode.USAGE);
        assertThat(report.text()).contains("takes the transcript of a bucket");
        assertThat(verify(scenario.ledger.bucket.resolve("v1/tenant=acme"), tenant)
                        .exitCode())
                .isZero();
        VerificationReport other = verify(scenario.ledger.bucket, root);
        assertThat(other.exitCode()).as(other.text()).isEqualTo(ExitCode.USAGE);
        assertThat(other.text()).contains("is of a verification with trust root");
    }

    @Test
    void nothingNewIsIncomplete() {
        // When
        VerificationReport report = verify(scenario.ledger.bucket, checkpoint(3));

        // Then
        assertThat(report.exitCode()).as(report.text()).isEqualTo(ExitCode.INCOMPLETE);
        assertThat(report.text()).contains("no committed bundle here after what --since names");
    }

    @Test
    void anotherHistoryIsNoticed(@TempDir Path folder) throws IOException {
        // Given
        Scenario other = Scenario.write(Files.createDirectories(folder.resolve("other")), 99);
        Path foreign = other.ledger.bucket.resolve(Scenario.path("acme", 1)).resolve("checkpoint");
        Path forged = folder.resolve("forged.json");
        String transcript = Files.readString(transcript(folder, 2));
        String manifest = transcript.replaceAll("(?s).*\"manifest\":\"([0-9a-f]{64})\".*", "$1");
        Files.writeString(forged, transcript.replace(manifest, "0".repeat(64)));

        // Then
        assertThat(verify(scenario.ledger.bucket, foreign).exitCode())
                .as("signed by nobody the trust root lists")
                .isEqualTo(ExitCode.UNTRUSTED);
        VerificationReport untrusted =
                Verifier.verify(VerifyRequest.of(scenario.ledger.bucket).withSince(foreign));
        assertThat(untrusted.exitCode()).as(untrusted.text()).isEqualTo(ExitCode.FAILED);
        assertThat(untrusted.text()).contains("does not go on from what --since names");
        VerificationReport report = verify(scenario.ledger.bucket, forged);
        assertThat(report.exitCode()).as(report.text()).isEqualTo(ExitCode.FAILED);
        assertThat(report.text()).contains("the earlier verification ended with " + "0".repeat(64));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "{",
                "[]",
                "not a checkpoint",
                "{\"format\":\"tallystick/bundle/v1\"}",
                "{\"bundles\":[],\"exitCode\":1,\"format\":\"tallystick/verification/v1\"}",
                "{\"bundles\":[{}],\"exitCode\":0,\"format\":\"tallystick/verification/v1\"}",
                "{\"bundles\":[{\"registry\":{\"root\":\"x\",\"size\":-1}}],\"exitCode\":0,"
                        + "\"format\":\"tallystick/verification/v1\"}",
            })
    void whatCannotBeReliedOnIsUsage(String text, @TempDir Path folder) throws IOException {
        // Given
        Path since = Files.writeString(folder.resolve("since"), text);

        // Then
        assertThat(verify(scenario.ledger.bucket, since).exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(verify(scenario.ledger.bucket, folder.resolve("none")).exitCode())
                .isEqualTo(ExitCode.USAGE);
    }

    @Test
    void aChainsCheckpointIsNotTheRegistrys() {
        // When
        VerificationReport report = verify(
                scenario.ledger.bucket,
                scenario.ledger.bucket.resolve(Scenario.path("acme", 1)).resolve("checkpoints/chain-0000"));

        // Then
        assertThat(report.exitCode()).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void aLinkInPlaceOfAManifestIsAFaultOfItsBundle(@TempDir Path folder) throws IOException {
        for (int window : new int[] {0, 2}) {
            // Given: of a window before what is named, and of one behind
            Tampering bucket = new Tampering(scenario, Files.createDirectory(folder.resolve("w" + window)));
            Path manifest = bucket.acme(window).folder.resolve("manifest.json");
            Path elsewhere = Files.move(manifest, folder.resolve("elsewhere" + window));
            Files.createSymbolicLink(manifest, elsewhere);

            // When
            VerificationReport report = verify(bucket.bucket, checkpoint(1));

            // Then
            assertThat(report.exitCode()).as(report.text()).isEqualTo(ExitCode.FAILED);
            assertThat(report.text()).contains("manifest.json", "not a regular file");
        }
    }

    @Test
    void coverageSaysWhatNeedsNotBeFetched(@TempDir Path folder) throws Exception {
        for (Path since : List.of(checkpoint(1), transcript(folder, 2))) {
            // When
            Coverage coverage = Coverage.of(VerifyRequest.of(scenario.ledger.bucket)
                    .withTrustRoot(scenario.trustRoot)
                    .withSince(since));

            // Then
            for (int window = 0; window < 4; window++) {
                Manifest manifest = Manifest.parse(Files.readAllBytes(scenario.ledger
                        .bucket
                        .resolve(Scenario.path("acme", window))
                        .resolve("manifest.json")));
                assertThat(coverage.covers(manifest)).isEqualTo(window < 2);
            }
        }
    }

    @Test
    void withoutSinceNothingIsCovered() throws Exception {
        Manifest first = Manifest.parse(Files.readAllBytes(
                scenario.ledger.bucket.resolve(Scenario.path("acme", 0)).resolve("manifest.json")));

        assertThat(Coverage.of(VerifyRequest.of(scenario.ledger.bucket)).covers(first))
                .isFalse();
    }

    @Test
    void coverageRefusesWhatVerificationRefuses(@TempDir Path folder) throws IOException {
        Path no = Files.writeString(folder.resolve("no"), "{}");

        assertThatThrownBy(() ->
                        Coverage.of(VerifyRequest.of(scenario.ledger.bucket).withSince(no)))
                .isInstanceOfSatisfying(
                        SinceException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE));
    }
}
