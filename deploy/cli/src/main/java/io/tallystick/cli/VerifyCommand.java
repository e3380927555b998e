// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.export.fetch.Narrowing;
import io.tallystick.verify.Coverage;
import io.tallystick.verify.ExitCode;
import io.tallystick.verify.Reason;
import io.tallystick.verify.SinceException;
import io.tallystick.verify.VerificationReport;
import io.tallystick.verify.Verifier;
import io.tallystick.verify.VerifyRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tally verify}: evidence, offline once it is here. */
@Command(
        name = "verify",
        description = {
            "Verify evidence bundles: a bundle's folder, a tenant's folder, a whole bucket, or a zip of one of them.",
            "Offline, but for a bucket named by its URL: what is needed of it is fetched first, into a folder of yours"
                    + " alone that",
            "goes when the command ends, and its locks are read.",
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
            arity = "0..1",
            description = {EvidenceSource.FOLDER_OR_ZIP, EvidenceSource.OR_URL})
    private String bundles;

    @Mixin
    private EvidenceSource source;

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

    @Mixin
    private AnchorOptions anchors;

    @Option(
            names = "--minimum-retention-days",
            paramLabel = "N",
            description = {
                "How long the store must keep every bundle, from its window's end on. Its real lock, as it is read from a"
                        + " bucket",
                "now, or was read back for the bundle after it, must reach so far; where none was, the newest window too:"
                        + " exit",
                "code 3."
            })
    private int retentionDays;

    @Override
    public Integer call() {
        VerifyRequest request = request();
        reports.requireApart(read());
        VerificationReport report;
        try (LocatedEvidence evidence = source.locate(spec, bundles, () -> wanted(request))) {
            report = Verifier.verify(request.withTarget(evidence.path()).withLocks(evidence.locks()));
        }
        reports.write(report);
        return output.print(spec, report);
    }

    private VerifyRequest request() {
        VerifyRequest request = anchors.require(trust.request(Path.of("")));
        if (registry != null) {
            request = request.withRegistry(registry);
        }
        if (tenant != null) {
            request = request.withTenant(tenant);
        }
        if (since != null) {
            request = request.withSince(since);
        }
        return requireRetention(request);
    }

    private List<Path> read() {
        List<Path> read = new ArrayList<>(source.read(spec, bundles));
        Stream.of(trust.file(), Optional.ofNullable(registry), Optional.ofNullable(since))
                .flatMap(Optional::stream)
                .forEach(read::add);
        return read;
    }

    private EvidenceSource.Wanted wanted(VerifyRequest request) {
        trust.file().ifPresent(file -> EvidenceSource.requireThere(file, "--trust-root"));
        EvidenceSource.requireThere(registry, "--registry");
        EvidenceSource.requireThere(since, "--since");
        return new EvidenceSource.Wanted(EvidenceSource.extent(tenant), narrowing(request));
    }

    /** Of what an earlier verification covered, a bucket's last window alone is fetched: the next one is held to it. */
    private static Narrowing narrowing(VerifyRequest request) {
        if (request.since().isEmpty()) {
            return Narrowing.NONE;
        }
        try {
            return Narrowing.after(Coverage.of(request)::covers);
        } catch (SinceException e) {
            throw new CommandException(
                    e.exitCode(),
                    e.getMessage(),
                    "--since is a registry checkpoint, or a transcript that ended well.",
                    e);
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.UNREACHABLE, "cannot read: " + Reason.of(e), "Name files that can be read.", e);
        }
    }

    private VerifyRequest requireRetention(VerifyRequest request) {
        try {
            return request.withMinimumRetentionDays(retentionDays);
        } catch (IllegalArgumentException e) {
            throw new CommandException(
                    ExitCode.USAGE, e.getMessage(), "--minimum-retention-days is a number of days, like 2555.", e);
        }
    }
}
