// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.bundle.BundleException;
import io.tallystick.bundle.BundleLayout;
import io.tallystick.bundle.Derivation;
import io.tallystick.export.DerivedExport;
import io.tallystick.export.EvidenceStore;
import io.tallystick.export.ExportConfig;
import io.tallystick.export.fetch.Narrowing;
import io.tallystick.json.JsonObject;
import io.tallystick.receipt.WantedReceipts;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.verify.ExitCode;
import io.tallystick.verify.ListedReceipts;
import io.tallystick.verify.Reason;
import io.tallystick.verify.VerificationReport;
import io.tallystick.verify.Verifier;
import io.tallystick.verify.VerifyRequest;
import io.tallystick.verify.Windows;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tally export}: copies of bundles that leave something out. */
@Command(
        name = "export",
        description = {
            "Write copies of a tenant's bundles into a directory: as they are, without payloads, or only some lines.",
            "The originals are verified first, and nothing is written of evidence that fails or whose signer is unknown;",
            "copies that leave something out are signed by the bundle key of the ledger's configuration, and all are",
            "verified after. Bundles as they are need no configuration, only --trust-root. With --from and --to only the",
            "windows of that period are fetched, verified and copied, whatever lies before and after. Copies never lie where",
            "originals do: <out>/compact/..., <out>/filtered/...",
            "",
            "Exit codes: of 'tally verify' on the copies; 1 and 4 also where the originals are refused"
        })
final class ExportCommand implements Callable<Integer> {
    /** What a copy holds. */
    enum Shape {
        CANONICAL,
        COMPACT,
        FILTERED
    }

    @Spec
    private CommandSpec spec;

    @Mixin
    private ConfigFile config;

    @Mixin
    private OutputOption output;

    @Parameters(
            paramLabel = "BUNDLES",
            description = "Folder of a bucket, or of one bundle; or a bucket, s3://bucket/prefix or"
                    + " azure://container/prefix.")
    private String bundles;

    @Mixin
    private BucketOptions bucket;

    @Option(names = "--tenant", paramLabel = "TENANT", description = "Whose bundles; not needed for one bundle.")
    private String tenant;

    @Option(
            names = "--shape",
            paramLabel = "SHAPE",
            description = {
                "canonical (bundles as they are), compact (every entry, without payload, context and salts) or filtered"
                        + " (some",
                "lines, each with its path to the chain's checkpoint). Default: filtered with --type or --subject, else"
                        + " canonical."
            })
    private Shape shape;

    @Option(
            names = "--from",
            paramLabel = "TIME",
            converter = TimeOption.class,
            description = {
                "Windows that end after this time; of a filtered copy also lines recorded at it or later.",
                TimeOption.HELP
            })
    private Instant from;

    @Option(
            names = "--to",
            paramLabel = "TIME",
            converter = TimeOption.class,
            description = {
                "Windows that begin before this time; of a filtered copy also lines recorded before it.",
                TimeOption.HELP
            })
    private Instant to;

    @Option(names = "--type", paramLabel = "TYPE", description = "Lines of this type; may be repeated.")
    private List<String> types = new ArrayList<>();

    @Option(
            names = "--subject",
            paramLabel = "SUBJECT",
            description = "Lines about this subject; may be repeated. The copy's manifest tells it.")
    private List<String> subjects = new ArrayList<>();

    @Option(
            names = "--out",
            paramLabel = "DIR",
            required = true,
            description = "Where to write; not in what is copied. Files that are there stay: one of a copy's"
                    + " name with other content is refused.")
    private Path out;

    @Option(
            names = "--trust-root",
            paramLabel = "FILE",
            description = "Trust root to verify by (default: ledger.trust.root.file of the configuration).")
    private Path trustRoot;

    @Override
    public Integer call() {
        PeriodOptions.requireSomeTime(from, to);
        if (shape() != Shape.CANONICAL && config.isMissingDefault()) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "a copy that leaves something out is signed with the ledger's bundle key, and no configuration names"
                            + " one",
                    "Name the ledger's properties file with --config; copies of bundles as they are (--shape canonical)"
                            + " need none.");
        }
        Map<String, String> properties = config.propertiesIfAny();
        Path root = root(properties);
        EvidenceSource.requireThere(root, "--trust-root");
        OutputPlaces.require(read(root), outputs -> outputs.folder("--out", out));
        VerifyRequest trusting = VerifyRequest.of(out).withNow(Instant.now()).withTrustRoot(root);
        try (LocatedEvidence originals = locate(properties, ListedReceipts.wanted(trusting))) {
            return export(originals.path(), trusting, properties);
        }
    }

    private List<Path> read(Path root) {
        List<Path> read = new ArrayList<>(List.of(root));
        if (!EvidenceStore.isUrl(bundles)) {
            read.add(EvidenceSource.path(bundles));
        }
        return read;
    }

    /** Of a bucket, the windows that reach into the period: the first of them may begin up to a day before. */
    private LocatedEvidence locate(Map<String, String> properties, WantedReceipts receipts) {
        if (!EvidenceStore.isUrl(bundles)) {
            return new LocatedEvidence.Local(EvidenceSource.path(bundles));
        }
        EvidenceSource.Wanted wanted = new EvidenceSource.Wanted(
                EvidenceSource.extent(requireTenant())
                        .within(
                                from == null ? Instant.MIN : from.minus(DerivedExport.WINDOW_MAX),
                                to == null ? Instant.MAX : to)
                        .withReceipts(receipts),
                from == null
                        ? Narrowing.NONE
                        : Narrowing.after(manifest -> !manifest.window().start().isAfter(from)));
        return bucket.fetch(
                bucket.store(bundles, properties), wanted, spec.commandLine().getErr());
    }

    private int export(Path source, VerifyRequest trusting, Map<String, String> properties) {
        DerivedExport.Selection selection = selection(source, ListedReceipts.wanted(trusting));
        if (!Files.isDirectory(source)) {
            throw new CommandException(
                    ExitCode.USAGE, source + " is not a folder", "Name a bucket's folder, or a bundle's.");
        }
        VerifyRequest request = trusting.withTarget(source);
        requireSound(Verifier.verify(
                isBundle(source) ? request : request.withTenant(requireTenant()).withWindows(windows(selection))));
        DerivedExport.Written written = write(properties, selection);
        VerificationReport copies = Verifier.verify(request.withTarget(written.folder()));
        print(written, trusting.trustRoot().orElseThrow(), copies);
        return copies.exitCode();
    }

    private static Windows windows(DerivedExport.Selection selection) {
        try {
            return selection.windows();
        } catch (BundleException | IOException e) {
            throw new CommandException(
                    ExitCode.UNREACHABLE,
                    "cannot read " + selection.source() + ": " + e.getMessage(),
                    "Can the folder be read?",
                    e);
        }
    }

    private static boolean isBundle(Path source) {
        return Files.isRegularFile(source.resolve(BundleLayout.CHECKPOINT));
    }

    private String requireTenant() {
        if (tenant == null) {
            throw new CommandException(ExitCode.USAGE, "whose bundles?", "Name a tenant of the bucket with --tenant.");
        }
        return tenant;
    }

    private Shape shape() {
        boolean some = !types.isEmpty() || !subjects.isEmpty();
        return shape == null ? (some ? Shape.FILTERED : Shape.CANONICAL) : shape;
    }

    private DerivedExport.Selection selection(Path source, WantedReceipts receipts) {
        try {
            return new DerivedExport.Selection(
                    source,
                    Optional.ofNullable(tenant),
                    switch (shape()) {
                        case CANONICAL -> Optional.empty();
                        case COMPACT -> Optional.of(Derivation.Shape.COMPACT);
                        case FILTERED -> Optional.of(Derivation.Shape.FILTERED);
                    },
                    new Derivation.Filter(
                            Optional.ofNullable(from),
                            Optional.ofNullable(to),
                            types.stream().sorted().distinct().toList(),
                            subjects.stream().sorted().distinct().toList()),
                    receipts);
        } catch (IllegalArgumentException e) {
            throw new CommandException(ExitCode.USAGE, e.getMessage(), "See 'tally export --help'.", e);
        }
    }

    private Path root(Map<String, String> properties) {
        String configured = properties.getOrDefault(ExportConfig.TRUST_ROOT_FILE, "");
        if (trustRoot == null && configured.isEmpty()) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "no trust root: whose originals they are cannot be said",
                    "Give --trust-root, or set " + ExportConfig.TRUST_ROOT_FILE + ".");
        }
        return trustRoot == null ? Path.of(configured) : trustRoot;
    }

    private void requireSound(VerificationReport originals) {
        int code = originals.exitCode();
        if (code != ExitCode.VALID && code != ExitCode.INCOMPLETE) {
            spec.commandLine().getErr().print(originals.text());
            throw new CommandException(
                    code, "the originals do not verify; nothing was written", "See above, and run 'tally verify'.");
        }
    }

    private DerivedExport.Written write(Map<String, String> properties, DerivedExport.Selection selection) {
        try {
            return shape() == Shape.CANONICAL
                    ? DerivedExport.copy(selection, out)
                    : DerivedExport.write(new ExportConfig(properties), selection, out);
        } catch (BundleException e) {
            throw new CommandException(ExitCode.USAGE, e.getMessage(), "Name a tenant and period that are there.", e);
        } catch (LedgerIntegrityException e) {
            throw new CommandException(
                    ExitCode.USAGE, e.getMessage(), "Something else is in " + out + ": name an empty folder.", e);
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.UNREACHABLE, "cannot write to " + out + ": " + Reason.of(e), "Name a folder of yours.", e);
        }
    }

    private void print(DerivedExport.Written written, Path root, VerificationReport copies) {
        PrintWriter page = spec.commandLine().getOut();
        if (output.json()) {
            page.println(OutputOption.text(JsonObject.builder()
                    .put("bundles", (long) written.bundles())
                    .put("exitCode", copies.exitCode())
                    .put("folder", written.folder().toString())
                    .put("lines", written.lines())
                    .build()));
        } else {
            page.print(copies.text());
            page.println(written.bundles() + " bundles in " + written.folder());
            page.println("check them with: tally verify " + ShellWord.of(written.folder()) + " --trust-root "
                    + ShellWord.of(root));
        }
        page.flush();
    }
}
