// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tallystick.trust.PublicKeys;
import io.tallystick.trust.SigningKey;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands of the bucket's README, run as they stand there, with stock tools. Skipped where a tool is missing. */
class ByHandTest {
    private static final Path README = Path.of("../src/main/resources/io/tallystick/export/README.md");
    private static final List<String> TOOLS =
            List.of("bash", "sha256sum", "openssl", "jq", "xxd", "zstd", "awk", "base64");
    private static final int SUMS = 0;
    private static final int CONTENT = 1;
    private static final int LINKED = 2;
    private static final int CHAIN = 3;
    private static final int PAYLOAD = 4;
    private static final int CHECKPOINT = 5;

    @TempDir
    static Path temp;

    private static Scenario scenario;
    private static List<String> blocks;

    @BeforeAll
    static void writeBucket() throws IOException {
        List<String> missing = TOOLS.stream()
                .filter(tool -> Stream.of(System.getenv("PATH").split(Pattern.quote(File.pathSeparator)))
                        .noneMatch(folder -> Files.isExecutable(Path.of(folder, tool))))
                .toList();
        assumeTrue(missing.isEmpty(), () -> "not run, these tools are missing: " + missing);
        scenario = Scenario.write(temp, 9);
        Path keys = Files.createDirectories(scenario.ledger.bucket.resolve("v1/keys"));
        TestKeys used = scenario.ledger.keys;
        for (SigningKey key : List.of(used.p256, used.ed25519, used.bundle)) {
            Files.write(keys.resolve(PublicKeys.keyId(key.spki()) + ".pem"), PublicKeys.pem(key.spki()));
        }
        blocks = blocks();
    }

    /** The indented blocks of the section on checking by hand, in order. */
    private static List<String> blocks() throws IOException {
        String text = Files.readString(README);
        String section = text.substring(text.indexOf("## By hand"), text.indexOf("## What is where"));
        List<String> found = new ArrayList<>();
        StringBuilder block = new StringBuilder();
        for (String line : (section + "\nend").lines().toList()) {
            if (line.startsWith("    ")) {
                block.append(line.substring(4)).append('\n');
            } else if (!block.isEmpty()) {
                found.add(block.toString());
                block.setLength(0);
            }
        }
        return found;
    }

    private record Ran(int exitCode, String output) {}

    private static Ran run(int block, Path folder) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("bash", "-uo", "pipefail", "-c", blocks.get(block))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        String output = Text.string(process.getInputStream().readAllBytes());
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Ran(process.exitValue(), output);
    }

    private static Path bundle() {
        return scenario.ledger.bucket.resolve(Scenario.path("acme", 0));
    }

    private static String digest(String line) {
        return line.substring(0, 64);
    }

    @Test
    void everyCommandConfirmsAnUntouchedBundle() throws Exception {
        // When
        Ran sums = run(SUMS, bundle());
        List<String> content = run(CONTENT, bundle()).output().lines().toList();
        List<String> linked = run(LINKED, bundle()).output().lines().toList();
        Ran chain = run(CHAIN, bundle());
        List<String> payload = run(PAYLOAD, bundle()).output().lines().toList();
        Ran checkpoint = run(CHECKPOINT, bundle());

        // Then
        assertThat(blocks).hasSize(6);
        assertThat(sums.output()).as(sums.output()).contains("manifest.json: OK", "Verified OK");
        assertThat(sums.output()).doesNotContain("FAILED");
        assertThat(content.get(1)).isEqualTo(digest(content.get(0)) + "  chain-0000-00000.ndjson");
        assertThat(digest(linked.get(0))).isEqualTo(linked.get(1));
        assertThat(chain).isEqualTo(new Ran(0, ""));
        assertThat(digest(payload.get(0))).isEqualTo(payload.get(1));
        assertThat(checkpoint.output()).isEqualTo("Verified OK\n");
    }

    @Test
    void everyChainOfEveryWindowIsWholeByHandToo() throws Exception {
        for (int window : new int[] {1, 3}) {
            Path folder = scenario.ledger.bucket.resolve(Scenario.path("acme", window));
            assertThat(run(CHAIN, folder)).as("window %d", window).isEqualTo(new Ran(0, ""));
        }
    }

    @Test
    void everyTamperingIsSeenByTheCommandItIsFor(@TempDir Path folder) throws Exception {
        // Given
        Tampering bucket = new Tampering(scenario, folder);
        TestBundle bundle = bucket.acme(0);
        bundle.replace("manifest.json", "\"lines\":6", "\"lines\":7");
        bundle.edit(Scenario.DATA, lines -> {
            Collections.swap(lines, 2, 3);
            return lines;
        });
        bundle.editLine(Scenario.DATA, 1, "first", "fyrst");
        bundle.replace("checkpoint", "\n4\n", "\n5\n");

        // When
        Ran sums = run(SUMS, bundle.folder);
        List<String> content = run(CONTENT, bundle.folder).output().lines().toList();
        Ran chain = run(CHAIN, bundle.folder);
        List<String> payload = run(PAYLOAD, bundle.folder).output().lines().toList();
        Ran checkpoint = run(CHECKPOINT, bundle.folder);

        // Then
        assertThat(sums.output())
                .contains("manifest.json: FAILED", Scenario.DATA + ": FAILED")
                .contains("Verification");
        assertThat(sums.output()).doesNotContain("Verified OK");
        assertThat(sums.exitCode()).isNotZero();
        assertThat(digest(content.get(0))).isNotEqualTo(digest(content.get(1)));
        assertThat(chain.output()).contains("broken at seq 3", "broken at seq 2");
        assertThat(digest(payload.get(0))).isNotEqualTo(payload.get(1));
        assertThat(checkpoint.output()).doesNotContain("Verified OK");
    }
}
