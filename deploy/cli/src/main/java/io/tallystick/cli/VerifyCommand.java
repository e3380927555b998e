// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.verify.AnchorRequirement;
import io.tallystick.verify.ExitCode;
import io.tallystick.verify.VerificationReport;
import io.tallystick.verify.Verifier;
import io.tallystick.verify.VerifyRequest;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
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

    @Option(
            names = "--require-anchors",
            paramLabel = "KIND[:N],…",
            description = {
                "Outside parties that must vouch for every registry checkpoint, beside what the trust root requires:",
                "witness, tsa, log, each with how many, such as witness:2,tsa. Too few: exit code 3."
            })
    private String anchors;

    @Option(
            names = "--as-of",
            paramLabel = "TIME",
            description = {
                "Judge the evidence as of this time (2026-11-21T04:00:00Z): windows that ended by then must be there,",
                "and required anchors that prove a time must prove this one."
            })
    private String asOf;

    @Option(
            names = "--minimum-retention-days",
            paramLabel = "N",
            description = {
                "How long the store must keep every bundle, from its window's end on. Its real lock, as it was read back"
                        + " for",
                "the bundle after it, must reach so far; where none was read back, the newest window too: exit code 3."
            })
    private int retentionDays;

    @Override
    public Integer call() {
        VerifyRequest request = trust.request(target);
        if (registry != null) {
            request = request.withRegistry(registry);
        }
        if (tenant != null) {
            request = request.withTenant(tenant);
        }
        if (anchors != null) {
            request = request.withAnchors(parseAnchors());
        }
        if (asOf != null) {
            request = request.withAsOf(parseAsOf());
        }
        if (since != null) {
            request = request.withSince(since);
        }
        request = requireRetention(request);
        VerificationReport report = Verifier.verify(request);
        reports.write(report);
        return output.print(spec, report);
    }

    private VerifyRequest requireRetention(VerifyRequest request) {
        try {
            return request.withMinimumRetentionDays(retentionDays);
        } catch (IllegalArgumentException e) {
            throw new CommandException(
                    ExitCode.USAGE, e.getMessage(), "--minimum-retention-days is a number of days, like 2555.", e);
        }
    }

    private AnchorRequirement parseAnchors() {
        try {
            return AnchorRequirement.parse(anchors);
        } catch (IllegalArgumentException e) {
            throw new CommandException(ExitCode.USAGE, e.getMessage(), "It is like witness:2,tsa,log.", e);
        }
    }

    private Instant parseAsOf() {
        try {
            return Instant.parse(asOf);
        } catch (DateTimeParseException e) {
            throw new CommandException(
                    ExitCode.USAGE, "not a time: " + asOf, "It is UTC, like 2026-11-21T04:00:00Z.", e);
        }
    }
}
