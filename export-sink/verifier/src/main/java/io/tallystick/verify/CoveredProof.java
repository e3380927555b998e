// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.bundle.BundleException;
import io.tallystick.bundle.BundleLayout;
import io.tallystick.bundle.EntryProof;
import io.tallystick.bundle.Manifest;
import io.tallystick.note.NoteException;
import io.tallystick.note.TlogProof;
import io.tallystick.receipt.ReceiptNames;
import io.tallystick.receipt.WantedReceipts;
import io.tallystick.tree.CompactRange;
import io.tallystick.tree.Hash;
import io.tallystick.tree.InclusionPath;
import io.tallystick.tree.Rfc6962;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Leads an entry's proof on to later registry checkpoints that have receipts. The paths of the chain's head leaf and of the
 * window leaf grow with the registry's leaves, which pass by once, window after window.
 */
final class CoveredProof {
    private final Path bucket;
    private final AnchorFolder anchors;
    private final Manifest manifest;
    private final EntryProof own;
    private final Predicate<ReceiptNames.Parsed> counted;
    private final Growing head;
    private final Growing window;
    private CompactRange range;
    private Instant next;

    private CoveredProof(
            Path bucket, AnchorFolder anchors, EntryProver.Cut cut, Predicate<ReceiptNames.Parsed> counted) {
        this.bucket = bucket;
        this.anchors = anchors;
        this.counted = counted;
        this.manifest = cut.manifest();
        this.own = cut.proof();
        this.range = CompactRange.of(
                manifest.registry().previousSize(), manifest.registry().frontier());
        this.next = manifest.window().start();
        this.head = new Growing(range, own.head().index());
        this.window = new Growing(range, own.window().index());
    }

    /** Collects one leaf's path, from some leaf before it on. */
    private static final class Growing {
        private final long index;
        private CompactRange before;
        private InclusionPath path;

        Growing(CompactRange before, long index) {
            this.before = before;
            this.index = index;
        }

        void append(Hash leaf) {
            if (path != null) {
                path.append(leaf);
            } else if (before.size() == index) {
                path = new InclusionPath(before, leaf);
            } else {
                before = before.append(leaf);
            }
        }

        TlogProof to(byte[] checkpoint) {
            return TlogProof.of(index, path.proof(), checkpoint);
        }
    }

    /**
     * The first proof that is accepted. A proof has the receipts of one checkpoint, so those are offered that by their names
     * have what is wanted by themselves.
     *
     * @param bucket holds {@code v1}
     */
    static Optional<EntryProof> first(
            Path bucket, EntryProver.Cut cut, WantedReceipts wanted, Predicate<EntryProof> accepted)
            throws IOException, BundleException {
        Path registry = bucket.resolve(BundleLayout.ROOT).resolve("registry");
        Optional<AnchorFolder> anchors =
                RegistryFolder.isDirectory(registry) ? AnchorFolder.beside(registry) : Optional.empty();
        if (anchors.isEmpty()) {
            return Optional.empty();
        }
        Manifest manifest = cut.manifest();
        Instant start = manifest.window().start();
        List<Instant> offered = AnchorIndex.following(
                        start, manifest.registry().previousSize(), anchors.get(), wanted.listed())
                .alone(start, wanted, AnchorCheck.COVERS_MAX);
        return new CoveredProof(bucket, anchors.get(), cut, wanted.listed()::contains).first(offered, accepted);
    }

    private Optional<EntryProof> first(List<Instant> offered, Predicate<EntryProof> accepted)
            throws IOException, BundleException {
        // Leaves that are not those of the bundle's registry lead nowhere.
        boolean leads = append().isPresent()
                && range.head().equals(manifest.registry().head())
                && head.path != null
                && window.path != null;
        for (Instant window : offered) {
            Optional<Path> folder = leads ? appendUpTo(window) : Optional.empty();
            leads = folder.isPresent();
            if (leads) {
                Optional<EntryProof> proof = proof(window, folder.get());
                if (proof.filter(accepted).isPresent()) {
                    return proof;
                }
            }
        }
        return Optional.empty();
    }

    /** Folds leaves up to this window's; the folder they are in, or empty if they do not lead there. */
    private Optional<Path> appendUpTo(Instant window) throws IOException {
        Optional<Path> folder = Optional.empty();
        while (!next.isAfter(window)) {
            Instant start = next;
            folder = append();
            if (folder.isEmpty()) {
                return folder;
            }
            folder = folder.filter(path -> start.equals(window));
        }
        return folder;
    }

    /** Folds the next window's leaves; the folder they are in, or empty if they are not here, or are none. */
    private Optional<Path> append() throws IOException {
        Optional<Path> folder = anchors.leaves(next);
        if (folder.isEmpty()) {
            return folder;
        }
        try {
            LeafFold.Folded folded = LeafFold.read(
                    folder.get().resolve(BundleLayout.LEAVES),
                    range,
                    LeafFold.LEAVES_MAX,
                    (index, leaf) -> grow(leaf.encode()));
            if (!folded.window().start().equals(next)) {
                return Optional.empty();
            }
            grow(folded.window().encode());
            range = folded.range();
            next = folded.window().end();
            return folder;
        } catch (LeafFold.LeavesException e) {
            return Optional.empty(); // 'tally verify' says what is wrong with them
        }
    }

    private void grow(byte[] leaf) {
        Hash hash = Rfc6962.leafHash(leaf);
        head.append(hash);
        window.append(hash);
    }

    private Optional<EntryProof> proof(Instant start, Path folder) throws IOException, BundleException {
        try {
            Optional<Documents.Note> note = RegistryFolder.checkpoint(folder);
            if (note.isEmpty() || !note.get().checkpoint().head().equals(range.head())) {
                return Optional.empty();
            }
            byte[] checkpoint = note.get().signed().encode();
            return Optional.of(new EntryProof(
                    own.line(),
                    own.chain(),
                    head.to(checkpoint),
                    window.to(checkpoint),
                    own.windowLeaf(),
                    own.blind(),
                    CarriedReceipts.of(bucket, start, range.size(), counted)));
        } catch (NoteException e) {
            return Optional.empty(); // 'tally verify' says what is wrong with it
        }
    }
}
