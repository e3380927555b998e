// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.bundle.EntryProof;
import io.tallystick.bundle.Manifest;
import io.tallystick.note.NoteException;
import io.tallystick.receipt.AnchoredCheckpoint;
import io.tallystick.receipt.Receipt;
import io.tallystick.receipt.ReceiptException;
import io.tallystick.receipt.ReceiptIndex;
import io.tallystick.receipt.ReceiptNames;
import io.tallystick.tree.CompactRange;
import io.tallystick.tree.TreeHead;
import io.tallystick.trust.TrustRoot;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Phase 7: what outside parties say of the registry checkpoint, and whether that is what is required. A receipt of a
 * listed party that does not verify is a failure; one of a party that is not listed, or of a time before there was anything
 * to vouch for, is noted and does not count; a required one that is not there leaves the phase unchecked with exit code 3.
 */
final class AnchorCheck {
    /** Later checkpoints that are looked at for one bundle and give nothing that was wanted. */
    static final int COVERS_MAX = ReceiptIndex.CHECKPOINTS_MAX;

    private final TrustRoot root;
    private final AnchorParties parties;
    private final AnchorRequirement required;
    private final Optional<Instant> asOf;
    private final Optional<RegistryFolder> registry;
    private final Optional<AnchorFolder> folder;
    private final Optional<AnchorCover> cover;
    private ReceiptIndex<Instant> index;

    AnchorCheck(TrustRoot root, AnchorRequirement requested, Optional<Instant> asOf, Optional<RegistryFolder> registry)
            throws IOException {
        this.root = root;
        this.parties = new AnchorParties(root);
        this.required = requested.and(AnchorRequirement.of(root.policy()));
        this.asOf = asOf;
        this.registry = registry;
        this.folder = registry.isPresent() ? AnchorFolder.beside(registry.get().root()) : Optional.empty();
        this.cover = folder.map(anchors -> new AnchorCover(anchors, root));
    }

    /**
     * What was proven of one checkpoint.
     *
     * @param anchors receipts that verified
     * @param existedBy the earliest time they prove together: an authority's, or that of as many witnesses as the trust
     *     root's quorum asks for; empty if they prove none
     */
    record Anchored(List<AnchorReport> anchors, Optional<Instant> existedBy) {
        static final Anchored NOTHING = new Anchored(List.of(), Optional.empty());
    }

    /**
     * A window whose registry checkpoint is looked at.
     *
     * @param before the registry's frontier before the window
     * @param head of the registry after it
     */
    record Window(Instant start, Instant end, CompactRange before, TreeHead head) {
        static Window of(Manifest manifest) {
            Manifest.Registry registry = manifest.registry();
            return new Window(
                    manifest.window().start(),
                    manifest.window().end(),
                    CompactRange.of(registry.previousSize(), registry.frontier()),
                    registry.head());
        }
    }

    /** Evaluates the receipts for a bundle's registry checkpoint. */
    Anchored run(Window window, Documents.Note checkpoint, Findings findings) throws IOException {
        AnchorTally tally = tally();
        if (folder.isPresent()) {
            collect(window, checkpoint, tally, findings);
        }
        return judged(tally, findings);
    }

    /** Evaluates the receipts that a proof carries for its registry checkpoint. */
    Anchored carried(EntryProof proof, Documents.Note checkpoint, Findings findings) {
        AnchorTally tally = tally();
        AnchoredCheckpoint anchored = stored(checkpoint);
        for (EntryProof.Anchor anchor : proof.anchors()) {
            Optional<ReceiptNames.Parsed> name = ReceiptNames.parse(anchor.name());
            if (isListed(anchor.name(), name, findings)) {
                try {
                    Receipt receipt = parties.verify(
                            name.orElseThrow(),
                            anchor.content().toByteArray(),
                            anchored,
                            proof.windowLeaf().end());
                    tally.add(
                            name.get(),
                            new AnchorReport(
                                    anchor.name(), receipt, ProofVerifier.coveredBy(proof, checkpoint.checkpoint())));
                } catch (ReceiptException e) {
                    refused(anchor.name(), e, findings);
                }
            }
        }
        return judged(tally, findings);
    }

    private AnchorTally tally() {
        return new AnchorTally(required, root.policy().witnessQuorum(), asOf);
    }

    private Anchored judged(AnchorTally tally, Findings findings) {
        findings.checked(Phase.ANCHORS);
        parties.unusable().forEach(why -> findings.note("the trust root lists what cannot be used: " + why));
        judge(tally, findings);
        return new Anchored(tally.anchors(), tally.existedBy());
    }

    private boolean isListed(String file, Optional<ReceiptNames.Parsed> name, Findings findings) {
        if (name.isEmpty()) {
            findings.note(file + ": not a receipt's name or not a regular file, not opened");
            return false;
        }
        if (!parties.lists(name.get())) {
            findings.note(file + ": of a party that the trust root does not list, not counted");
            return false;
        }
        return true;
    }

    private void collect(Window window, Documents.Note note, AnchorTally tally, Findings findings) throws IOException {
        receipts(stored(note), window.start(), window.end(), OptionalLong.empty(), tally, findings);
        Set<ReceiptNames.Parsed> wanted = tally.wanted(parties.listed());
        Optional<Instant> next = next(window.start(), wanted);
        int vain = 0;
        while (vain < COVERS_MAX && next.isPresent()) {
            if (cover(window, next.get(), tally, findings)) {
                Set<ReceiptNames.Parsed> left = tally.wanted(parties.listed());
                vain += left.containsAll(wanted) ? 1 : 0;
                wanted = left;
            }
            next = next(next.get(), wanted);
        }
    }

    /** The next window whose receipts, by their names, can be worth to be looked at. */
    private Optional<Instant> next(Instant after, Set<ReceiptNames.Parsed> wanted) throws IOException {
        if (wanted.isEmpty()) {
            return Optional.empty();
        }
        if (index == null) {
            index = AnchorIndex.of(registry.orElseThrow(), folder.orElseThrow(), parties.listed());
        }
        return index.next(after, wanted);
    }

    /**
     * The receipts of a later window's checkpoint, if it contains this one's.
     *
     * @return false if what lies there is no window of the registry, whose leaves go on beside it: it counts for nothing
     */
    private boolean cover(Window window, Instant later, AnchorTally tally, Findings findings) throws IOException {
        Optional<AnchorCover.Cover> covering = cover.orElseThrow().next(window, later.minusNanos(1));
        if (covering.filter(found -> !found.windowStart().equals(later)).isPresent()) {
            return false;
        }
        if (covering.isPresent()) {
            receipts(
                    covering.get().checkpoint(),
                    covering.get().windowStart(),
                    covering.get().windowEnd(),
                    OptionalLong.of(covering.get().size()),
                    tally,
                    findings);
        }
        return true;
    }

    private static AnchoredCheckpoint stored(Documents.Note note) {
        try {
            return AnchoredCheckpoint.parse(note.signed().encode());
        } catch (NoteException e) {
            throw new IllegalStateException("a note that was read has one form", e);
        }
    }

    private void receipts(
            AnchoredCheckpoint checkpoint,
            Instant windowStart,
            Instant windowEnd,
            OptionalLong coveredBy,
            AnchorTally tally,
            Findings findings)
            throws IOException {
        AnchorFolder files = folder.orElseThrow();
        AnchorFolder.Listing listing =
                files.list(windowStart, checkpoint.checkpoint().head().size());
        if (listing.more()) {
            findings.fail(
                    Phase.ANCHORS, listing.path(), "more than " + AnchorFolder.FILES_MAX + " files, the rest not read");
        }
        for (Map.Entry<String, Optional<ReceiptNames.Parsed>> receipt :
                listing.receipts().entrySet()) {
            String file = listing.path() + "/" + receipt.getKey();
            if (isListed(file, receipt.getValue(), findings)) {
                try {
                    byte[] object = files.read(listing, receipt);
                    ReceiptNames.Parsed name = receipt.getValue().orElseThrow();
                    Receipt verified = parties.verify(name, object, checkpoint, windowEnd);
                    tally.add(name, new AnchorReport(file, verified, coveredBy));
                } catch (ReceiptException e) {
                    refused(file, e, findings);
                }
            }
        }
    }

    /** A wrong clock of an outside party makes good evidence no worse; what it stated then counts for nothing. */
    private static void refused(String file, ReceiptException why, Findings findings) {
        if (why.fault() == ReceiptException.Fault.TOO_EARLY) {
            findings.note(file + ": not counted, " + why.getMessage());
        } else {
            findings.fail(Phase.ANCHORS, file, why.getMessage());
        }
    }

    private void judge(AnchorTally tally, Findings findings) {
        AnchorRequirement found = tally.found();
        List<String> missing = required.missing(found);
        List<String> policy = AnchorRequirement.of(root.policy()).missing(found);
        String until = asOf.map(time -> " no later than " + time).orElse("");
        for (String what : missing) {
            String by = policy.contains(what) ? "which the trust root requires" : "which was asked for";
            findings.notChecked(Phase.ANCHORS, ExitCode.INCOMPLETE, what + until + ", " + by);
        }
        if (missing.isEmpty() && tally.anchors().isEmpty()) {
            findings.notChecked(
                    Phase.ANCHORS,
                    ExitCode.VALID,
                    parties.isEmpty()
                            ? "the trust root lists no witness, authority or log"
                            : "no receipts of listed parties for this registry checkpoint, and none required");
        }
    }
}
