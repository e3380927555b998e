// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.verify.VerificationReport;
import io.tallystick.verify.Verifier;
import io.tallystick.verify.VerifyRequest;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tally verify}: evidence, offline. */
@Command(
        name = "verify",
        description = {
            "Verify evidence bundles, offline: a bundle's folder, a tenant's folder, a whole bucket, or a zip of one"
                    + " of them.",
            "Every phase has a verdict of its own; the report names file, line and sequence of what is wrong.",
            "",
            "Exit codes: 0 verified, 1 evidence failed, 2 usage, 3 intact but incomplete, 4 signer unknown or no trust",
            "root, 5 storage unreachable"
        })
final class VerifyCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private OutputOption output;

    @Parameters(
            paramLabel = "BUNDLES",
            description = "Folder of a bundle, of a tenant (v1/tenant=acme), or of a bucket; or a zip of one.")
    private Path target;

    @Mixin
    private TrustOptions trust;

    @Mixin
    private ReportOptions reports;

    @Option(
            names = "--registry",
            paramLabel = "DIR",
            description = "Folder of the registry's leaves (default: v1/registry of the bucket the bundles lie in).")
    private Path registry;

    @Option(names = "--tenant", paramLabel = "TENANT", description = "Of a bucket, this tenant alone.")
    private String tenant;

    @Option(
            names = "--since",
            paramLabel = "FILE",
            description = {
                "What is verified already: a registry checkpoint you trust, or the JSON transcript of an earlier run"
                        + " that",
                "ended with exit code 0. Earlier bundles are not looked at; the first later one must go on from there."
            })
    private Path since;

    @Override
    public Integer call() {
        VerifyRequest request = trust.request(target);
        if (registry != null) {
            request = request.withRegistry(registry);
        }
        if (tenant != null) {
            request = request.withTenant(tenant);
        }
        if (since != null) {
            request = request.withSince(since);
        }
        VerificationReport report = Verifier.verify(request);
        reports.write(report);
        return output.print(spec, report);
    }
}
