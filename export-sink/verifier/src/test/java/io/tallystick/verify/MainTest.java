// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.trust.TrustPolicy;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The verifier as whoever got evidence runs it. */
class MainTest extends ScenarioBucket {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    /** Every window has a receipt of every party, five seconds after its end. */
    @BeforeEach
    void anchor() throws IOException {
        TestAnchors anchors = new TestAnchors();
        for (int window = 0; window < 4; window++) {
            anchors.write(bucket.bucket, window, bucket.keys.p256);
        }
        bucket.trustRoot(anchors.trustRoot(bucket.keys, TrustPolicy.NONE, (a, b, c) -> {}));
    }

    private int run(String... options) {
        List<String> arguments = new ArrayList<>(List.of(
                "verify",
                bucket.bucket.toString(),
                "--trust-root",
                bucket.request.trustRoot().orElseThrow().toString()));
        arguments.addAll(List.of(options));
        return Main.run(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                arguments.toArray(new String[0]));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {"witness:2,tsa,log:2 0", "witness:3 3", "tsa:2 3", "tsa:0 2", "notary 2", "'' 2"})
    void anchorsCanBeRequired(String anchors, int exitCode) {
        assertThat(run("--require-anchors", anchors)).isEqualTo(exitCode);
    }

    @Test
    void evidenceCanBeJudgedAsOfATime() {
        // Given: the first window's receipts
        Instant stamped = TestAnchors.time(0);

        // When / Then: the last window's were there only later
        assertThat(run(
                        "--require-anchors",
                        "tsa",
                        "--as-of",
                        TestAnchors.time(3).toString()))
                .isZero();
        assertThat(run("--require-anchors", "tsa", "--as-of", stamped.toString()))
                .isEqualTo(ExitCode.INCOMPLETE);
        assertThat(run("--as-of", Scenario.start(9).toString())).isEqualTo(ExitCode.INCOMPLETE);
    }

    @ParameterizedTest
    @CsvSource({"yesterday", "21.11.2026", "''"})
    void aTimeThatIsNoneIsUsage(String time) {
        assertThat(run("--as-of", time)).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("not a time", "usage:");
    }

    @Test
    void reportsGoToFilesToo() throws IOException {
        // Given
        Path json = folder.resolve("report.json");
        Path junit = folder.resolve("report.xml");
        Path html = folder.resolve("report.html");

        // When
        int exitCode = run(
                "--report-json", json.toString(), "--report-junit", junit.toString(), "--report-html", html.toString());

        // Then
        VerificationReport report = Verifier.verify(bucket.request);
        assertThat(exitCode).isEqualTo(report.exitCode());
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo(report.text());
        assertThat(Files.readAllBytes(json)).isEqualTo(report.json());
        assertThat(Files.readString(junit)).isEqualTo(report.junit());
        assertThat(Files.readString(html)).isEqualTo(report.html());
    }

    @Test
    void aReportThatCannotBeWrittenIsUsage() {
        assertThat(run("--report-json", folder.resolve("none/report.json").toString()))
                .isEqualTo(ExitCode.USAGE);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("cannot write");
    }

    @Test
    void aReportThatWouldHarmWhatIsReadIsUsage() throws IOException {
        // Given
        Path root = bucket.request.trustRoot().orElseThrow();
        byte[] before = Files.readAllBytes(root);

        // When
        int overTheRoot = run("--report-json", root.toString());
        int inTheBucket =
                run("--report-html", bucket.bucket.resolve("report.html").toString());

        // Then
        assertThat(overTheRoot).isEqualTo(ExitCode.USAGE);
        assertThat(inTheBucket).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("--report-json names", "which lies in");
        assertThat(root).hasBinaryContent(before);
        assertThat(bucket.bucket.resolve("report.html")).doesNotExist();
    }

    @Test
    void aReportInAnUnknownFormIsUsage() {
        assertThat(run("--report-text", folder.resolve("report.txt").toString()))
                .isEqualTo(ExitCode.USAGE);
    }
}
