// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.bundle.BundleLayout;
import io.tallystick.bundle.RegistryLeaf;
import io.tallystick.note.NoteException;
import io.tallystick.note.TrustedVerifier;
import io.tallystick.receipt.AnchoredCheckpoint;
import io.tallystick.tree.CompactRange;
import io.tallystick.tree.TreeHead;
import io.tallystick.trust.TrustAnchors;
import io.tallystick.trust.TrustRoot;
import io.tallystick.trust.TrustedKey;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Later registry checkpoints that contain a window's, and have receipts of their own: what was anchored after an outage
 * covers what was not. The registry's leaves prove it: folded to the right of the frontier before the window they give the
 * root of its checkpoint on the way, and that of the later one at the end.
 *
 * <p>Leaves are opened only where receipts lie for a larger registry, and only up to the first that do. One run of leaves is
 * kept from window to window, so that leaves are folded once however many windows one checkpoint covers.
 */
final class AnchorCover {
    private final AnchorFolder anchors;
    private final TrustRoot root;

    /** Heads of the registry at the end of each window of the run, by the window's start. */
    private final TreeMap<Instant, TreeHead> heads = new TreeMap<>();

    /** Folders of the leaves of those windows of the run whose checkpoints have receipts. */
    private final TreeMap<Instant, Path> anchored = new TreeMap<>();

    private CompactRange range;
    private Instant runEnd;

    AnchorCover(AnchorFolder anchors, TrustRoot root) {
        this.anchors = anchors;
        this.root = root;
    }

    /** A later checkpoint that contains a window's, and when its own window begins and ends. */
    record Cover(AnchoredCheckpoint checkpoint, Instant windowStart, Instant windowEnd) {
        long size() {
            return checkpoint.checkpoint().head().size();
        }
    }

    /** The next checkpoint after an instant that contains this window's and has receipts; empty if there is none. */
    Optional<Cover> next(AnchorCheck.Window window, Instant after) throws IOException {
        boolean pointless = root.anchors().equals(TrustAnchors.NONE)
                || !anchors.isAnyAfter(window.head().size());
        if (pointless || !isRunThrough(window)) {
            return Optional.empty();
        }
        Map.Entry<Instant, Path> next = anchored.higherEntry(after);
        while (next == null && anchors.isAnyAfter(range.size()) && append()) {
            next = anchored.higherEntry(after);
        }
        return next == null ? Optional.empty() : cover(next.getKey(), next.getValue());
    }

    /** Makes the run one that passes through the window's head. */
    private boolean isRunThrough(AnchorCheck.Window window) throws IOException {
        if (window.head().equals(heads.get(window.start()))) {
            return true;
        }
        heads.clear();
        anchored.clear();
        range = window.before();
        runEnd = window.start();
        return append() && window.head().equals(heads.get(window.start()));
    }

    private boolean append() throws IOException {
        Optional<Path> folder = anchors.leaves(runEnd);
        if (folder.isEmpty()) {
            return false;
        }
        try {
            LeafFold.Folded folded = LeafFold.read(
                    folder.get().resolve(BundleLayout.LEAVES), range, LeafFold.LEAVES_MAX, (index, leaf) -> {});
            boolean follows = folded.window().start().equals(runEnd);
            if (follows) {
                range = folded.range();
                heads.put(runEnd, range.head());
                if (anchors.has(runEnd, range.size())) {
                    anchored.put(runEnd, folder.get());
                }
                runEnd = folded.window().end();
            }
            return follows;
        } catch (LeafFold.LeavesException e) {
            return false; // phase 8 says what is wrong with these leaves; here they prove nothing
        }
    }

    private Optional<Cover> cover(Instant start, Path folder) throws IOException {
        Optional<RegistryLeaf.Window> leaf = RegistryFolder.windowLeaf(folder);
        try {
            Optional<Documents.Note> note = RegistryFolder.checkpoint(folder);
            if (note.isEmpty()
                    || leaf.isEmpty()
                    || !note.get().checkpoint().head().equals(heads.get(start))) {
                return Optional.empty();
            }
            Instant end = leaf.get().end();
            return isSigned(note.get(), end)
                    ? Optional.of(new Cover(
                            AnchoredCheckpoint.parse(note.get().signed().encode()), start, end))
                    : Optional.empty();
        } catch (NoteException e) {
            return Optional.empty(); // phase 8 says what is wrong with this checkpoint
        }
    }

    /** A stranger's object could have been stamped with any root: only a checkpoint of the ledger covers another. */
    private boolean isSigned(Documents.Note note, Instant windowEnd) throws NoteException {
        if (!note.checkpoint().origin().equals(root.ledger())) {
            return false;
        }
        return TrustedVerifier.verify(note.signed(), TrustedVerifier.forOrigin(root, root.ledger())).stream()
                .map(verifier -> verifier.key().standing(windowEnd))
                .anyMatch(standing ->
                        standing == TrustedKey.Standing.VALID || standing == TrustedKey.Standing.COMPROMISED);
    }
}
