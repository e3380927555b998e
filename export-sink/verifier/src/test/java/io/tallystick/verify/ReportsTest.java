// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

class ReportsTest {
    private static final String HOSTILE = "x\"><script>alert(1)</script>&'\u0000\u202e\u0007]]>";

    @TempDir
    static Path temp;

    private static Scenario scenario;

    @BeforeAll
    static void writeBucket() throws IOException {
        scenario = Scenario.write(temp, 4);
    }

    private static VerificationReport verify(Path target) {
        return Verifier.verify(VerifyRequest.of(target).withTrustRoot(scenario.trustRoot));
    }

    private static Element junit(VerificationReport report) throws Exception {
        Document document = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(Text.bytes(report.junit())));
        return document.getDocumentElement();
    }

    @Test
    void sameEvidenceGivesTheSameBytesInEveryFormWhereverItLies(@TempDir Path folder) throws IOException {
        // Given
        Path copy = Scenario.copy(scenario.ledger.bucket, folder.resolve("elsewhere"));

        // When
        VerificationReport one = verify(scenario.ledger.bucket);
        VerificationReport two = verify(copy);

        // Then
        assertThat(one.exitCode()).as(one.text()).isZero();
        assertThat(two.text()).isEqualTo(one.text());
        assertThat(two.json()).isEqualTo(one.json());
        assertThat(two.junit()).isEqualTo(one.junit());
        assertThat(two.html()).isEqualTo(one.html());
        for (String form : List.of(one.jsonText(), one.junit(), one.html())) {
            assertThat(form).doesNotContain(temp.toString()).doesNotContain(folder.toString());
        }
    }

    @Test
    void transcriptSaysWhatTheBundlesHold() {
        // When
        String json =
                verify(scenario.ledger.bucket.resolve(Scenario.path("acme", 0))).jsonText();

        // Then
        assertThat(json)
                .contains("\"format\":\"tallystick/verification/v1\"")
                .contains("\"counts\":{\"event\":4,\"gap\":1,\"genesis\":2,\"rejected\":2}")
                .contains("\"reasons\":{\"before-ledger\":1,\"not-json\":1,\"null-value\":1}")
                .contains("\"registry\":{\"root\":\"")
                .contains("\"retention\":{\"class\":\"standard\",\"days\":30,\"legalHold\":false,\"mode\":\"none\",")
                .contains("\"algorithm\":\"ecdsa-p256\",\"keyId\":\"");
    }

    @Test
    void junitIsGreenExactlyWhenTheExitCodeIsZero(@TempDir Path folder) throws Exception {
        // Given
        Tampering bucket = new Tampering(scenario, folder);
        bucket.acme(0).editLine(Scenario.DATA, 2, "second", "sekond");
        VerificationReport broken = verify(bucket.bucket);
        VerificationReport untrusted = Verifier.verify(VerifyRequest.of(scenario.ledger.bucket));
        VerificationReport missing = verify(folder.resolve("none"));
        VerificationReport valid = verify(scenario.ledger.bucket);

        // Then
        assertThat(junit(valid).getAttribute("failures")).isEqualTo("0");
        assertThat(junit(valid).getElementsByTagName("testsuite").getLength()).isEqualTo(1 + 8 + 2 + 1);
        assertThat(junit(valid).getElementsByTagName("failure").getLength()).isZero();
        for (VerificationReport report : List.of(broken, untrusted, missing)) {
            assertThat(report.exitCode()).isNotZero();
            int failures = junit(report).getElementsByTagName("failure").getLength();
            assertThat(failures).as(report.junit()).isPositive();
            assertThat(junit(report).getAttribute("failures")).isEqualTo(String.valueOf(failures));
        }
        assertThat(broken.junit()).contains("line 3 (seq 2): payload or its salt was changed");
    }

    @Test
    void pageTellsAComplianceOfficerWhatWasFound(@TempDir Path folder) throws IOException {
        // Given
        Tampering bucket = new Tampering(scenario, folder);
        bucket.acme(0).editLine(Scenario.DATA, 2, "second", "sekond");

        // When
        String good = verify(scenario.ledger.bucket).html();
        String bad = verify(bucket.bucket).html();

        // Then
        for (String heading : List.of(
                "Scope",
                "Verdict by question",
                "Population",
                "Gaps",
                "Keys",
                "Anchors and time",
                "Retention",
                "What is wrong",
                "To check it by hand")) {
            assertThat(good).contains("<h2>" + heading + "</h2>");
        }
        assertThat(good)
                .contains("class=\"ok\">VALID (exit code 0)")
                .contains(
                        "<td>acme</td><td>4</td><td>2026-11-21T03:00:00Z</td><td>2026-11-21T04:00:00Z</td><td>yes</td>")
                .contains("<td>30 days, class standard, lock mode none</td><td>8</td>")
                .contains("Nothing was found that contradicts the evidence.");
        assertThat(bad)
                .contains("class=\"bad\">NOT VALID (exit code 1)")
                .contains("line 3 (seq 2): payload or its salt was changed");
    }

    @Test
    void pageNeedsNothingElseAndRunsNothing() {
        // When
        String html = verify(scenario.ledger.bucket).html();

        // Then
        assertThat(html)
                .contains("default-src 'none'")
                .doesNotContain("<script", "<link", "<img", "<iframe", "src=", "href=", "@import", "url(", "http://")
                .doesNotContain("https://");
    }

    @Test
    void hostileTextStaysTextInEveryForm() throws Exception {
        // Given
        Findings findings = new Findings();
        findings.fail(Phase.CHAINS, HOSTILE, HOSTILE);
        findings.notChecked(Phase.TREES, ExitCode.INCOMPLETE, HOSTILE);
        findings.note(HOSTILE);
        BundleReport bundle = new BundleReport(
                HOSTILE,
                Optional.of(HOSTILE),
                Optional.empty(),
                Optional.empty(),
                findings.verdicts(),
                List.of(),
                List.of(),
                Optional.empty(),
                findings.notes(),
                BundleFacts.NONE);
        VerificationReport report = new VerificationReport(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of(bundle),
                List.of(),
                Optional.empty(),
                List.of(HOSTILE));

        // Then
        assertThat(report.html())
                .doesNotContain("<script", "\u202e", "\u0000", "\u0007")
                .contains("&lt;script&gt;");
        assertThat(report.junit()).doesNotContain("<script", "]]>", "\u202e", "\u0000");
        assertThat(junit(report).getElementsByTagName("script").getLength()).isZero();
        assertThat(report.text()).doesNotContain("\u0000", "\u0007", "\u202e");
        assertThat(report.jsonText()).doesNotContain("\u0000", "\u0007");
    }

    @Test
    void hostileNamesInEvidenceStayText(@TempDir Path folder) throws Exception {
        // Given
        Tampering bucket = new Tampering(scenario, folder);
        bucket.acme(0).write("<script>alert(1)<&>.txt", new byte[] {1});
        bucket.acme(1).replace("manifest.json", "\"tenant\":\"acme\"", "\"tenant\":\"<script>\"");
        bucket.acme(2).replace("manifest.json", "\"format\":\"tallystick", "\"format\":\"<script>tallystick");
        Files.createDirectories(bucket.bucket.resolve("v1/tenant=<script>"));

        // When
        VerificationReport report = verify(bucket.bucket);

        // Then
        assertThat(report.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(report.html()).doesNotContain("<script").contains("&lt;script&gt;");
        assertThat(junit(report).getElementsByTagName("script").getLength()).isZero();
    }
}
