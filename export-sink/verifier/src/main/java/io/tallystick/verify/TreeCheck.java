// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.bundle.BundleLayout;
import io.tallystick.bundle.Derivation;
import io.tallystick.bundle.Manifest;
import io.tallystick.bundle.RegistryLeaf;
import io.tallystick.bundle.RegistryProofs;
import io.tallystick.entry.ChainId;
import io.tallystick.note.Checkpoint;
import io.tallystick.tree.CompactRange;
import io.tallystick.tree.Hash;
import io.tallystick.tree.ProofException;
import io.tallystick.tree.Proofs;
import io.tallystick.tree.Rfc6962;
import io.tallystick.tree.TreeHead;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Phase 5: from entries to chain roots, from chain roots to the registry's root, and that the registry only grew. */
final class TreeCheck {
    private final Manifest manifest;
    private final Documents documents;
    private final Map<Integer, ContentCheck.Grown> grown;
    private final Findings findings;

    TreeCheck(Manifest manifest, Documents documents, Map<Integer, ContentCheck.Grown> grown, Findings findings) {
        this.manifest = manifest;
        this.documents = documents;
        this.grown = grown;
        this.findings = findings;
    }

    void run() {
        manifest.chains().forEach(this::requireRoots);
        requireRegistryFrontier();
        documents.checkpoint().ifPresent(this::requireCheckpoint);
        if (documents.proofs().isPresent()) {
            requireProofs(documents.proofs().get());
        } else {
            findings.notChecked(
                    Phase.TREES, ExitCode.INCOMPLETE, BundleLayout.REGISTRY_PROOFS + " is missing or malformed");
        }
    }

    private void requireRoots(Manifest.Chain chain) {
        ChainId id = manifest.chainId(chain);
        CompactRange before = CompactRange.of(chain.firstSeq(), chain.frontier());
        if (!before.root().equals(chain.previousRoot())) {
            fail(
                    BundleLayout.MANIFEST,
                    "chain " + id + ": the frontier gives root " + before.root() + ", previousRoot is "
                            + chain.previousRoot());
        }
        if (chain.firstSeq() % 2 == 1
                && !chain.frontier().get(chain.frontier().size() - 1).equals(chain.prev())) {
            fail(BundleLayout.MANIFEST, "chain " + id + ": prev is not the frontier's last leaf");
        }
        if (manifest.isOf(Derivation.Shape.FILTERED)) {
            return; // each line was held to the chain's checkpoint by its own path
        }
        Optional<CompactRange> after = grown.get(chain.partition()).range();
        if (after.isEmpty()) {
            findings.notChecked(
                    Phase.TREES, ExitCode.INCOMPLETE, "chain " + id + ": its entries could not all be read");
        } else if (!after.get().root().equals(chain.root())) {
            fail(
                    BundleLayout.MANIFEST,
                    "chain " + id + ": frontier and entries give root "
                            + after.get().root() + ", the manifest says " + chain.root());
        }
    }

    private void requireRegistryFrontier() {
        Manifest.Registry registry = manifest.registry();
        Hash root =
                CompactRange.of(registry.previousSize(), registry.frontier()).root();
        if (!root.equals(registry.previousRoot())) {
            fail(
                    BundleLayout.MANIFEST,
                    "the registry's frontier gives root " + root + ", previousRoot is " + registry.previousRoot());
        }
    }

    private void requireCheckpoint(Documents.Note note) {
        Checkpoint expected =
                new Checkpoint(manifest.origin(), manifest.registry().head());
        if (!note.checkpoint().equals(expected)) {
            fail(note.file(), "expected " + describe(expected) + ", found " + describe(note.checkpoint()));
        }
    }

    private static String describe(Checkpoint checkpoint) {
        return checkpoint.origin() + " size " + checkpoint.head().size() + " root "
                + checkpoint.head().root();
    }

    private void requireProofs(RegistryProofs proofs) {
        TreeHead registry = manifest.registry().head();
        TreeHead previous = manifest.registry().previousHead();
        if (!proofs.current().equals(registry) || !proofs.previous().equals(previous)) {
            fail(BundleLayout.REGISTRY_PROOFS, "its registry heads are not those of the manifest");
        }
        if (previous.size() > 0) {
            attempt("consistency", () -> Proofs.verifyConsistency(previous, registry, proofs.consistency()));
        }
        RegistryLeaf.Window leaf = proofs.window().leaf();
        Manifest.Window window = manifest.window();
        if (!leaf.start().equals(window.start()) || !leaf.end().equals(window.end())) {
            fail(
                    BundleLayout.REGISTRY_PROOFS,
                    "its window leaf is of " + leaf.start() + " to " + leaf.end() + ", the manifest of "
                            + window.start() + " to " + window.end());
        }
        Hash leafHash = Rfc6962.leafHash(leaf.encode());
        attempt(
                "window leaf",
                () -> Proofs.verifyInclusion(
                        registry,
                        proofs.window().index(),
                        leafHash,
                        proofs.window().proof()));
        requireHeads(proofs);
    }

    private void requireHeads(RegistryProofs proofs) {
        Map<Integer, Manifest.Chain> chains = new HashMap<>();
        manifest.chains().forEach(chain -> chains.put(chain.partition(), chain));
        Set<Integer> proven = new HashSet<>();
        Set<Long> indexes = new HashSet<>();
        for (RegistryProofs.Head head : proofs.heads()) {
            Manifest.Chain chain = chains.get(head.chain().partition());
            if (chain == null || !head.chain().tenant().equals(manifest.tenant())) {
                fail(
                        BundleLayout.REGISTRY_PROOFS,
                        "head of chain " + head.chain() + ", which the manifest does not list");
            } else {
                requireHead(head, chain);
                proven.add(chain.partition());
            }
            if (!indexes.add(head.index())) {
                fail(BundleLayout.REGISTRY_PROOFS, "two heads at index " + head.index());
            }
        }
        if (proofs.heads().size() > proofs.window().leaf().chains()) {
            fail(BundleLayout.REGISTRY_PROOFS, "more heads than the window leaf counts");
        }
        for (Manifest.Chain chain : manifest.chains()) {
            if (!chain.isIdle() && !proven.contains(chain.partition())) {
                fail(
                        BundleLayout.REGISTRY_PROOFS,
                        "chain " + manifest.chainId(chain)
                                + " has entries in this window, but no head in the registry");
            }
        }
    }

    private void requireHead(RegistryProofs.Head head, Manifest.Chain chain) {
        ChainId id = manifest.chainId(chain);
        String origin = id.origin(manifest.origin());
        Checkpoint expected = new Checkpoint(origin, chain.head());
        Documents.Note note = documents.chainCheckpoints().get(chain.partition());
        if (note == null) {
            findings.notChecked(
                    Phase.TREES,
                    ExitCode.INCOMPLETE,
                    BundleLayout.chainCheckpoint(chain.partition()) + " is missing or malformed");
        } else if (!note.checkpoint().equals(expected)) {
            fail(note.file(), "expected " + describe(expected) + ", found " + describe(note.checkpoint()));
        }
        byte[] leaf = headLeaf(manifest, chain);
        attempt(
                "head of " + id,
                () -> Proofs.verifyInclusion(
                        manifest.registry().head(), head.index(), Rfc6962.leafHash(leaf), head.proof()));
    }

    /** The leaf that the registry must hold for a chain's head in this window. */
    static byte[] headLeaf(Manifest manifest, Manifest.Chain chain) {
        String origin = manifest.chainId(chain).origin(manifest.origin());
        Hash commitment =
                RegistryLeaf.headCommitment(manifest.blind().bytes(), new Checkpoint(origin, chain.head()).text());
        return new RegistryLeaf.Head(
                        RegistryLeaf.chainId(origin),
                        commitment,
                        manifest.window().start())
                .encode();
    }

    private interface Proof {
        void verify() throws ProofException;
    }

    private void attempt(String what, Proof proof) {
        try {
            proof.verify();
        } catch (ProofException e) {
            fail(BundleLayout.REGISTRY_PROOFS, what + ": " + e.getMessage());
        }
    }

    private void fail(String file, String message) {
        findings.fail(Phase.TREES, file, message);
    }
}
