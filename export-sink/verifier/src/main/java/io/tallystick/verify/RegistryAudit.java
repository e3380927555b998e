// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.bundle.BundleException;
import io.tallystick.bundle.BundleLayout;
import io.tallystick.bundle.Manifest;
import io.tallystick.bundle.RegistryLeaf;
import io.tallystick.note.NoteException;
import io.tallystick.tree.CompactRange;
import io.tallystick.tree.Hash;
import io.tallystick.tree.TreeHead;
import io.tallystick.trust.TrustRole;
import io.tallystick.trust.TrustRoot;
import io.tallystick.trust.TrustedKey;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Phase 8 from the registry's side: every head in the leaves belongs to a bundle that is there. For a bucket that is
 * every tenant's; for one tenant's folder only that tenant's heads count.
 */
final class RegistryAudit {
    private static final String LEAVES = "registry " + BundleLayout.LEAVES;

    private final Target.Kind kind;
    private final TrustInput trust;
    private final Optional<AnchorCheck> anchors;
    private final TenantChains.Cache tenants;
    private final Since since;
    private final Findings findings;
    private final Map<Instant, Long> accounted = new HashMap<>();
    private final Map<Instant, Seen> seen = new HashMap<>();

    /**
     * The registry around one window, as its bundles say: kept is what it takes to tell another one from it, for each window
     * there is.
     *
     * @param previous before the window
     * @param digest of all that they say of it
     */
    private record Seen(TreeHead previous, Hash digest, Path folder, String path) {
        static Seen of(Manifest.Registry registry, Path folder, String path) {
            return new Seen(registry.previousHead(), digest(registry), folder, path);
        }

        private static Hash digest(Manifest.Registry registry) {
            return Hash.sha256(registry.toString().getBytes(StandardCharsets.UTF_8));
        }

        boolean says(Manifest.Registry registry) {
            return digest(registry).equals(digest);
        }

        /** The frontier before the window; read anew, and empty if it is another one now. */
        Optional<CompactRange> base() throws IOException {
            Path file = folder.resolve(BundleLayout.MANIFEST);
            try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
                Manifest.Registry registry = Manifest.parse(in.readNBytes(BundleLayout.MANIFEST_BYTES_MAX + 1))
                        .registry();
                return says(registry)
                        ? Optional.of(CompactRange.of(registry.previousSize(), registry.frontier()))
                        : Optional.empty();
            } catch (BundleException e) {
                return Optional.empty();
            }
        }
    }

    /** @param anchors absent without a trust root */
    RegistryAudit(
            Target.Kind kind,
            TrustInput trust,
            Optional<AnchorCheck> anchors,
            TenantChains.Cache tenants,
            Since since,
            Findings findings) {
        this.kind = kind;
        this.trust = trust;
        this.anchors = anchors;
        this.tenants = tenants;
        this.since = since;
        this.findings = findings;
    }

    /** Remembers what a bundle accounts for, and compares its view of the registry with the other tenants'. */
    void offer(BundleCheck.Checked bundle, Path folder) {
        if (bundle.manifest().isEmpty()) {
            return;
        }
        Manifest manifest = bundle.manifest().get();
        Instant start = manifest.window().start();
        accounted.merge(start, bundle.heads(), Long::sum);
        Seen before = seen.putIfAbsent(
                start, Seen.of(manifest.registry(), folder, bundle.report().path()));
        if (before != null && !before.says(manifest.registry())) {
            findings.fail(
                    Phase.COMPLETENESS,
                    bundle.report().path(),
                    "split view: another registry for the window of " + start + " than in " + before.path());
        }
    }

    /** Reads the leaves of every window that is there, of these. */
    void run(RegistryFolder registry, Windows asked) throws IOException {
        SortedMap<Instant, Path> windows = new TreeMap<>();
        for (Map.Entry<Instant, Path> window : registry.windows(asked).entrySet()) {
            if (!isCovered(window.getKey(), window.getValue())) {
                windows.put(window.getKey(), window.getValue());
            }
        }
        Optional<CompactRange> range =
                windows.isEmpty() ? Optional.empty() : beginning(windows.get(windows.firstKey()));
        Optional<Instant> end = Optional.empty();
        for (Map.Entry<Instant, Path> window : windows.entrySet()) {
            boolean follows = end.isEmpty() || end.get().equals(window.getKey());
            if (!follows && kind == Target.Kind.BUCKET) {
                notChecked("the registry has no leaves from " + end.get() + " to " + window.getKey());
            }
            Optional<CompactRange> base = base(window.getKey(), follows ? range : Optional.empty());
            Optional<LeafFold.Folded> folded = window(window.getKey(), window.getValue(), base);
            range = folded.map(LeafFold.Folded::range);
            end = folded.map(f -> f.window().end());
        }
    }

    /** The registry before a window: as its bundles say; where nothing contradicts them, or there are none, as folded. */
    private Optional<CompactRange> base(Instant start, Optional<CompactRange> folded) throws IOException {
        Seen known = seen.get(start);
        boolean agree = known == null
                || folded.filter(range -> range.head().equals(known.previous())).isPresent();
        return agree ? folded : known.base();
    }

    /** Whether an earlier verification went through these leaves; those of a bundle that was verified now never are. */
    private boolean isCovered(Instant start, Path folder) throws IOException {
        return since.registrySize().isPresent()
                && !seen.containsKey(start)
                && RegistryFolder.windowLeaf(folder)
                        .filter(leaf -> leaf.index() < since.registrySize().getAsLong())
                        .isPresent();
    }

    /** The registry begins with these leaves, or what was before them is unknown. */
    private static Optional<CompactRange> beginning(Path folder) throws IOException {
        boolean later = RegistryFolder.windowLeaf(folder)
                .filter(leaf -> leaf.first() > 0)
                .isPresent();
        return later ? Optional.empty() : Optional.of(CompactRange.EMPTY);
    }

    private Optional<LeafFold.Folded> window(Instant start, Path folder, Optional<CompactRange> base)
            throws IOException {
        if (base.isEmpty()) {
            notChecked("leaves of the window of " + start + ": the registry before them is unknown");
            return Optional.empty();
        }
        long[] own = new long[1];
        try {
            LeafFold.Folded folded = LeafFold.read(
                    folder.resolve(BundleLayout.LEAVES), base.get(), LeafFold.LEAVES_MAX, (index, leaf) -> {
                        if (counts(leaf)) {
                            own[0]++;
                        }
                    });
            if (!folded.window().start().equals(start)) {
                findings.fail(
                        Phase.COMPLETENESS,
                        LEAVES,
                        "window of " + start + ": its leaves say they are of the window of "
                                + folded.window().start());
            }
            requireCheckpoint(start, folder, base.get(), folded);
            long missing = own[0] - accounted.getOrDefault(start, 0L);
            if (missing > 0) {
                notChecked("missing: the registry has " + missing + " chain heads in the window of " + start
                        + " that no bundle here accounts for");
            }
            return Optional.of(folded);
        } catch (LeafFold.LeavesException e) {
            findings.fail(Phase.COMPLETENESS, LEAVES, "window of " + start + ": " + e.getMessage());
            return Optional.empty();
        }
    }

    private boolean counts(RegistryLeaf.Head leaf) {
        return kind == Target.Kind.BUCKET || tenants.knows(leaf.chain());
    }

    /** A window without a bundle has only this to hold its leaves to; the others were held to their bundle's. */
    private void requireCheckpoint(Instant start, Path folder, CompactRange before, LeafFold.Folded folded)
            throws IOException {
        if (seen.containsKey(start)) {
            return;
        }
        Optional<Documents.Note> note;
        try {
            note = RegistryFolder.checkpoint(folder);
        } catch (NoteException e) {
            findings.fail(Phase.COMPLETENESS, LEAVES, "checkpoint of the window of " + start + ": " + e.getMessage());
            return;
        }
        if (note.isEmpty()) {
            notChecked("the registry's window of " + start + " has no checkpoint");
            return;
        }
        TreeHead head = folded.range().head();
        if (!note.get().checkpoint().head().equals(head)) {
            findings.fail(
                    Phase.COMPLETENESS,
                    LEAVES,
                    "window of " + start + ": the leaves give size " + head.size() + " root " + head.root()
                            + ", its checkpoint says otherwise");
        }
        if (trust.root().isPresent()) {
            Instant end = folded.window().end();
            requireSigned(trust.root().get(), new AnchorCheck.Window(start, end, before, head), note.get());
        }
    }

    private void requireSigned(TrustRoot root, AnchorCheck.Window window, Documents.Note note) throws IOException {
        Findings signatures = new Findings();
        new SignatureCheck(root, window.end(), existedBy(root, window, note), signatures)
                .checkpoint(note, root.ledger());
        PhaseVerdict verdict = signatures.verdict(Phase.SIGNATURES);
        for (Fault fault : verdict.faults()) {
            findings.fail(Phase.COMPLETENESS, "window of " + window.start() + ", " + fault.file(), fault.message());
        }
        for (String why : signed(verdict)) {
            findings.notChecked(Phase.COMPLETENESS, ExitCode.UNTRUSTED, "window of " + window.start() + ": " + why);
        }
    }

    /**
     * When outside parties prove the checkpoint to have existed: of itself, or of a later one that contains it. Asked only where
     * that decides something. What is wrong with their receipts is said of the bundles whose checkpoints they are for.
     */
    private Optional<Instant> existedBy(TrustRoot root, AnchorCheck.Window window, Documents.Note note)
            throws IOException {
        boolean decides = root.keys(TrustRole.CHECKPOINT, root.ledger()).stream()
                .anyMatch(key -> key.standing(window.end()) == TrustedKey.Standing.COMPROMISED);
        boolean isOfWindow = note.checkpoint().head().equals(window.head());
        return decides && isOfWindow && anchors.isPresent()
                ? anchors.get().run(window, note, new Findings()).existedBy()
                : Optional.empty();
    }

    private static List<String> signed(PhaseVerdict verdict) {
        return verdict.exitCode() == ExitCode.UNTRUSTED ? verdict.reasons() : List.of();
    }

    private void notChecked(String why) {
        findings.notChecked(Phase.COMPLETENESS, ExitCode.INCOMPLETE, why);
    }
}
