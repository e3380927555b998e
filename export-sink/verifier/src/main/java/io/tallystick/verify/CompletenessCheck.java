// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.bundle.BundleLayout;
import io.tallystick.bundle.Manifest;
import io.tallystick.bundle.RegistryProofs;
import io.tallystick.entry.ChainId;
import io.tallystick.note.NoteException;
import io.tallystick.tree.CompactRange;
import io.tallystick.tree.Rfc6962;
import io.tallystick.tree.TreeHead;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Phase 8 for one bundle: the registry's leaves of its window, folded to the signed root, hold heads of this tenant's
 * chains exactly where the bundle shows them, and no others.
 */
final class CompletenessCheck {
    private final Manifest manifest;
    private final Documents documents;
    private final TenantChains chains;
    private final Findings findings;
    private final Map<Integer, Manifest.Chain> listed = new HashMap<>();

    CompletenessCheck(Manifest manifest, Documents documents, TenantChains chains, Findings findings) {
        this.manifest = manifest;
        this.documents = documents;
        this.chains = chains;
        this.findings = findings;
        manifest.chains().forEach(chain -> listed.put(chain.partition(), chain));
    }

    void run(Optional<RegistryFolder> registry) throws IOException {
        Optional<Path> folder =
                registry.isPresent() ? registry.get().window(manifest.window().start()) : Optional.empty();
        if (folder.isEmpty()) {
            notChecked(
                    registry.isEmpty()
                            ? "no registry leaves given (--registry)"
                            : "the registry has no leaves for the window of "
                                    + manifest.window().start());
            return;
        }
        requireSameCheckpoint(folder.get());
        if (documents.proofs().isEmpty()) {
            notChecked(BundleLayout.REGISTRY_PROOFS + " is missing or malformed");
            return;
        }
        requireHeads(folder.get(), documents.proofs().get());
    }

    private void requireSameCheckpoint(Path folder) throws IOException {
        if (documents.checkpoint().isEmpty()) {
            return;
        }
        Documents.Note own = documents.checkpoint().get();
        try {
            Optional<Documents.Note> shared = RegistryFolder.checkpoint(folder);
            if (shared.isPresent() && !shared.get().checkpoint().equals(own.checkpoint())) {
                fail(
                        BundleLayout.CHECKPOINT,
                        "split view: the bundle has "
                                + describe(own.checkpoint().head()) + ", the registry has "
                                + describe(shared.get().checkpoint().head()) + " for the same window");
            } else if (shared.isPresent() && !shared.get().digest().equals(own.digest())) {
                fail(BundleLayout.CHECKPOINT, "not the same bytes as the registry's checkpoint of this window");
            }
        } catch (NoteException e) {
            fail(BundleLayout.CHECKPOINT, "the registry's checkpoint of this window: " + e.getMessage());
        }
    }

    private static String describe(TreeHead head) {
        return "size " + head.size() + " root " + head.root();
    }

    private void requireHeads(Path folder, RegistryProofs proofs) throws IOException {
        Map<Integer, RegistryProofs.Head> shown = new HashMap<>();
        proofs.heads().forEach(head -> shown.put(head.chain().partition(), head));
        TreeSet<Integer> missing = new TreeSet<>(shown.keySet());
        Manifest.Registry registry = manifest.registry();
        try {
            LeafFold.Folded folded = LeafFold.read(
                    folder.resolve(BundleLayout.LEAVES),
                    CompactRange.of(registry.previousSize(), registry.frontier()),
                    Math.min(LeafFold.LEAVES_MAX, registry.size() - registry.previousSize()),
                    (index, leaf) -> {
                        Integer partition = chains.partitionOf(leaf.chain());
                        if (partition != null) {
                            missing.remove(partition);
                            requireShown(partition, index, leaf.encode(), shown.get(partition));
                        }
                    });
            if (!folded.range().head().equals(registry.head())) {
                fail(
                        BundleLayout.LEAVES,
                        "the leaves give " + describe(folded.range().head()) + ", the registry checkpoint has "
                                + describe(registry.head()));
            }
        } catch (LeafFold.LeavesException e) {
            fail(BundleLayout.LEAVES, e.getMessage());
        }
        for (int partition : missing) {
            fail(
                    BundleLayout.LEAVES,
                    "no head of chain " + new ChainId(manifest.tenant(), partition) + ", which the bundle shows");
        }
    }

    private void requireShown(int partition, long index, byte[] leaf, RegistryProofs.Head shown) {
        ChainId id = new ChainId(manifest.tenant(), partition);
        Optional<Manifest.Chain> chain = Optional.ofNullable(listed.get(partition));
        if (shown == null || chain.isEmpty()) {
            fail(
                    BundleLayout.LEAVES,
                    "the registry has a head of chain " + id + " at index " + index + " that the bundle does not show");
        } else if (shown.index() != index) {
            fail(
                    BundleLayout.LEAVES,
                    "head of chain " + id + " is at index " + index + ", the bundle says " + shown.index());
        } else if (!Arrays.equals(leaf, TreeCheck.headLeaf(manifest, chain.get()))) {
            fail(
                    BundleLayout.LEAVES,
                    "the head of chain " + id + " is another one, leaf hash " + Rfc6962.leafHash(leaf));
        }
    }

    private void notChecked(String why) {
        findings.notChecked(Phase.COMPLETENESS, ExitCode.INCOMPLETE, why);
    }

    private void fail(String file, String message) {
        findings.fail(Phase.COMPLETENESS, file, message);
    }
}
