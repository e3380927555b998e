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
        List<ZipTest.Hostile> archives = ZipTest.hostile().toList();
        List<ProofTest.Forged> proofs = ProofTest.forgeries().toList();
        StringBuilder text = new StringBuilder();
        text.append("# What is tampered with, and what the verifier says\n\n")
                .append("Printed by `MutationTableTest` from the tests that do it (`MutationTest`, `ZipTest`,"
                        + " `ProofTest`); a")
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
        heading(text, "Odd, noted, no failure", MutationTest.oddClaims().count());
        MutationTest.oddClaims().forEach(row -> row(text, row.name(), row.phase(), row.exitCode(), row.message()));
        heading(text, "Archives", archives.size());
        archives.forEach(row -> row(text, row.name(), Phase.STRUCTURE, ExitCode.FAILED, row.message()));
        heading(text, "Proofs of one entry", proofs.size());
        proofs.forEach(row -> row(text, row.name(), row.phase(), row.exitCode(), row.message()));
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
