// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URISyntaxException;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bundles of earlier days keep their verdict; see the README of each. */
class GoldenBundlesTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "four-windows|0|VALID (exit code 0)",
                "payload-edited_fail|1|chain-0000-00000.ndjson.zst line 3 (seq 2): payload or its salt was changed",
                "window-missing_fail|3|missing: every window from 2026-11-21T03:15:00Z to 2026-11-21T03:30:00Z",
                "foreign-key_fail|4|which the trust root does not list for bundles of this ledger",
                "rotated-and-anchored|0|VALID (exit code 0)",
                "covering-leaves-missing_fail|3|time-stamps of authorities: 0 of 1, which the trust root requires",
                "receipt-exchanged_fail|1|tsa1.tsr: the imprint is not of this checkpoint",
            })
    void oldBundlesKeepTheirVerdicts(String name, int exitCode, String message) throws URISyntaxException {
        // Given
        Path folder = Path.of(getClass().getResource("/bundles/" + name).toURI());

        // When
        VerificationReport report = Verifier.verify(
                VerifyRequest.of(folder.resolve("bucket")).withTrustRoot(folder.resolve("trust-root.json")));

        // Then
        assertThat(report.exitCode()).as(report.text()).isEqualTo(exitCode);
        assertThat(report.text()).contains(message);
    }
}
