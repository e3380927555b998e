// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.trust.KeyStatus;
import io.tallystick.trust.TrustPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A tenant that came to a ledger later: it has no bundles of the first windows, whose leaves are verified all the same. */
class YoungTenantTest {
    private final TestAnchors anchors = new TestAnchors();

    @TempDir
    private Path temp;

    private TestLedger ledger;

    @BeforeEach
    void writeBucket() {
        ledger = new TestLedger(temp.resolve("bucket"), Scenario.START, 1);
        ledger.tenant("globex", false).chain(0).genesis();
        ledger.closeWindow();
        ledger.closeWindow();
        ledger.tenant("acme", false).chain(0).genesis();
        ledger.closeWindow();
        ledger.closeWindow();
    }

    private void anchor(int... windows) throws IOException {
        for (int window : windows) {
            anchors.write(ledger.bucket, window, ledger.keys.p256);
        }
    }

    private VerificationReport verifyCompromisedSince(Instant since) throws IOException {
        Path trustRoot = Files.write(
                temp.resolve("trust-root.json"),
                anchors.trustRoot(ledger.keys, TrustPolicy.NONE, (ed25519, p256, bundle) -> {
                    p256.status = KeyStatus.COMPROMISED;
                    p256.compromisedSince = Optional.of(since);
                }));
        return Verifier.verify(
                VerifyRequest.of(ledger.bucket).withTrustRoot(trustRoot).withTenant("acme"));
    }

    @Test
    void windowsBeforeItsTimeAreOlderThanACompromiseByTheirOwnAnchors() throws IOException {
        // Given
        anchor(0, 1, 2, 3);

        // When
        VerificationReport report = verifyCompromisedSince(TestAnchors.time(3).plusMillis(1));

        // Then
        assertThat(report.exitCode()).as(report.text()).isZero();
        assertThat(report.bundles()).hasSize(2);
    }

    @Test
    void windowsBeforeItsTimeAreOlderThanACompromiseByALaterAnchor() throws IOException {
        // Given
        anchor(3);

        // When
        VerificationReport report = verifyCompromisedSince(TestAnchors.time(3).plusMillis(1));

        // Then
        assertThat(report.exitCode()).as(report.text()).isZero();
    }

    @Test
    void windowsBeforeItsTimeThatNothingProvesOlderFail() throws IOException {
        // Given
        anchor(1, 2, 3);
        Instant since = TestAnchors.time(1);

        // When
        VerificationReport report = verifyCompromisedSince(since);

        // Then
        assertThat(report.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(report.text())
                .contains("window of " + Scenario.start(0), "window of " + Scenario.start(1))
                .contains("is compromised since " + since + " and no anchor proves this older");
    }

    @Test
    void withoutAnchorsNothingIsOlderThanACompromise() throws IOException {
        assertThat(verifyCompromisedSince(TestAnchors.time(3).plusMillis(1)).exitCode())
                .isEqualTo(ExitCode.FAILED);
    }
}
