// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.bundle.BundleException;
import io.tallystick.bundle.EntryProof;
import io.tallystick.entry.ChainId;
import io.tallystick.entry.Entry;
import io.tallystick.export.fetch.Extent;
import io.tallystick.export.fetch.Narrowing;
import io.tallystick.json.JsonObject;
import io.tallystick.receipt.ReceiptNames;
import io.tallystick.receipt.WantedReceipts;
import io.tallystick.tree.TreeHead;
import io.tallystick.verify.AnchorRequirement;
import io.tallystick.verify.BundleReport;
import io.tallystick.verify.EntryProver;
import io.tallystick.verify.ExitCode;
import io.tallystick.verify.ListedReceipts;
import io.tallystick.verify.NoSuchEntryException;
import io.tallystick.verify.Phase;
import io.tallystick.verify.PhaseVerdict;
import io.tallystick.verify.PlainText;
import io.tallystick.verify.ProofVerifier;
import io.tallystick.verify.Reason;
import io.tallystick.verify.TemporaryFolderException;
import io.tallystick.verify.VerificationReport;
import io.tallystick.verify.VerifyRequest;
import io.tallystick.verify.WantedEntry;
import io.tallystick.verify.Windows;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tally prove}: cuts one entry out of a bundle, with all that proves it. */
@Command(
        name = "prove",
        description = {
            "Cut one entry out of its bundle into a single file that proves it without the rest.",
            "Whoever has the trust root checks it with 'tally verify-proof'. The file holds the entry's payload, context",
            "and salts, and the tenant's blind.",
            "Where too few outside parties vouch for the checkpoint of the entry's window, the proof leads to a later one,"
                    + " which",
            "contains it and has them, if there is one.",
            "By its id an entry is looked for in all bundles that are there; of a bucket they are all fetched. --tenant,"
                    + " --from",
            "and --to make them fewer.",
            "",
            "Exit codes: 0 written, 1 the bundle does not prove it, 2 usage or no such entry, 3 and 4 as 'tally verify'"
        })
final class ProveCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private OutputOption output;

    @Mixin
    private TrustOptions trust;

    @Mixin
    private AnchorOptions anchors;

    @Parameters(
            paramLabel = "BUNDLES",
            arity = "0..1",
            description = {EvidenceSource.FOLDER_OR_ZIP, EvidenceSource.OR_URL})
    private String bundles;

    @Mixin
    private EvidenceSource source;

    @Option(names = "--chain", paramLabel = "TENANT/N", description = "The entry's chain, as in acme/3.")
    private String chain;

    @Option(names = "--seq", paramLabel = "N", description = "The entry's sequence in its chain; needs --chain.")
    private Long seq;

    @Option(names = "--id", paramLabel = "ID", description = "The event's id, instead of --seq.")
    private String id;

    @Option(
            names = "--producer",
            paramLabel = "SOURCE",
            description = "The event's producer, where several use one id.")
    private String producer;

    @Option(
            names = "--tenant",
            paramLabel = "TENANT",
            description = "Look at this tenant's bundles alone; with --chain it is the chain's.")
    private String tenant;

    @Mixin
    private PeriodOptions period;

    @Mixin
    private ProofOutput files;

    @Override
    public Integer call() {
        VerifyRequest request = anchors.require(trust.request(Path.of("proof")));
        if (trust.file().isEmpty() && !request.anchors().equals(AnchorRequirement.NONE)) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "without a trust root no outside party is known",
                    "Give --trust-root beside --require-anchors.");
        }
        WantedEntry wanted = wanted();
        List<Path> read = Stream.concat(source.read(spec, bundles).stream(), trust.file().stream())
                .toList();
        files.requireApart(read);
        EntryProof own = cut(wanted, counted(request));
        EntryProof proof = isUnanchored(ProofVerifier.verify(own.encode(), request))
                ? covered(own, request).orElse(own)
                : own;
        Path file = files.file(proof);
        VerificationReport report = ProofVerifier.verify(proof.encode(), request.withTarget(file));
        if (report.exitCode() == ExitCode.FAILED) {
            spec.commandLine().getErr().print(report.text());
            throw new CommandException(
                    ExitCode.FAILED,
                    "the bundle does not prove the entry; nothing was written",
                    "See above, and run 'tally verify' on the bundle.");
        }
        files.write(proof, read);
        int exitCode = trust.file().isPresent() ? report.exitCode() : ExitCode.VALID;
        print(proof, coveredBy(proof, report), file, exitCode);
        if (trust.file().isPresent() && isUnanchored(report)) {
            tellUnanchored(report);
        }
        return exitCode;
    }

    /** Whether nothing but what outside parties say is missing: that they are asked for, or prove a key's age. */
    private boolean isUnanchored(VerificationReport report) {
        BundleReport of = report.bundles().get(0);
        boolean known = trust.file().isPresent()
                && Stream.of(Phase.STRUCTURE, Phase.ENTRIES, Phase.TREES)
                        .allMatch(phase -> of.phase(phase).verdict() == PhaseVerdict.Verdict.PASS);
        return known
                && (of.phase(Phase.ANCHORS).exitCode() == ExitCode.INCOMPLETE
                        || of.phase(Phase.SIGNATURES).verdict() == PhaseVerdict.Verdict.FAIL);
    }

    private void tellUnanchored(VerificationReport report) {
        PrintWriter err = spec.commandLine().getErr();
        report.bundles().get(0).phase(Phase.ANCHORS).reasons().stream()
                .map(PlainText::line)
                .forEach(err::println);
        err.println("No later registry checkpoint that was found contains the entry's window and has what is missing.");
        err.println("Prove the entry again when a later window has been anchored, from the whole bucket (registry and"
                + " anchors).");
        err.flush();
    }

    /** The same entry by a later checkpoint, with which it verifies. */
    private Optional<EntryProof> covered(EntryProof own, VerifyRequest request) {
        Entry entry = own.line().entry();
        WantedEntry place = new WantedEntry.At(entry.chain(), entry.seq());
        WantedReceipts receipts = ListedReceipts.wanted(request);
        Windows windows = period.windows();
        Extent extent = EvidenceSource.extent(entry.chain().tenant())
                .within(windows.from(), windows.to())
                .withReceipts(receipts);
        EvidenceSource.Wanted wanted = new EvidenceSource.Wanted(extent, narrowing(place));
        try (LocatedEvidence evidence = source.locate(spec, bundles, () -> wanted)) {
            return EntryProver.cutCovered(
                    evidence.path(),
                    place,
                    receipts,
                    proof -> ProofVerifier.verify(proof.encode(), request).exitCode() == ExitCode.VALID);
        } catch (NoSuchEntryException | BundleException e) {
            return Optional.empty(); // it was found a moment ago, and its proof stands
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.UNREACHABLE, "cannot read: " + Reason.of(e), "Can the folder be read?", e);
        }
    }

    /** Size of the registry that the proof leads to, if that is a later one than its window's. */
    private static OptionalLong coveredBy(EntryProof proof, VerificationReport report) {
        return report.bundles().get(0).facts().registry().stream()
                .mapToLong(TreeHead::size)
                .filter(size -> proof.windowLeaf().index() < size - 1)
                .findFirst();
    }

    private void print(EntryProof proof, OptionalLong coveredBy, Path file, int exitCode) {
        PrintWriter to = spec.commandLine().getOut();
        Entry entry = proof.line().entry();
        if (output.json()) {
            to.println(OutputOption.text(JsonObject.builder()
                    .put("chain", entry.chain().toString())
                    .put("coveredBy", coveredBy)
                    .put("exitCode", exitCode)
                    .put("file", file.toString())
                    .put("seq", entry.seq())
                    .build()));
        } else {
            to.println(file + ": entry " + entry.chain() + " seq " + entry.seq() + ", "
                    + entry.kind().wireName() + ", recorded " + entry.recorded());
            coveredBy.ifPresent(size -> to.println("by the later registry checkpoint of size " + size
                    + ", which contains the entry's window: that window's own has not what is required"));
            to.println("check it with: tally verify-proof " + ShellWord.of(file) + " --trust-root "
                    + trust.file().map(ShellWord::of).orElse("TRUST_ROOT"));
        }
        to.flush();
    }

    /** Which receipts count: without a trust root nobody knows, and each may. */
    private Predicate<ReceiptNames.Parsed> counted(VerifyRequest request) {
        return trust.file().isPresent() ? ListedReceipts.wanted(request).listed()::contains : name -> true;
    }

    private EntryProof cut(WantedEntry wanted, Predicate<ReceiptNames.Parsed> counted) {
        Narrowing narrowing = narrowing(wanted);
        try (LocatedEvidence evidence = source.locate(spec, bundles, () -> fetched(narrowing))) {
            boolean all = evidence instanceof LocatedEvidence.Local || narrowing.equals(Narrowing.NONE);
            Optional<EntryProof> proof = cut(evidence.path(), wanted, counted, all);
            if (proof.isPresent()) {
                return proof.get();
            }
        }
        // Perhaps a manifest that lies led to a wrong window.
        try (LocatedEvidence evidence = source.locate(spec, bundles, () -> fetched(Narrowing.NONE))) {
            return cut(evidence.path(), wanted, counted, true).orElseThrow();
        }
    }

    private EvidenceSource.Wanted fetched(Narrowing narrowing) {
        trust.file().ifPresent(file -> EvidenceSource.requireThere(file, "--trust-root"));
        Windows windows = period.windows();
        Extent extent = EvidenceSource.extent(
                        chain == null ? tenant : chain(chain).tenant())
                .within(windows.from(), windows.to())
                .withoutRegistry();
        return new EvidenceSource.Wanted(extent, narrowing);
    }

    /** The one window of a bucket that holds the entry, where its sequence is known. */
    private static Narrowing narrowing(WantedEntry wanted) {
        WantedEntry entry = wanted instanceof WantedEntry.Within within ? within.entry() : wanted;
        return entry instanceof WantedEntry.At at
                ? Narrowing.at(manifest -> manifest.chains().stream()
                        .noneMatch(chain -> chain.partition() == at.chain().partition() && chain.firstSeq() > at.seq()))
                : Narrowing.NONE;
    }

    /**
     * @param all whether no other bundles are left to look into
     * @return empty if it cannot be cut out, and not all was looked into
     */
    private static Optional<EntryProof> cut(
            Path target, WantedEntry wanted, Predicate<ReceiptNames.Parsed> counted, boolean all) {
        try {
            return Optional.of(EntryProver.cut(target, wanted, counted));
        } catch (NoSuchEntryException | BundleException e) {
            if (!all) {
                return Optional.empty();
            }
            throw e instanceof BundleException ? unfit(e) : missing(e);
        } catch (TemporaryFolderException e) {
            throw new CommandException(
                    ExitCode.USAGE, e.getMessage(), "A zip is unpacked there first; name a folder of yours.", e);
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.USAGE, "cannot read " + target + ": " + Reason.of(e), "Name a folder with bundles.", e);
        }
    }

    private static CommandException missing(Exception fault) {
        return new CommandException(
                ExitCode.USAGE, fault.getMessage(), "Name it by --chain and --seq; 'tally inspect' shows both.", fault);
    }

    private static CommandException unfit(Exception fault) {
        return new CommandException(
                ExitCode.FAILED, fault.getMessage(), "Run 'tally verify' on the bundle: it says what is wrong.", fault);
    }

    private WantedEntry wanted() {
        Optional<ChainId> of = Optional.ofNullable(chain).map(ProveCommand::chain);
        if ((id == null) == (seq == null) || (seq != null && (of.isEmpty() || producer != null))) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "which entry?",
                    "Give --chain and --seq, or --id and perhaps --producer and --chain.");
        }
        requireTenant(of);
        return new WantedEntry.Within(
                id == null
                        ? new WantedEntry.At(of.orElseThrow(), seq)
                        : new WantedEntry.Named(id, Optional.ofNullable(producer), of),
                Optional.ofNullable(tenant),
                period.windows());
    }

    private void requireTenant(Optional<ChainId> of) {
        if (tenant != null && !ChainId.isTenant(tenant)) {
            throw new CommandException(
                    ExitCode.USAGE, "not a tenant: " + tenant, "Name it as the bucket's folder does.");
        }
        if (tenant != null && of.isPresent() && !of.get().tenant().equals(tenant)) {
            throw new CommandException(
                    ExitCode.USAGE,
                    of.get() + " is a chain of another tenant than " + tenant,
                    "Give --chain alone: it names its tenant.");
        }
    }

    private static ChainId chain(String text) {
        try {
            return ChainId.parse(text);
        } catch (IllegalArgumentException e) {
            throw new CommandException(ExitCode.USAGE, "not a chain: " + text, "It looks like acme/3.", e);
        }
    }
}
