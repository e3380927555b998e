// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Some windows of a tenant are verified as if nothing else were there. */
class WindowsTest extends ScenarioBucket {
    private VerificationReport verify(int from, int to) {
        return Verifier.verify(bucket.request
                .withTenant("acme")
                .withWindows(new Windows(Scenario.start(from), to < 0 ? Instant.MAX : Scenario.start(to))));
    }

    private static void assertCode(VerificationReport report, int exitCode) {
        assertThat(report.exitCode()).as(report.text()).isEqualTo(exitCode);
    }

    @Test
    void theWindowsThatAreAskedForAloneAreLookedAt() throws IOException {
        // Given: the first and the last bundle are broken, and leaves of both windows
        bucket.acme(0).editLine(Scenario.DATA, 2, "second", "sekond");
        bucket.acme(3).write("manifest.json", new byte[] {'{'});
        for (int window : new int[] {0, 3}) {
            Files.writeString(bucket.leaves(window).resolve("leaves.ndjson"), "{}\n");
        }

        // When
        VerificationReport report = verify(1, 3);

        // Then
        assertCode(report, ExitCode.VALID);
        assertThat(report.bundles()).hasSize(2);
        assertThat(report.text()).contains("reaches from the window of 2026-11-21T03:15:00Z on");
        assertThat(report.tenants().get(0).notes())
                .contains("2 bundles are of other windows than were asked for, and were not looked at");
        assertCode(verify(0, 3), ExitCode.FAILED);
        assertCode(verify(1, -1), ExitCode.FAILED);
    }

    @Test
    void whatIsMissingOfTheWindowsThatAreAskedForIsMissing() throws IOException {
        // Given
        Scenario.deleteAll(bucket.acme(1).folder);
        Scenario.deleteAll(bucket.acme(3).folder);

        // Then
        assertCode(verify(0, 1), ExitCode.VALID);
        assertCode(verify(0, 3), ExitCode.INCOMPLETE);
        assertCode(verify(1, 3), ExitCode.INCOMPLETE);
        assertCode(verify(2, 3), ExitCode.VALID);
        assertCode(verify(2, -1), ExitCode.INCOMPLETE);
    }

    @Test
    void aBundleThatSaysAnAskedWindowInAnothersPlaceIsFound() throws IOException {
        // Given
        Scenario.deleteAll(bucket.acme(3).folder);
        Scenario.copy(bucket.acme(1).folder, bucket.acme(3).folder);

        // Then
        assertCode(verify(0, 3), ExitCode.FAILED);
    }
}
