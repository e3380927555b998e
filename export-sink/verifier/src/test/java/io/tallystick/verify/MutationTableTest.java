// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The page that lists every tampering is printed from the tests that carry it out. */
class MutationTableTest {
    private static final Path PAGE = Path.of("docs/mutations.md");
    private static final Path PRINTED = Path.of("target/mutations.md");

    /**
     * What is tampered with in another test than those the tables are printed from.
     *
     * @param module folder of the test's sources, from here
     */
    private record Elsewhere(String tampering, String seen, String module, String test, String method) {
        private static final String HERE = "src/test/java/io/tallystick/verify/";
        private static final String EXPORT = "../src/test/java/io/tallystick/export/";
        private static final String CLI = "../../deploy/cli/src/test/java/io/tallystick/cli/";

        static final List<Elsewhere> ALL = List.of(
                here(
                        "rotation of keys, and the new one signs before its time",
                        "1",
                        "RotationTest#aNewKeyThatSignsBeforeItsTimeFails"),
                here(
                        "rotation of keys, and the old one signs after its time",
                        "1",
                        "RotationTest#anOldKeyThatSignsAfterItsTimeFails"),
                here(
                        "an algorithm is demanded, and its line is a stranger's",
                        "4",
                        "RotationTest#anMlDsaLineOfAStrangerIsNotTrusted"),
                here("named pipe in the place of a file", "1", "PipesTest#verificationNamesIt"),
                here("another history than the earlier verification's", "1 or 4", "SinceTest#anotherHistoryIsNoticed"),
                here(
                        "another manifest than the earlier verification ended with",
                        "1",
                        "SinceTest#theLastCoveredManifestIsTheOneThatWasVerified"),
                here(
                        "lock of the store weaker than the next bundle tells",
                        "1",
                        "StoreLockTest#aLockThatIsWeakerNowThanTheNextBundleTellsFails"),
                here(
                        "lock of the store gone",
                        "not checked",
                        "RetentionTest#aLockThatIsGoneFromTheStoreIsNotCheckedWhateverTheNextBundleTells"),
                here(
                        "bits of every kind of object in a bucket",
                        "1; of what a log says and nobody signs, the same report",
                        "GoldenMutationTest#noByteOfAnObjectCanBeChangedUnseen"),
                here(
                        "bits of an archive",
                        "1, or the same report",
                        "ZipTest#noSingleByteOfAnArchiveCanBeChangedUnseen"),
                here("bytes of a proof", "1 or 4", "ProofTest#everyChangedByteIsNoticedWhereBothSignaturesAreRequired"),
                new Elsewhere(
                        "second version of an object, or a marker that hides it, in a bucket",
                        "the oldest counts; said on standard error",
                        CLI,
                        "BucketEvidenceTest",
                        "whatIsWrittenOverEvidenceDoesNotCountAndIsSaid"),
                new Elsewhere(
                        "second version of an object in S3",
                        "the oldest counts",
                        EXPORT + "store/s3/",
                        "S3FaultsTest",
                        "readsTheOldestVersionAndReportsTheSecond"),
                new Elsewhere(
                        "second version of an object in Azure",
                        "the oldest counts",
                        EXPORT + "store/azure/",
                        "AzureFaultsTest",
                        "readsTheOldestVersionAndReportsTheSecond"),
                new Elsewhere(
                        "object of a bucket exchanged for another",
                        "1",
                        CLI,
                        "BucketEvidenceTest",
                        "tamperingInTheBucketFails"),
                new Elsewhere(
                        "object whose name leads out of the bucket",
                        "1",
                        CLI,
                        "BucketEvidenceTest",
                        "aNameThatLeadsElsewhereFails"),
                new Elsewhere(
                        "entry of a filtered copy edited",
                        "1",
                        EXPORT + "assemble/",
                        "DerivedBundleTest",
                        "anEditedEntryOfAFilteredCopyIsSeen"),
                new Elsewhere(
                        "lines of a compact copy swapped",
                        "1",
                        EXPORT + "assemble/",
                        "DerivedBundleTest",
                        "swappedLinesOfACompactCopyAreSeen"),
                new Elsewhere(
                        "copy under the name of its original",
                        "1",
                        EXPORT + "assemble/",
                        "DerivedBundleTest",
                        "aCopyUnderTheNameOfItsOriginalIsSeen"),
                new Elsewhere(
                        "copy among originals",
                        "3",
                        EXPORT + "assemble/",
                        "DerivedBundleTest",
                        "aCopyAmongOriginalsIsNotTakenForOne"));

        private static Elsewhere here(String tampering, String seen, String method) {
            String[] names = method.split("#", -1);
            return new Elsewhere(tampering, seen, HERE, names[0], names[1]);
        }

        String name() {
            return test + "." + method;
        }

        boolean isThere() throws IOException {
            return Files.readString(Path.of(module + test + ".java")).contains(" void " + method + "(");
        }
    }

    @Test
    void testsThatThePageNamesAreThere() throws IOException {
        for (Elsewhere row : Elsewhere.ALL) {
            assertThat(row.isThere()).as(row.name()).isTrue();
        }
    }

    @Test
    void checkedInTableIsThatOfTheTests() throws IOException {
        // Given
        String page = page();
        Files.createDirectories(PRINTED.getParent());
        Files.writeString(PRINTED, page);

        // Then
        assertThat(PAGE)
                .as("stale: copy export-sink/verifier/%s to export-sink/verifier/%s", PRINTED, PAGE)
                .hasContent(page);
    }

    private static String page() throws IOException {
        List<MutationTest.Mutation> mutations = MutationTest.mutations().toList();
        List<HostileZips.Hostile> archives = HostileZips.rows().toList();
        List<ProofTest.Forged> proofs = ProofTest.forgeries().toList();
        StringBuilder text = new StringBuilder();
        text.append("# What is tampered with, and what the verifier says\n\n")
                .append("Printed by `MutationTableTest` from the tests that do it (`MutationTest`,"
                        + " `GoldenMutationTest`, `ZipTest`, `ProofTest`); a")
                .append(" row is proof that it was done and seen.\n")
                .append("Where a signature would notice first, the tampering is signed anew with the ledger's own key:"
                        + " an")
                .append(" insider's. `…` stands for digests and paths.\n\n")
                .append("The buckets of `src/test/resources/bundles` are kept for ever with the verdict they had.\n");
        Map<Phase, List<MutationTest.Mutation>> byPhase = mutations.stream()
                .collect(Collectors.groupingBy(MutationTest.Mutation::phase, LinkedHashMap::new, Collectors.toList()));
        for (Phase phase : Phase.values()) {
            List<MutationTest.Mutation> rows = byPhase.getOrDefault(phase, List.of());
            if (!rows.isEmpty()) {
                heading(text, "Phase " + phase, rows.size());
                rows.forEach(row -> row(text, row.name(), phase, row.exitCode(), row.message()));
            }
        }
        List<MutationTest.Mutation> anchored = GoldenAnchorMutations.rows().toList();
        heading(text, "Bucket of earlier days, with rotated keys and receipts", anchored.size());
        anchored.forEach(row -> row(text, row.name(), row.phase(), row.exitCode(), row.message()));
        heading(text, "Odd, noted, no failure", MutationTest.oddClaims().count());
        MutationTest.oddClaims().forEach(row -> row(text, row.name(), row.phase(), row.exitCode(), row.message()));
        heading(text, "Archives", archives.size());
        archives.forEach(row -> row(text, row.name(), Phase.STRUCTURE, ExitCode.FAILED, row.message()));
        heading(text, "Proofs of one entry", proofs.size());
        proofs.forEach(row -> row(text, row.name(), row.phase(), row.exitCode(), row.message()));
        text.append("\n## Seen by other tests (")
                .append(Elsewhere.ALL.size())
                .append(")\n\n| tampering | exit code | test |\n|---|---|---|\n");
        Elsewhere.ALL.forEach(row ->
                text.append("| " + cell(row.tampering()) + " | " + cell(row.seen()) + " | `" + row.name() + "` |\n"));
        return text.toString();
    }

    private static void heading(StringBuilder text, String name, long rows) {
        text.append("\n## ")
                .append(name)
                .append(" (")
                .append(rows)
                .append(")\n\n| tampering | phase | exit code | says |\n|---|---|---|---|\n");
    }

    private static void row(StringBuilder text, String name, Phase phase, int exitCode, String message) {
        text.append("| ")
                .append(Stream.of(cell(name), String.valueOf(phase.number()), String.valueOf(exitCode), cell(message))
                        .collect(Collectors.joining(" | ")))
                .append(" |\n");
    }

    /** Random names of keys and digests do not belong in a page that is compared. */
    private static String cell(String text) {
        return text.replaceAll("[0-9a-f]{64}", "…")
                .replaceAll("x{20,}", "x…")
                .replaceAll("[^\\x20-\\x7E…]", "?")
                .replace("|", "\\|")
                .replace("<", "&lt;");
    }
}
