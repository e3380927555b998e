// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.bundle.BundleLayout;
import io.tallystick.bundle.Manifest;
import io.tallystick.verify.PhaseVerdict.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a sound ledger's bundles get, whole and in parts. */
class VerifierTest {
    @TempDir
    static Path temp;

    private static Scenario scenario;

    @BeforeAll
    static void writeBucket() throws IOException {
        scenario = Scenario.write(temp, 1);
    }

    private static VerifyRequest request(Path target) {
        return VerifyRequest.of(target).withTrustRoot(scenario.trustRoot);
    }

    @Test
    void soundBucketIsValid() {
        // When
        VerificationReport report = Verifier.verify(request(scenario.ledger.bucket));

        // Then
        assertThat(report.text()).startsWith("VALID (exit code 0)");
        assertThat(report.exitCode()).isZero();
        assertThat(report.bundles()).hasSize(8);
        assertThat(report.tenants()).hasSize(2).allSatisfy(t -> assertThat(t.bundles())
                .isEqualTo(4));
    }

    @Test
    void bucketMayBeNamedByItsVersionFolder() {
        // When
        VerificationReport report = Verifier.verify(request(scenario.ledger.bucket.resolve("v1")));

        // Then
        assertThat(report.exitCode()).as(report.text()).isZero();
    }

    @Test
    void targetMayBeNamedThroughALink(@TempDir Path elsewhere) throws IOException {
        // Given
        Path link = Files.createSymbolicLink(elsewhere.resolve("evidence"), scenario.ledger.bucket.resolve("v1"));

        // When
        VerificationReport report = Verifier.verify(request(link));

        // Then
        assertThat(report.exitCode()).as(report.text()).isZero();
        assertThat(report.bundles()).hasSize(8);
    }

    @Test
    void tenantFolderIsValidWithTheRegistryBesideIt() {
        // When
        VerificationReport report = Verifier.verify(request(scenario.ledger.bucket.resolve("v1/tenant=globex")));

        // Then
        assertThat(report.exitCode()).as(report.text()).isZero();
        assertThat(report.bundles()).hasSize(4);
    }

    @Test
    void loneBundleInItsBucketPassesAllPhasesThatAreChecked() {
        // When
        VerificationReport report = Verifier.verify(request(scenario.ledger.bucket.resolve(Scenario.path("acme", 3))));

        // Then
        assertThat(report.exitCode()).as(report.text()).isZero();
        List<PhaseVerdict> phases = report.bundles().get(0).phases();
        assertThat(phases).extracting(p -> p.phase().number()).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9);
        assertThat(phases)
                .extracting(PhaseVerdict::verdict)
                .containsExactly(
                        Verdict.PASS,
                        Verdict.PASS,
                        Verdict.PASS,
                        Verdict.PASS,
                        Verdict.PASS,
                        Verdict.PASS,
                        Verdict.NOT_CHECKED,
                        Verdict.PASS,
                        Verdict.NOT_CHECKED);
    }

    @Test
    void movedAndRenamedBundleVerifiesWithGivenLeaves(@TempDir Path elsewhere) throws IOException {
        // Given
        Path moved = Scenario.copy(
                scenario.ledger.bucket.resolve(Scenario.path("acme", 1)),
                elsewhere.resolve("evidence for the auditor"));

        // When
        VerificationReport report =
                Verifier.verify(request(moved).withRegistry(scenario.ledger.bucket.resolve("v1/registry")));

        // Then
        assertThat(report.exitCode()).as(report.text()).isZero();
    }

    @Test
    void leavesOfOneWindowMayBeGivenByTheirOwnFolder(@TempDir Path elsewhere) throws IOException {
        // Given
        Path moved = Scenario.copy(scenario.ledger.bucket.resolve(Scenario.path("globex", 2)), elsewhere.resolve("b"));
        Path leaves = scenario.ledger.bucket.resolve("v1/registry").resolve(TestLedger.window(Scenario.start(2)));

        // When
        VerificationReport report = Verifier.verify(request(moved).withRegistry(leaves));

        // Then
        assertThat(report.exitCode()).as(report.text()).isZero();
    }

    @Test
    void loneBundleWithoutLeavesIsIntactButItsCompletenessIsNotChecked(@TempDir Path elsewhere) throws IOException {
        // Given
        Path moved = Scenario.copy(scenario.ledger.bucket.resolve(Scenario.path("acme", 0)), elsewhere.resolve("b"));

        // When
        VerificationReport report = Verifier.verify(request(moved));

        // Then
        assertThat(report.exitCode()).isEqualTo(ExitCode.INCOMPLETE);
        assertThat(report.bundles().get(0).phase(Phase.COMPLETENESS).reasons())
                .containsExactly("no registry leaves given (--registry)");
    }

    @Test
    void reportSaysWhatOnlyTheSourceCanVouchFor() {
        // When
        String acme = Verifier.verify(request(scenario.ledger.bucket.resolve(Scenario.path("acme", 0))))
                .text();
        String globex = Verifier.verify(request(scenario.ledger.bucket.resolve(Scenario.path("globex", 3))))
                .text();

        // Then
        assertThat(acme)
                .contains(
                        "chain acme/0: 6 entries, 6 in all; source offsets 0 to 5, of which only the source vouches for 0;"
                                + " source end 9 as of 2026-11-21T03:00:00Z")
                .contains("note: acme/0: the source reached offset 9");
        assertThat(globex).contains("only the source could vouch for 2 skipped offsets");
    }

    @Test
    void reportOfManyBundlesSaysWhatOnlyTheSourceCanVouchFor() {
        // When
        VerificationReport report = Verifier.verify(request(scenario.ledger.bucket));

        // Then
        assertThat(report.text())
                .contains(
                        "chain globex/0: 4 entries in all; source offsets up to 5, of which only the source vouches for 2")
                .contains("source end 9 as of 2026-11-21T03:45:00Z")
                .contains("skipped offsets that only the source can vouch for: 2");
        assertThat(report.jsonText()).contains("\"skippedOffsets\":2,\"tenant\":\"globex\"", "\"sourceNext\":5");
        assertThat(report.tenants().get(0).chains())
                .extracting(ChainTotal::sourceNext)
                .containsExactly(10L, 1L);
    }

    @Test
    void evidenceWithoutItsEarlierWindowsSaysFromWhereItReaches(@TempDir Path elsewhere) throws IOException {
        // Given
        Path tenant =
                Scenario.copy(scenario.ledger.bucket.resolve("v1/tenant=acme"), elsewhere.resolve("v1/tenant=acme"));
        Scenario.deleteAll(tenant.resolve(TestLedger.window(Scenario.start(0))));

        // When
        VerificationReport report =
                Verifier.verify(request(tenant).withRegistry(scenario.ledger.bucket.resolve("v1/registry")));
        VerificationReport lone = Verifier.verify(request(scenario.ledger.bucket.resolve(Scenario.path("acme", 3))));

        // Then: here the registry's leaves show that something is missing, at a lone bundle nothing does
        assertThat(report.text())
                .contains("earlier windows are not here: the evidence of tenant acme reaches from the window of"
                        + " 2026-11-21T03:15:00Z on");
        assertThat(lone.exitCode()).isZero();
        assertThat(lone.text()).contains("earlier windows are not here", "topic id before this window unknown");
        assertThat(lone.jsonText()).contains("\"beginning\":false");
    }

    @Test
    void changeOfTransactionalIsNoted(@TempDir Path elsewhere) throws IOException {
        // Given
        Tampering bucket = new Tampering(scenario, elsewhere);
        bucket.acme(3).replace("manifest.json", "\"transactional\":false", "\"transactional\":true");
        bucket.reseal(bucket.acme(3));

        // When
        VerificationReport report = Verifier.verify(bucket.request);

        // Then
        assertThat(report.exitCode()).as(report.text()).isZero();
        assertThat(report.text())
                .contains("note: from the window of 2026-11-21T03:45:00Z on the tenant produces in transactions");
    }

    @Test
    void bucketSaysHowManyFoldersAreNotCommitted(@TempDir Path elsewhere) throws IOException {
        // Given
        Tampering bucket = new Tampering(scenario, elsewhere);
        bucket.acme(3).delete("checkpoint");

        // When
        VerificationReport report = Verifier.verify(bucket.request);

        // Then
        assertThat(report.exitCode()).isEqualTo(ExitCode.INCOMPLETE);
        assertThat(report.text()).contains("warning: 1 folders in the bucket have no checkpoint");
    }

    @ParameterizedTest
    @CsvSource({"true, a link in the place of its checkpoint", "false, something in the place of its checkpoint"})
    void whatLiesInThePlaceOfACheckpointIsNamed(boolean link, String says, @TempDir Path elsewhere) throws IOException {
        // Given
        Tampering bucket = new Tampering(scenario, elsewhere);
        Path checkpoint = bucket.acme(3).folder.resolve("checkpoint");
        Path kept = Files.move(checkpoint, elsewhere.resolve("kept"));
        if (link) {
            Files.createSymbolicLink(checkpoint, kept);
        } else {
            Files.createDirectory(checkpoint);
        }

        // When
        VerificationReport report = Verifier.verify(bucket.request);

        // Then
        assertThat(report.exitCode()).isEqualTo(ExitCode.INCOMPLETE);
        assertThat(report.text()).contains(says).contains("it is not committed and was not looked at");
    }

    @Test
    void registryThatBeginsLaterIsHeldToTheBundlesOfItsFirstWindow(@TempDir Path elsewhere) throws IOException {
        // Given
        Tampering bucket = new Tampering(scenario, elsewhere);
        Scenario.deleteAll(bucket.leaves(0));
        Scenario.deleteAll(bucket.acme(0).folder);
        Scenario.deleteAll(bucket.globex(0).folder);

        // When
        VerificationReport report = Verifier.verify(bucket.request);

        // Then
        assertThat(report.exitCode()).as(report.text()).isZero();
    }

    @Test
    void leavesBehindMissingOnesAreHeldToTheBundlesOfTheirWindow(@TempDir Path elsewhere) throws IOException {
        // Given: no leaves of the second window, and in the last window a tenant's bundle is gone
        Tampering bucket = new Tampering(scenario, elsewhere);
        Scenario.deleteAll(bucket.leaves(1));
        Scenario.deleteAll(bucket.acme(3).folder);

        // When
        VerificationReport report = Verifier.verify(bucket.request);

        // Then
        assertThat(report.exitCode()).as(report.text()).isEqualTo(ExitCode.INCOMPLETE);
        assertThat(report.registry().orElseThrow().reasons())
                .contains("missing: the registry has 2 chain heads in the window of 2026-11-21T03:45:00Z that no bundle"
                        + " here accounts for");
    }

    @Test
    void contentOver64GiBIsNotRead(@TempDir Path elsewhere) throws Exception {
        // Given: a manifest that promises 257 files of 256 MiB, the first of which is there, and broken
        Tampering bucket = new Tampering(scenario, elsewhere);
        Manifest before = Manifest.parse(bucket.acme(0).read("manifest.json"));
        Manifest.Chain chain = before.chains().get(0);
        List<Manifest.DataFile> data = new ArrayList<>();
        for (int number = 0; number < 257; number++) {
            data.add(new Manifest.DataFile(
                    BundleLayout.dataFile(0, number), BundleLayout.DATA_BYTES_MAX, 1, chain.root()));
        }
        Manifest huge = new Manifest(
                before.origin(),
                before.tenant(),
                before.window(),
                before.blind(),
                false,
                Optional.empty(),
                before.registry(),
                List.of(new Manifest.Chain(
                        0,
                        0,
                        257,
                        chain.prev(),
                        List.of(),
                        chain.previousRoot(),
                        chain.root(),
                        new Manifest.SourceSpan(0, 256),
                        OptionalLong.empty(),
                        Optional.empty(),
                        new TreeMap<>(Map.of("genesis", 1L, "event", 256L)),
                        new TreeMap<>(),
                        0)),
                data,
                List.of());
        bucket.acme(0).write("manifest.json", huge.encode());
        bucket.only(bucket.acme(0));

        // When
        VerificationReport report = Verifier.verify(bucket.request);

        // Then
        assertThat(report.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(report.bundles().get(0).phase(Phase.ENTRIES).reasons())
                .containsExactly("the content is over 64 GiB and was not read");
        assertThat(report.bundles().get(0).phase(Phase.DIGESTS).reasons())
                .contains(Scenario.DATA + " is over a limit and was not read");
    }

    /** Scratch files beside the bucket, folders without files, bundles that have begun: and what is there for people. */
    @Test
    void whatAnExporterLeavesAndWritesForPeopleIsNoFault(@TempDir Path elsewhere) throws IOException {
        // Given
        Tampering bucket = new Tampering(scenario, elsewhere);
        Path v1 = bucket.bucket.resolve("v1");
        String window = "dt=2026-11-21/window_start=20261121T040000Z";
        for (String file : List.of(
                "../.scratch/6f9619ff-8b86-4011-b42d-00c04fc964ff.lock",
                "../.scratch/6f9619ff-8b86-4011-b42d-00c04fc964ff/1.part",
                "tenant=acme/" + window + "/schemas/" + "0".repeat(64) + ".avsc",
                "tenant=globex/" + window + "/chain-0000-00000.ndjson.zst",
                "README.md",
                "trust-root-1.json",
                "keys/" + "0".repeat(64) + ".pem",
                "sql/duckdb.sql",
                "anchors/dt=2026-11-21/4/tsa1.tsr")) {
            Files.createDirectories(v1.resolve(file).getParent());
            Files.writeString(v1.resolve(file), "x");
        }
        for (String folder : List.of(
                "tenant=initech", "tenant=acme/dt=2026-11-22", "registry/" + window, "anchors/dt=2026-11-22/17")) {
            Files.createDirectories(v1.resolve(folder));
        }

        // Then: of the tenant who has nothing yet, nothing is there
        VerificationReport acme = Verifier.verify(bucket.request.withTenant("acme"));
        assertThat(acme.exitCode()).as(acme.text()).isZero();
        VerificationReport all = Verifier.verify(bucket.request);
        assertThat(all.target().orElseThrow().verdict()).as(all.text()).isEqualTo(Verdict.PASS);
        Files.delete(v1.resolve("tenant=initech"));
        assertThat(Verifier.verify(bucket.request).exitCode()).isZero();
    }

    @Test
    void reportsAreTheSameBytesEachTime() {
        // When
        VerificationReport first = Verifier.verify(request(scenario.ledger.bucket));
        VerificationReport second = Verifier.verify(request(scenario.ledger.bucket));

        // Then
        assertThat(second.jsonText()).isEqualTo(first.jsonText());
        assertThat(second.text()).isEqualTo(first.text());
        assertThat(first.jsonText()).contains("\"exitCode\":0").doesNotContain(temp.toString());
    }

    @Test
    void expiredTrustRootIsAWarningOnly() {
        // When
        VerificationReport report =
                Verifier.verify(request(scenario.ledger.bucket).withNow(TestKeys.EXPIRES.plusSeconds(1)));

        // Then
        assertThat(report.exitCode()).isZero();
        assertThat(report.text()).contains("warning: the trust root expired");
    }

    @Test
    void manifestsOfTheSecondWriterAreCanonical() throws Exception {
        // Given
        TestBundle bundle = new TestBundle(scenario.ledger.bucket.resolve(Scenario.path("acme", 3)));

        // When
        byte[] encoded = Manifest.parse(bundle.read("manifest.json")).encode();

        // Then
        assertThat(encoded).isEqualTo(bundle.read("manifest.json"));
    }
}
