// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.ZstdOutputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The verifier in a process of its own, with a heap that is a fraction of what it reads. */
class BoundedMemoryIT {
    private static final String HEAP = "-Xmx64m";
    private static final int LINES = 100;
    private static final int LINE_CHARACTERS = 1_500_000;
    private static final int CHAINS = 2;
    private static final long BOMB_BYTES = 4L << 30;

    @TempDir
    static Path temp;

    private static TestLedger ledger;
    private static Path trustRoot;

    /** One bundle of 300 MB of content. */
    @BeforeAll
    static void writeBucket() throws IOException {
        ledger = new TestLedger(temp.resolve("bucket"), Scenario.START, 1);
        for (int partition = 0; partition < CHAINS; partition++) {
            TestLedger.Chain chain =
                    ledger.tenant("acme", false).chain(partition).genesis();
            for (int line = 0; line < LINES; line++) {
                chain.large("event-" + partition + "-" + line, LINE_CHARACTERS);
            }
        }
        ledger.closeWindow();
        trustRoot = Files.write(temp.resolve("trust-root.json"), ledger.keys.trustRoot());
    }

    private record Run(int exitCode, String text) {}

    private static Run verify(Path folder, Path target, String... options) throws IOException, InterruptedException {
        Path text = folder.resolve("output.txt");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                HEAP,
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "verify",
                target.toString()));
        command.addAll(List.of(options));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(text.toFile())
                .start();
        return new Run(process.waitFor(), Files.readString(text));
    }

    @Test
    void aBundleManyTimesTheHeapIsVerified(@TempDir Path folder) throws Exception {
        // Given
        assertThat(ledger.bucket.resolve(Scenario.path("acme", 0))).isDirectory();
        String manifest =
                Files.readString(ledger.bucket.resolve(Scenario.path("acme", 0)).resolve("manifest.json"));
        assertThat(manifest).containsPattern("\"bytes\":1[0-9]{8},\"lines\":101,\"name\":\"chain-0001");

        // When
        Run run = verify(folder, ledger.bucket, "--trust-root", trustRoot.toString());

        // Then
        assertThat(run.exitCode()).as(run.text()).isZero();
        assertThat(run.text()).startsWith("VALID (exit code 0)");
    }

    @Test
    void aDataFileThatNeverEndsIsRefused(@TempDir Path folder) throws Exception {
        for (String endless : new String[] {"\0", "{}\n"}) {
            // Given: a few hundred kilobytes that unpack to gigabytes, of one line or of many
            Path home = Files.createTempDirectory(folder, "case");
            Path bucket = Scenario.copy(ledger.bucket, home.resolve("bucket"));
            Path data = bucket.resolve(Scenario.path("acme", 0)).resolve(Scenario.DATA);
            write(data, endless.repeat(1 << 19).getBytes(StandardCharsets.US_ASCII));
            assertThat(Files.size(data)).isLessThan(1 << 22);

            // When
            Run run = verify(home, bucket, "--trust-root", trustRoot.toString());

            // Then
            assertThat(run.exitCode()).as(run.text()).isEqualTo(ExitCode.FAILED);
            assertThat(run.text()).contains("NOT VALID", Scenario.DATA).doesNotContain("OutOfMemory");
        }
    }

    private static void write(Path file, byte[] again) throws IOException {
        try (OutputStream out = new ZstdOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
            for (long written = 0; written < BOMB_BYTES; written += again.length) {
                out.write(again);
            }
        }
    }

    @Test
    void anArchiveThatUnpacksToGigabytesIsRefused(@TempDir Path folder) throws Exception {
        // Given
        Path zip = folder.resolve("bomb.zip");
        byte[] zeros = new byte[1 << 20];
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
            out.putNextEntry(new ZipEntry(Scenario.path("acme", 0) + "/manifest.json"));
            for (int i = 0; i < 1 << 10; i++) {
                out.write(zeros);
            }
            out.closeEntry();
        }

        // When
        Run run = verify(folder, zip, "--trust-root", trustRoot.toString());

        // Then
        assertThat(run.exitCode()).as(run.text()).isEqualTo(ExitCode.FAILED);
        assertThat(run.text()).contains("structure and limits").doesNotContain("OutOfMemory");
    }

    @Test
    void aTranscriptManyTimesTheHeapIsGoneOnFrom(@TempDir Path folder) throws Exception {
        // Given: of a tenant with 70,000 windows, of which the last one is here
        Scenario scenario = Scenario.write(folder, 9);
        VerificationReport report = Verifier.verify(VerifyRequest.of(scenario.ledger.bucket.resolve("v1/tenant=acme"))
                .withTrustRoot(scenario.trustRoot));
        String transcript = report.jsonText();
        int begin = "{\"bundles\":[".length();
        String first = transcript.substring(begin, transcript.indexOf(",{\"anchors\":", begin)) + ",";
        Path since = folder.resolve("since.json");
        try (Writer out = Files.newBufferedWriter(since)) {
            out.write(transcript, 0, begin);
            for (long written = 0; written < 300_000_000; written += first.length()) {
                out.write(first);
            }
            out.write(transcript, begin, transcript.length() - begin);
        }

        // When
        Run run = verify(
                folder,
                scenario.ledger.bucket.resolve("v1/tenant=acme"),
                "--trust-root",
                scenario.trustRoot.toString(),
                "--since",
                since.toString());

        // Then
        assertThat(run.exitCode()).as(run.text()).isEqualTo(ExitCode.INCOMPLETE);
        assertThat(run.text()).contains("no committed bundle here after what --since names", "4 bundles lie before");
    }
}
