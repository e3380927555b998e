// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.verify.ExitCode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What lies in an evidence archive verifies it: a process of its own runs the packed jar, with nothing else at hand. */
class EvidenceArchiveIT {
    private static final Path GOLDEN = Path.of("../../export-sink/verifier/src/test/resources/bundles/four-windows");
    private static final String ROOT = GOLDEN.resolve("trust-root.json").toString();

    @TempDir
    static Path folder;

    private static Path zip;
    private static Path unpacked;
    private static String jar;

    private record Ended(int exitCode, String output) {}

    @BeforeAll
    static void pack() throws IOException {
        zip = folder.resolve("evidence.zip");
        TallyRun run = TallyRun.of(
                "evidence",
                GOLDEN.resolve("bucket").toString(),
                "--tenant",
                "acme",
                "--trust-root",
                ROOT,
                "--out",
                zip.toString());
        assertThat(run.exitCode()).as(run.everything()).isZero();
        unpacked = unpack(folder.resolve("unpacked"));
        try (Stream<Path> jars = Files.list(unpacked.resolve("verifier"))) {
            jar = jars.map(path -> "verifier/" + path.getFileName())
                    .filter(name -> name.contains("tallystick-verifier-"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static Path unpack(Path to) throws IOException {
        try (ZipInputStream in = new ZipInputStream(Files.newInputStream(zip))) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                Path file = to.resolve(entry.getName());
                Files.createDirectories(file.getParent());
                Files.copy(in, file);
            }
        }
        return to;
    }

    /** In the archive's folder, without a class path of this process. */
    private static Ended java(Path directory, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(Arrays.asList(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
        builder.environment().keySet().removeAll(List.of("CLASSPATH", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
        Process process = builder.start();
        try (InputStream out = process.getInputStream()) {
            String output = new String(out.readAllBytes(), StandardCharsets.UTF_8);
            return new Ended(process.waitFor(), output);
        }
    }

    private static Ended verify(Path directory, String... arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of("-jar", jar, "verify"));
        all.addAll(Arrays.asList(arguments));
        all.addAll(List.of("--trust-root", "trust-root.json"));
        return java(directory, all.toArray(new String[0]));
    }

    private static void assertEnded(Ended ended, int exitCode, String words) {
        assertThat(ended.exitCode()).as(ended.output()).isEqualTo(exitCode);
        assertThat(ended.output()).contains(words);
    }

    @Test
    void thePackedVerifierVerifiesTheFolderItLiesIn() throws Exception {
        assertEnded(verify(unpacked, ".", "--tenant", "acme"), ExitCode.VALID, "VALID (exit code 0)");
        assertEnded(verify(unpacked, "."), ExitCode.VALID, "an evidence archive by its form: verified as tenant acme");
    }

    @Test
    void thePackedVerifierVerifiesTheArchiveAsItIs() throws Exception {
        assertEnded(verify(unpacked, zip.toString()), ExitCode.VALID, "VALID (exit code 0)");
        assertEnded(verify(unpacked, zip.toString(), "--tenant", "acme"), ExitCode.VALID, "VALID (exit code 0)");
    }

    @Test
    void theCommandOfTheInstructionsRunsAsItStandsThere() throws Exception {
        // Given
        List<String> readme = Files.readAllLines(unpacked.resolve("README.txt"));
        String fingerprint = readme.stream()
                .filter(line -> line.startsWith("Trust root:"))
                .map(line -> line.substring(line.lastIndexOf(' ') + 1))
                .findFirst()
                .orElseThrow();
        String command = readme.stream()
                .map(String::strip)
                .filter(line -> line.startsWith("java -jar "))
                .findFirst()
                .orElseThrow()
                .replace("<fingerprint you were given>", fingerprint);

        // Then
        assertEnded(
                java(unpacked, command.substring("java ".length()).split(" ", -1)),
                ExitCode.VALID,
                "trust root " + fingerprint);
    }

    @Test
    void thePackedVerifierSeesWhatWasChangedInTheFolder() throws Exception {
        // Given
        Path changed = unpack(folder.resolve("changed"));
        Path data = changed.resolve(
                "v1/tenant=acme/dt=2026-11-21/window_start=20261121T030000Z/chain-0000-00000.ndjson.zst");
        byte[] bytes = Files.readAllBytes(data);
        bytes[bytes.length / 2] ^= 1;
        Files.write(data, bytes);

        // Then
        assertEnded(verify(changed, "."), ExitCode.FAILED, "NOT VALID");
    }
}
