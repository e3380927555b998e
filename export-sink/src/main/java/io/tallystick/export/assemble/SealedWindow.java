// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.assemble;

import io.tallystick.bundle.BundleException;
import io.tallystick.bundle.Manifest;
import io.tallystick.bundle.RegistryLeaf;
import io.tallystick.bundle.RegistryProofs;
import io.tallystick.entry.Bytes;
import io.tallystick.entry.ChainId;
import io.tallystick.note.Checkpoint;
import io.tallystick.note.NoteException;
import io.tallystick.note.SignedNote;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.tree.CompactRange;
import io.tallystick.tree.Hash;
import io.tallystick.tree.Rfc6962;
import io.tallystick.tree.TreeExtension;
import io.tallystick.tree.TreeHead;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What the registry says of one window, checked: the leaves fold to the root, the signed checkpoint is of that root, the
 * head leaves ascend and the window leaf closes them. Signatures are for the verifier to check.
 *
 * <p>Immutable.
 */
public final class SealedWindow {
    private final String origin;
    private final Manifest.Window window;
    private final CompactRange previous;
    private final List<Bytes> leaves;
    private final Bytes checkpoint;
    private final TreeExtension tree;
    private final RegistryLeaf.Window windowLeaf;
    private final Map<Hash, Long> indexes = new HashMap<>();
    private final Map<Hash, Hash> heads = new HashMap<>();

    /**
     * @param origin the ledger's origin
     * @param window the window
     * @param previous compact range of the registry before it
     * @param leaves data of the leaves it appends, in tree order
     * @param head size and root of the registry after it
     * @param checkpoint signed note of that head
     * @throws LedgerIntegrityException if they contradict each other
     */
    public SealedWindow(
            String origin,
            Manifest.Window window,
            CompactRange previous,
            List<Bytes> leaves,
            TreeHead head,
            Bytes checkpoint) {
        this.origin = Objects.requireNonNull(origin);
        this.window = Objects.requireNonNull(window);
        this.previous = Objects.requireNonNull(previous);
        this.leaves = List.copyOf(leaves);
        this.checkpoint = Objects.requireNonNull(checkpoint);
        this.tree = new TreeExtension(
                previous,
                this.leaves.stream()
                        .map(leaf -> Rfc6962.leafHash(leaf.toByteArray()))
                        .toList());
        require(tree.head().equals(head), "leaves fold to " + tree.head() + ", the registry says " + head);
        requireNote(checkpoint, new Checkpoint(origin, head));
        this.windowLeaf = indexLeaves();
    }

    private RegistryLeaf.Window indexLeaves() {
        require(!leaves.isEmpty(), "no leaves");
        Hash last = null;
        for (int i = 0; i < leaves.size() - 1; i++) {
            RegistryLeaf leaf = parseLeaf(leaves.get(i));
            require(
                    leaf instanceof RegistryLeaf.Head found && found.window().equals(window.start()),
                    "leaf " + i + " is not a head of this window");
            RegistryLeaf.Head found = (RegistryLeaf.Head) leaf;
            require(last == null || last.compareTo(found.chain()) < 0, "heads are not ascending at leaf " + i);
            last = found.chain();
            indexes.put(found.chain(), previous.size() + i);
            heads.put(found.chain(), found.head());
        }
        RegistryLeaf expected =
                new RegistryLeaf.Window(leaves.size() - 1, window.end(), previous.size(), window.start());
        RegistryLeaf closing = parseLeaf(leaves.get(leaves.size() - 1));
        require(closing.equals(expected), "last leaf is " + closing + ", expected " + expected);
        return (RegistryLeaf.Window) closing;
    }

    private RegistryLeaf parseLeaf(Bytes leaf) {
        try {
            return RegistryLeaf.parse(leaf.toByteArray());
        } catch (BundleException e) {
            throw new LedgerIntegrityException(describe() + ": " + e.getMessage(), e);
        }
    }

    private void requireNote(Bytes note, Checkpoint expected) {
        Checkpoint found = parseNote(note);
        require(found.equals(expected), "checkpoint says " + found + ", expected " + expected);
    }

    private Checkpoint parseNote(Bytes note) {
        try {
            return Checkpoint.parse(SignedNote.parse(note.toByteArray()).text());
        } catch (NoteException e) {
            throw new LedgerIntegrityException(describe() + ": checkpoint cannot be read: " + e.getMessage(), e);
        }
    }

    /** The window. */
    public Manifest.Window window() {
        return window;
    }

    /** The signed registry checkpoint. */
    public Bytes checkpoint() {
        return checkpoint;
    }

    /** The ledger's origin. */
    public String origin() {
        return origin;
    }

    /** Whether the window registers a head of the chain. */
    public boolean registers(ChainId chain) {
        return indexes.containsKey(idOf(chain));
    }

    /** {@code leaves.ndjson}: each leaf's data with LF. */
    public byte[] leavesFile() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (Bytes leaf : leaves) {
            out.writeBytes(leaf.toByteArray());
            out.write('\n');
        }
        return out.toByteArray();
    }

    /** The registry's part of a manifest. */
    /** Size and root of the registry before and after the window. */
    public Manifest.Registry registry() {
        return new Manifest.Registry(
                previous.size(),
                previous.frontier(),
                previous.root(),
                tree.head().size(),
                tree.head().root());
    }

    /**
     * Checks a chain's signed checkpoint against the head the registry holds.
     *
     * @throws LedgerIntegrityException if the chain is not registered, or the note is not what its leaf commits to
     */
    void requireHead(ChainId chain, TreeHead head, Hash blind, Bytes note) {
        Checkpoint expected = new Checkpoint(chain.origin(origin), head);
        requireNote(note, expected);
        Hash commitment = RegistryLeaf.headCommitment(blind.bytes(), expected.text());
        Optional<Hash> found = Optional.ofNullable(heads.get(idOf(chain)));
        require(
                found.equals(Optional.of(commitment)),
                "head of " + chain + " is registered as " + found + ", size " + head.size() + " gives " + commitment);
    }

    /** Where the heads of these chains, and the window itself, stand in the registry. */
    RegistryProofs proofs(Collection<ChainId> chains) {
        List<RegistryProofs.Head> proofs = new ArrayList<>();
        chains.stream().sorted(Comparator.comparingInt(ChainId::partition)).forEach(chain -> {
            long index = indexes.get(idOf(chain));
            proofs.add(new RegistryProofs.Head(chain, index, tree.inclusionProof(index)));
        });
        return new RegistryProofs(
                previous.head(),
                tree.head(),
                tree.consistencyProof(),
                proofs,
                new RegistryProofs.Window(windowLeaf.index(), windowLeaf, tree.inclusionProof(windowLeaf.index())));
    }

    private Hash idOf(ChainId chain) {
        return RegistryLeaf.chainId(chain.origin(origin));
    }

    private void require(boolean holds, String message) {
        if (!holds) {
            throw new LedgerIntegrityException(describe() + ": " + message);
        }
    }

    private String describe() {
        return "registry window " + window.start() + " to " + window.end();
    }
}
