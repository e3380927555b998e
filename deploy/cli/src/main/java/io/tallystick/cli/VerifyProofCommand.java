// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.verify.ProofVerifier;
import io.tallystick.verify.VerificationReport;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tally verify-proof}: one entry, offline. */
@Command(
        name = "verify-proof",
        description = {
            "Verify the proof of one entry that 'tally prove' cut out of a bundle.",
            "Needs the file and a trust root, nothing else. It shows that the entry is in the ledger as it was sealed;",
            "that nothing is missing only bundles can show.",
            "",
            "Exit codes: as 'tally verify'"
        })
final class VerifyProofCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private OutputOption output;

    @Mixin
    private TrustOptions trust;

    @Mixin
    private AnchorOptions anchors;

    @Mixin
    private ReportOptions reports;

    @Parameters(paramLabel = "PROOF", description = "A .proof.json file.")
    private Path proof;

    @Override
    public Integer call() {
        reports.requireApart(
                Stream.concat(Stream.of(proof), trust.file().stream()).toList());
        VerificationReport report = ProofVerifier.verify(anchors.require(trust.request(proof)));
        reports.write(report);
        return output.print(spec, report);
    }
}
