// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.bundle.BundleLayout;
import io.tallystick.bundle.Manifest;
import io.tallystick.bundle.RegistryLeaf;
import io.tallystick.note.NoteException;
import io.tallystick.tree.CompactRange;
import io.tallystick.tree.TreeHead;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/**
 * Phase 8 from the registry's side: every head in the leaves belongs to a bundle that is there. For a bucket that is
 * every tenant's; for one tenant's folder only that tenant's heads count.
 */
final class RegistryAudit {
    private static final String LEAVES = "registry " + BundleLayout.LEAVES;

    private final Target.Kind kind;
    private final TrustInput trust;
    private final TenantChains.Cache tenants;
    private final Findings findings;
    private final Map<Instant, Long> accounted = new HashMap<>();
    private final Map<Instant, Seen> seen = new HashMap<>();

    /** The registry around one window, as its bundles say. */
    private record Seen(Manifest.Registry registry, String path) {}

    RegistryAudit(Target.Kind kind, TrustInput trust, TenantChains.Cache tenants, Findings findings) {
        this.kind = kind;
        this.trust = trust;
        this.tenants = tenants;
        this.findings = findings;
    }

    /** Remembers what a bundle accounts for, and compares its view of the registry with the other tenants'. */
    void offer(BundleCheck.Checked bundle) {
        if (bundle.manifest().isEmpty()) {
            return;
        }
        Manifest manifest = bundle.manifest().get();
        Instant start = manifest.window().start();
        accounted.merge(start, bundle.heads(), Long::sum);
        Seen before = seen.putIfAbsent(
                start, new Seen(manifest.registry(), bundle.report().path()));
        if (before != null && !before.registry().equals(manifest.registry())) {
            findings.fail(
                    Phase.COMPLETENESS,
                    bundle.report().path(),
                    "split view: another registry for the window of " + start + " than in " + before.path());
        }
    }

    /** Reads the leaves of every window that is there. */
    void run(RegistryFolder registry) throws IOException {
        SortedMap<Instant, Path> windows = registry.windows();
        Optional<CompactRange> range =
                windows.isEmpty() ? Optional.empty() : beginning(windows.get(windows.firstKey()));
        Optional<Instant> end = Optional.empty();
        for (Map.Entry<Instant, Path> window : windows.entrySet()) {
            boolean follows = end.isEmpty() || end.get().equals(window.getKey());
            if (!follows && kind == Target.Kind.BUCKET) {
                notChecked("the registry has no leaves from " + end.get() + " to " + window.getKey());
            }
            CompactRange base = Optional.ofNullable(seen.get(window.getKey()))
                    .map(known -> CompactRange.of(
                            known.registry().previousSize(), known.registry().frontier()))
                    .orElse(follows ? range.orElse(null) : null);
            Optional<LeafFold.Folded> folded = window(window.getKey(), window.getValue(), Optional.ofNullable(base));
            range = folded.map(LeafFold.Folded::range);
            end = folded.map(f -> f.window().end());
        }
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
            requireCheckpoint(start, folder, folded);
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
    private void requireCheckpoint(Instant start, Path folder, LeafFold.Folded folded) throws IOException {
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
        trust.root().ifPresent(root -> {
            Findings signatures = new Findings();
            new SignatureCheck(root, folded.window().end(), Optional.empty(), signatures)
                    .checkpoint(note.get(), root.ledger());
            PhaseVerdict verdict = signatures.verdict(Phase.SIGNATURES);
            for (Fault fault : verdict.faults()) {
                findings.fail(Phase.COMPLETENESS, "window of " + start + ", " + fault.file(), fault.message());
            }
            for (String why : signed(verdict)) {
                findings.notChecked(Phase.COMPLETENESS, ExitCode.UNTRUSTED, "window of " + start + ": " + why);
            }
        });
    }

    private static List<String> signed(PhaseVerdict verdict) {
        return verdict.exitCode() == ExitCode.UNTRUSTED ? verdict.reasons() : List.of();
    }

    private void notChecked(String why) {
        findings.notChecked(Phase.COMPLETENESS, ExitCode.INCOMPLETE, why);
    }
}
