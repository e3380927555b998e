// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.tree.Hash;
import io.tallystick.verify.AnchorRequirement;
import io.tallystick.verify.VerificationReport;
import io.tallystick.verify.Verifier;
import io.tallystick.verify.VerifyRequest;
import java.io.PrintWriter;
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
            "Verify evidence bundles, offline: a bundle's folder, a tenant's folder, or a whole bucket.",
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
            description = "Folder of a bundle, of a tenant (v1/tenant=acme), or of a bucket.")
    private Path target;

    @Option(
            names = "--trust-root",
            paramLabel = "FILE",
            description = "The trust root, which reached you by another way than the bundles. Without it: exit code 4.")
    private Path trustRoot;

    @Option(
            names = "--root-fingerprint",
            paramLabel = "HEX",
            description = "What the trust root must be: SHA-256 of its signed part, from a second channel.")
    private String fingerprint;

    @Option(
            names = "--registry",
            paramLabel = "DIR",
            description = "Folder of the registry's leaves (default: v1/registry of the bucket the bundles lie in).")
    private Path registry;

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

    @Override
    public Integer call() {
        VerifyRequest request = VerifyRequest.of(target).withNow(Instant.now());
        if (trustRoot != null) {
            request = request.withTrustRoot(trustRoot);
        }
        if (fingerprint != null) {
            request = request.withFingerprint(parseFingerprint());
        }
        if (registry != null) {
            request = request.withRegistry(registry);
        }
        if (anchors != null) {
            request = request.withAnchors(parseAnchors());
        }
        if (asOf != null) {
            request = request.withAsOf(parseAsOf());
        }
        VerificationReport report = Verifier.verify(request);
        PrintWriter out = spec.commandLine().getOut();
        out.print(output.json() ? report.jsonText() : report.text());
        out.flush();
        return report.exitCode();
    }

    private AnchorRequirement parseAnchors() {
        try {
            return AnchorRequirement.parse(anchors);
        } catch (IllegalArgumentException e) {
            throw new CommandException(ExitCodes.USAGE, e.getMessage(), "It is like witness:2,tsa,log.", e);
        }
    }

    private Instant parseAsOf() {
        try {
            return Instant.parse(asOf);
        } catch (DateTimeParseException e) {
            throw new CommandException(
                    ExitCodes.USAGE, "not a time: " + asOf, "It is UTC, like 2026-11-21T04:00:00Z.", e);
        }
    }

    private Hash parseFingerprint() {
        try {
            return Hash.parseHex(fingerprint);
        } catch (IllegalArgumentException e) {
            throw new CommandException(
                    ExitCodes.USAGE, "not a fingerprint: " + fingerprint, "It is 64 lower-case hex digits.", e);
        }
    }
}
