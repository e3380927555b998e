// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.bundle.BundleException;
import io.tallystick.entry.ChainId;
import io.tallystick.export.fetch.Narrowing;
import io.tallystick.json.JsonObject;
import io.tallystick.verify.EvidenceArchive;
import io.tallystick.verify.EvidenceTooLargeException;
import io.tallystick.verify.ExitCode;
import io.tallystick.verify.ListedReceipts;
import io.tallystick.verify.Reason;
import io.tallystick.verify.TemporaryFolderException;
import io.tallystick.verify.VerificationReport;
import io.tallystick.verify.VerifyRequest;
import io.tallystick.verify.Windows;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tally evidence}: one file to hand over. */
@Command(
        name = "evidence",
        description = {
            "Pack the evidence of a tenant and period into one zip that anybody can verify.",
            "In it are bundles, the registry's leaves, anchors, trust root, reports, the verifier, instructions. The same",
            "input gives the same bytes. What is packed is verified first; the exit code says how that ended, and the",
            "archive is written in any case, unless it cannot be packed. In the archive the report is also a JSON transcript.",
            "",
            "Exit codes: as 'tally verify'; 1 also where something in the bucket cannot be packed"
        })
final class EvidenceCommand implements Callable<Integer> {
    /** Beginnings of the names of the jars it takes to verify. */
    private static final List<String> VERIFIER_JARS =
            List.of("tallystick-verifier-", "tallystick-formats-", "bcprov-", "bcutil-", "bcpkix-", "zstd-jni-");

    @Spec
    private CommandSpec spec;

    @Mixin
    private OutputOption output;

    @Parameters(
            paramLabel = "BUCKET",
            arity = "0..1",
            description = {"Folder of a bucket, or a zip of one; or a bucket:", EvidenceSource.OR_URL})
    private String place;

    @Mixin
    private EvidenceSource source;

    @Option(names = "--tenant", paramLabel = "TENANT", required = true, description = "Whose evidence.")
    private String tenant;

    @Mixin
    private PeriodOptions period;

    @Option(
            names = "--trust-root",
            paramLabel = "FILE",
            required = true,
            description = "The ledger's trust root; packed too.")
    private Path trustRoot;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            required = true,
            description = "The zip to write; must not exist, nor lie in what is packed.")
    private Path out;

    @Override
    public Integer call() {
        requireInput();
        OutputPlaces.require(
                Stream.concat(source.read(spec, place).stream(), Stream.of(trustRoot))
                        .toList(),
                outputs -> outputs.file("--out", out));
        Windows windows = period.windows();
        EvidenceSource.Wanted wanted = new EvidenceSource.Wanted(
                EvidenceSource.extent(tenant)
                        .within(windows.from(), windows.to())
                        .withReceipts(
                                ListedReceipts.wanted(VerifyRequest.of(out).withTrustRoot(trustRoot))),
                Narrowing.NONE);
        List<Path> verifier = verifierJars();
        VerificationReport report;
        try (LocatedEvidence bucket = source.locate(spec, place, () -> wanted)) {
            requireBucket(bucket.path());
            report = pack(new EvidenceArchive.Evidence(
                    bucket.path(), tenant, windows.from(), windows.to(), trustRoot, verifier));
        }
        print(report);
        return report.exitCode();
    }

    private void print(VerificationReport report) {
        PrintWriter page = spec.commandLine().getOut();
        if (output.json()) {
            page.println(OutputOption.text(JsonObject.builder()
                    .put("bundles", (long) report.bundles().size())
                    .put("bytes", out.toFile().length())
                    .put("exitCode", report.exitCode())
                    .put("file", out.toString())
                    .put("tenant", tenant)
                    .build()));
        } else {
            page.print(report.text());
            page.println("written to " + out);
        }
        page.flush();
    }

    private VerificationReport pack(EvidenceArchive.Evidence evidence) {
        try {
            return EvidenceArchive.write(evidence, out);
        } catch (EvidenceTooLargeException e) {
            throw new CommandException(
                    ExitCode.USAGE,
                    e.getMessage(),
                    "Narrow --from/--to, and hand over several archives: 'tally verify' takes each.",
                    e);
        } catch (IllegalArgumentException e) {
            throw new CommandException(
                    ExitCode.USAGE,
                    evidence.bucket() + ": " + e.getMessage(),
                    "Name the folder of the bucket with the originals, or a zip of it, and a tenant of it.",
                    e);
        } catch (BundleException e) {
            throw new CommandException(
                    ExitCode.FAILED,
                    e.getMessage() + "; nothing was written",
                    "Look what is in the bucket or zip, and take out of it what does not belong there.",
                    e);
        } catch (TemporaryFolderException e) {
            throw new CommandException(
                    ExitCode.USAGE, e.getMessage(), "A zip is unpacked there first; name a folder of yours.", e);
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.UNREACHABLE,
                    "cannot pack: " + Reason.of(e),
                    "Is there room, and may the folders be read and written?",
                    e);
        }
    }

    private void requireInput() {
        if (!ChainId.isTenant(tenant)) {
            throw new CommandException(
                    ExitCode.USAGE, "not a tenant: " + tenant, "Name it as the bucket's folder does.");
        }
        if (!Files.isRegularFile(trustRoot)) {
            throw new CommandException(ExitCode.USAGE, trustRoot + " is not a file", "Name the trust root.");
        }
        if (Files.exists(out)) {
            throw new CommandException(ExitCode.USAGE, out + " exists already", "Name a file that does not exist.");
        }
        Path folder = out.toAbsolutePath().getParent();
        if (!Files.isDirectory(folder)) {
            throw new CommandException(
                    ExitCode.USAGE, folder + " is not a folder", "Name a file in one that is there.");
        }
    }

    private static void requireBucket(Path bucket) {
        if (!Files.exists(bucket)) {
            throw new CommandException(
                    ExitCode.USAGE, bucket + " does not exist", "Name the bucket's folder, or a zip of it.");
        }
    }

    /** The jars this program runs from: what verified is what is packed. The verifier's own comes first. */
    private static List<Path> verifierJars() {
        String[] running = System.getProperty("java.class.path").split(Pattern.quote(File.pathSeparator));
        List<Path> jars = new ArrayList<>();
        for (String name : VERIFIER_JARS) {
            jars.add(Arrays.stream(running)
                    .map(Path::of)
                    .filter(jar -> String.valueOf(jar.getFileName()).startsWith(name) && Files.isRegularFile(jar))
                    .findFirst()
                    .orElseThrow(() -> new CommandException(
                            ExitCode.INTERNAL,
                            "the verifier to pack was not found: no jar " + name + "… on the class path",
                            "Run 'deploy/tally', which builds what it packs.")));
        }
        return jars;
    }
}
