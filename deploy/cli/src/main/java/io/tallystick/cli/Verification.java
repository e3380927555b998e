// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.bundle.BundleLayout;
import io.tallystick.verify.BundleReport;
import io.tallystick.verify.Fault;
import io.tallystick.verify.PhaseVerdict;
import io.tallystick.verify.PlainText;
import io.tallystick.verify.VerificationReport;
import io.tallystick.verify.Verifier;
import io.tallystick.verify.VerifyRequest;
import java.nio.file.Path;
import java.util.List;

/** How the quickstart verifies, and how it puts the outcome in one line. */
final class Verification {
    private Verification() {}

    /** All bundles of a tenant in a ledger's bucket. */
    static VerificationReport tenant(LedgerHome home, String tenant) {
        return directory(home.bucket().resolve(BundleLayout.tenantDir(tenant)), home);
    }

    /** All bundles of a folder, with a ledger's trust root. */
    static VerificationReport directory(Path directory, LedgerHome home) {
        return Verifier.verify(VerifyRequest.of(directory).withTrustRoot(home.trustRoot()));
    }

    /** The first fault that has a line, else the first fault. */
    static String firstFault(VerificationReport report) {
        List<Fault> faults = report.bundles().stream()
                .map(BundleReport::phases)
                .flatMap(List::stream)
                .map(PhaseVerdict::faults)
                .flatMap(List::stream)
                .toList();
        return faults.stream()
                .filter(fault -> fault.line().isPresent())
                .findFirst()
                .or(() -> faults.stream().findFirst())
                .map(Fault::toString)
                .map(PlainText::line)
                .orElse("no fault");
    }

    /** How many bundles were looked at. */
    static String headline(VerificationReport report) {
        return report.bundles().size() + (report.bundles().size() == 1 ? " bundle" : " bundles")
                + " verified: order, completeness, hashes, trees, signatures";
    }
}
