// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.bundle.EntryProof;
import io.tallystick.bundle.Manifest;
import io.tallystick.note.NoteException;
import io.tallystick.receipt.AnchoredCheckpoint;
import io.tallystick.receipt.Receipt;
import io.tallystick.receipt.ReceiptException;
import io.tallystick.receipt.ReceiptNames;
import io.tallystick.trust.TrustAnchors;
import io.tallystick.trust.TrustRoot;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Phase 7: what outside parties say of the registry checkpoint, and whether that is what is required. A receipt of a
 * listed party that does not verify is a failure; one of a party that is not listed is noted; a required one that is not
 * there leaves the phase unchecked with exit code 3.
 */
final class AnchorCheck {
    /** Later checkpoints that are looked at for one bundle. */
    static final int COVERS_MAX = 8;

    private final TrustRoot root;
    private final AnchorParties parties;
    private final AnchorRequirement required;
    private final Optional<Instant> asOf;
    private final Optional<AnchorFolder> folder;
    private final Optional<AnchorCover> cover;

    AnchorCheck(TrustRoot root, AnchorRequirement requested, Optional<Instant> asOf, Optional<RegistryFolder> registry)
            throws IOException {
        this.root = root;
        this.parties = new AnchorParties(root);
        this.required = requested.and(AnchorRequirement.of(root.policy()));
        this.asOf = asOf;
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

    /** Evaluates the receipts for a bundle's registry checkpoint. */
    Anchored run(Manifest manifest, Documents.Note checkpoint, Findings findings) throws IOException {
        List<AnchorReport> anchors = new ArrayList<>();
        if (folder.isPresent()) {
            collect(manifest, checkpoint, anchors, findings);
        }
        return judged(anchors, findings);
    }

    /** Evaluates the receipts that a proof carries for its registry checkpoint. */
    Anchored carried(EntryProof proof, Documents.Note checkpoint, Findings findings) {
        List<AnchorReport> anchors = new ArrayList<>();
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
                    anchors.add(new AnchorReport(
                            anchor.name(), receipt, ProofVerifier.coveredBy(proof, checkpoint.checkpoint())));
                } catch (ReceiptException e) {
                    findings.fail(Phase.ANCHORS, anchor.name(), e.getMessage());
                }
            }
        }
        return judged(anchors, findings);
    }

    private Anchored judged(List<AnchorReport> anchors, Findings findings) {
        findings.checked(Phase.ANCHORS);
        parties.unusable().forEach(why -> findings.note("the trust root lists what cannot be used: " + why));
        judge(anchors, findings);
        return new Anchored(List.copyOf(anchors), existedBy(anchors));
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

    private void collect(Manifest manifest, Documents.Note note, List<AnchorReport> anchors, Findings findings)
            throws IOException {
        Instant start = manifest.window().start();
        Instant end = manifest.window().end();
        receipts(stored(note), start, end, OptionalLong.empty(), anchors, findings);
        Instant after = start;
        for (int i = 0; i < COVERS_MAX && !isSatisfied(anchors); i++) {
            Optional<AnchorCover.Cover> next = cover.orElseThrow().next(manifest, after);
            if (next.isEmpty()) {
                return;
            }
            after = next.get().windowStart();
            receipts(
                    next.get().checkpoint(),
                    after,
                    next.get().windowEnd(),
                    OptionalLong.of(next.get().size()),
                    anchors,
                    findings);
        }
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
            List<AnchorReport> anchors,
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
                    Receipt verified = parties.verify(receipt.getValue().orElseThrow(), object, checkpoint, windowEnd);
                    anchors.add(new AnchorReport(file, verified, coveredBy));
                } catch (ReceiptException e) {
                    findings.fail(Phase.ANCHORS, file, e.getMessage());
                }
            }
        }
    }

    private boolean isSatisfied(List<AnchorReport> anchors) {
        return required.missing(found(anchors)).isEmpty() && existedBy(anchors).isPresent();
    }

    private void judge(List<AnchorReport> anchors, Findings findings) {
        AnchorRequirement found = found(anchors);
        List<String> missing = required.missing(found);
        List<String> policy = AnchorRequirement.of(root.policy()).missing(found);
        String until = asOf.map(time -> " no later than " + time).orElse("");
        for (String what : missing) {
            String by = policy.contains(what) ? "which the trust root requires" : "which was asked for";
            findings.notChecked(Phase.ANCHORS, ExitCode.INCOMPLETE, what + until + ", " + by);
        }
        if (missing.isEmpty() && anchors.isEmpty()) {
            findings.notChecked(
                    Phase.ANCHORS,
                    ExitCode.VALID,
                    parties.isEmpty()
                            ? "the trust root lists no witness, authority or log"
                            : "no receipts of listed parties for this registry checkpoint, and none required");
        }
    }

    /** How many different parties of each kind vouch, as of the time asked for. */
    private AnchorRequirement found(List<AnchorReport> anchors) {
        Map<TrustAnchors.Kind, Set<String>> parties = new HashMap<>();
        for (AnchorReport anchor : anchors) {
            boolean counts = asOf.isEmpty()
                    || anchor.existedBy().isEmpty()
                    || !anchor.existedBy().get().isAfter(asOf.get());
            if (counts) {
                parties.computeIfAbsent(anchor.receipt().kind(), kind -> new HashSet<>())
                        .add(anchor.receipt().party());
            }
        }
        return new AnchorRequirement(
                parties.getOrDefault(TrustAnchors.Kind.WITNESSES, Set.of()).size(),
                parties.getOrDefault(TrustAnchors.Kind.TSA, Set.of()).size(),
                parties.getOrDefault(TrustAnchors.Kind.LOGS, Set.of()).size());
    }

    private Optional<Instant> existedBy(List<AnchorReport> anchors) {
        Map<String, Instant> witnesses = new HashMap<>();
        List<Instant> times = new ArrayList<>();
        for (AnchorReport anchor : anchors) {
            if (anchor.existedBy().isPresent()) {
                Instant time = anchor.existedBy().get();
                if (anchor.receipt().kind() == TrustAnchors.Kind.WITNESSES) {
                    witnesses.merge(anchor.receipt().party(), time, (a, b) -> a.isBefore(b) ? a : b);
                } else {
                    times.add(time);
                }
            }
        }
        witnesses.values().stream()
                .sorted()
                .skip(Math.max(1, root.policy().witnessQuorum()) - 1L)
                .findFirst()
                .ifPresent(times::add);
        return times.stream().min(Comparator.naturalOrder());
    }
}
