// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tallystick.trust.KeyStatus;
import io.tallystick.trust.PublicKeys;
import io.tallystick.trust.SigningKey;
import io.tallystick.trust.TrustException;
import io.tallystick.trust.TrustRoot;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The commands of the bucket's README, of the HTML report and of the root README, run as they stand there, with stock tools.
 * Skipped where a tool is missing.
 */
class ByHandTest {
    private static final Path README = Path.of("../src/main/resources/io/tallystick/export/README.md");
    private static final Path ROOT_README = Path.of("../../README.md");
    private static final List<String> TOOLS =
            List.of("bash", "sha256sum", "openssl", "jq", "xxd", "zstd", "awk", "base64");
    private static final int TRUST = 0;
    private static final int LISTED = 1;
    private static final int SUMS = 2;
    private static final int CONTENT = 3;
    private static final int LINKED = 4;
    private static final int CHAIN = 5;
    private static final int PAYLOAD = 6;
    private static final int CHECKPOINT = 7;
    private static final int REGISTRY = 8;

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
        putKey(scenario.ledger.bucket, scenario.ledger.keys.p256);
        putKey(scenario.ledger.bucket, scenario.ledger.keys.ed25519);
        putKey(scenario.ledger.bucket, scenario.ledger.keys.bundle);
        blocks = blocks(section(Files.readString(README)));
    }

    /** As the exporter does, and whoever may write to the bucket can. */
    private static void putKey(Path bucket, SigningKey key) throws IOException {
        Path keys = Files.createDirectories(bucket.resolve("v1/keys"));
        Files.write(keys.resolve(PublicKeys.keyId(key.spki()) + ".pem"), PublicKeys.pem(key.spki()));
    }

    private static String section(String readme) {
        return readme.substring(readme.indexOf("## By hand"), readme.indexOf("## What is where"));
    }

    /** The indented blocks of a text, in order. */
    private static List<String> blocks(String text) {
        List<String> found = new ArrayList<>();
        StringBuilder block = new StringBuilder();
        for (String line : (text + "\nend").lines().toList()) {
            if (line.startsWith("    ")) {
                block.append(line.substring(4)).append('\n');
            } else if (!block.isEmpty()) {
                found.add(block.toString());
                block.setLength(0);
            }
        }
        return found;
    }

    /** The blocks of a page, in order. */
    private static List<String> htmlBlocks(String html) {
        return Pattern.compile("<pre>(.*?)</pre>", Pattern.DOTALL)
                .matcher(html)
                .results()
                .map(block -> block.group(1)
                        .replace("&lt;", "<")
                        .replace("&gt;", ">")
                        .replace("&quot;", "\"")
                        .replace("&#39;", "'")
                        .replace("&amp;", "&"))
                .toList();
    }

    private static String rootBlock() throws IOException {
        String text = Files.readString(ROOT_README);
        String begin = "<!-- run:audit -->\n```sh\n";
        int at = text.indexOf(begin) + begin.length();
        return text.substring(at, text.indexOf("```", at));
    }

    private record Ran(int exitCode, String output) {
        List<String> lines() {
            return output.lines().toList();
        }
    }

    /** One block, after those that name the trust root and take keys out of it. */
    private static Ran run(int block, Path folder) throws IOException, InterruptedException {
        String trust = "{ " + blocks.get(TRUST) + "} >/dev/null\n";
        return bash(block == TRUST ? blocks.get(TRUST) : trust + blocks.get(LISTED) + blocks.get(block), folder, temp);
    }

    /** @param home where the auditor's trust root lies */
    private static Ran bash(String commands, Path folder, Path home) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder("bash", "-uo", "pipefail", "-c", commands)
                .directory(folder.toFile())
                .redirectErrorStream(true);
        builder.environment().put("HOME", home.toString());
        Process process = builder.start();
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

    private static String fingerprint() throws IOException, TrustException {
        return TrustRoot.parse(Files.readAllBytes(scenario.trustRoot))
                .fingerprint()
                .toString();
    }

    @Test
    void everyCommandConfirmsAnUntouchedBundle() throws Exception {
        // When
        Ran trust = run(TRUST, bundle());
        Ran sums = run(SUMS, bundle());
        List<String> content = run(CONTENT, bundle()).lines();
        List<String> linked = run(LINKED, bundle()).lines();
        Ran chain = run(CHAIN, bundle());
        List<String> payload = run(PAYLOAD, bundle()).lines();
        Ran checkpoint = run(CHECKPOINT, bundle());
        List<String> registry = run(REGISTRY, bundle()).lines();

        // Then
        assertThat(blocks).hasSize(9);
        assertThat(digest(trust.output())).isEqualTo(fingerprint());
        assertThat(sums.output()).as(sums.output()).contains("manifest.json: OK", "Verified OK");
        assertThat(sums.output()).doesNotContain("FAILED");
        assertThat(content.get(1)).isEqualTo(digest(content.get(0)) + "  chain-0000-00000.ndjson");
        assertThat(digest(linked.get(0))).isEqualTo(linked.get(1));
        assertThat(chain).isEqualTo(new Ran(0, ""));
        assertThat(digest(payload.get(0))).isEqualTo(payload.get(1));
        assertThat(checkpoint.output()).isEqualTo("Verified OK\n");
        assertThat(registry).hasSize(6);
        assertThat(registry.subList(0, 3)).isEqualTo(registry.subList(3, 6));
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
        List<String> content = run(CONTENT, bundle.folder).lines();
        Ran chain = run(CHAIN, bundle.folder);
        List<String> payload = run(PAYLOAD, bundle.folder).lines();
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

    @Test
    void aBundleThatAnotherSignedIsRefusedAlthoughItsKeysLieInTheBucket(@TempDir Path folder) throws Exception {
        // Given: everything signed anew with keys of the forger's, which are put where the ledger's are
        Tampering bucket = new Tampering(scenario, folder);
        TestBundle bundle = bucket.acme(0);
        TestKeys foreign = new TestKeys();
        bucket.reseal(bundle, foreign.bundle);
        bundle.write(
                "checkpoint",
                TestLedger.note(
                        TestKeys.ORIGIN,
                        bundle.text("checkpoint").lines().limit(3).collect(Collectors.joining("\n", "", "\n")),
                        List.of(foreign.ed25519, foreign.p256)));
        putKey(bucket.bucket, foreign.bundle);
        putKey(bucket.bucket, foreign.p256);
        Files.write(bucket.bucket.resolve("v1/trust-root-1.json"), foreign.trustRoot());

        // When
        Ran sums = run(SUMS, bundle.folder);
        Ran checkpoint = run(CHECKPOINT, bundle.folder);
        Ran root = bash(rootBlock(), bundle.folder, temp);

        // Then
        assertThat(sums.output())
                .contains("manifest.json: OK", "no such bundle key in the trust root: ")
                .doesNotContain("Verified OK");
        assertThat(sums.exitCode()).isNotZero();
        assertThat(checkpoint.output())
                .contains("no such checkpoint key in the trust root: ")
                .doesNotContain("Verified OK");
        assertThat(checkpoint.exitCode()).isNotZero();
        assertThat(root.output()).contains("manifest.json: OK").doesNotContain("Verified OK");
    }

    @Test
    void listedKeysOfAnotherRoleOrTimeDoNotCount(@TempDir Path folder) throws Exception {
        // Given
        Tampering bucket = new Tampering(scenario, folder);
        TestBundle bundle = bucket.acme(0);
        bucket.reseal(bundle, scenario.ledger.keys.p256);
        Path early = Files.createDirectory(folder.resolve("early"));
        Path revoked = Files.createDirectory(folder.resolve("revoked"));
        Files.write(early.resolve("trust-root.json"), bucket.keys.trustRoot((a, b, c) -> c.notAfter = Scenario.START));
        Files.write(
                revoked.resolve("trust-root.json"), bucket.keys.trustRoot((a, b, c) -> c.status = KeyStatus.REVOKED));
        String signature = blocks.get(TRUST) + blocks.get(LISTED) + blocks.get(SUMS);

        // Then
        assertThat(run(SUMS, bundle.folder).output())
                .as("a checkpoint key signed the bundle")
                .doesNotContain("Verified OK");
        assertThat(bash(signature, bundle(), early).output()).doesNotContain("Verified OK");
        assertThat(bash(signature, bundle(), revoked).output()).doesNotContain("Verified OK");
        assertThat(bash(signature, bundle(), temp).output()).contains("Verified OK");
    }

    @Test
    void rootReadmesCommandsConfirmAnUntouchedBundle() throws Exception {
        // When
        Ran ran = bash(rootBlock(), bundle(), temp);

        // Then
        List<String> pairs = ran.lines().stream()
                .filter(line -> line.matches("[0-9a-f]{64} .*"))
                .toList();
        assertThat(ran.lines()).contains("fingerprint: " + fingerprint(), "Verified OK", "checkpoint: Verified OK");
        assertThat(pairs).hasSize(4).allMatch(line -> line.substring(65).equals(digest(line)));
        assertThat(bundle().resolve("SHA256SUMS")).exists();
    }

    @Test
    void reportHasTheCommandsOfTheBucket() throws Exception {
        assertThat(section(Files.readString(README))).contains(HtmlGuide.byHand());
        assertThat(htmlBlocks(Verifier.verify(VerifyRequest.of(bundle())).html()))
                .isEqualTo(blocks);
    }

    @Test
    void commandsOfThePackedReportConfirmThePackedBundles(@TempDir Path folder) throws Exception {
        // Given: the archive as a third party unpacks it
        Path zip = folder.resolve("evidence.zip");
        EvidenceArchive.write(
                new EvidenceArchive.Evidence(
                        scenario.ledger.bucket,
                        "acme",
                        Scenario.start(0),
                        Scenario.start(2),
                        scenario.trustRoot,
                        List.of()),
                zip);
        try (UnpackedZip unpacked = UnpackedZip.of(zip)) {
            Path root = unpacked.folder();
            List<String> packed = htmlBlocks(Files.readString(root.resolve("report/report.html")));
            String own = Files.readString(root.resolve("README.txt"))
                    .lines()
                    .map(String::strip)
                    .filter(line -> line.startsWith("trust="))
                    .findFirst()
                    .orElseThrow();

            // When
            Ran mine = bash(String.join("", packed), root.resolve(Scenario.path("acme", 0)), temp);
            Ran theirs = bash(
                    String.join("", packed).replaceFirst("(?m)^trust=.*$", own),
                    root.resolve(Scenario.path("acme", 0)),
                    folder);
            Ran sums = bash("sha256sum --quiet -c SHA256SUMS", root, folder);

            // Then
            assertThat(mine.lines()).filteredOn("Verified OK"::equals).hasSize(2);
            assertThat(mine.output()).contains(fingerprint()).doesNotContain("FAILED", "broken at", "no such");
            assertThat(theirs).isEqualTo(mine);
            assertThat(sums).isEqualTo(new Ran(0, ""));
        }
    }
}
