// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.bundle.BundleLayout;
import io.tallystick.bundle.BundleLine;
import io.tallystick.bundle.Manifest;
import io.tallystick.entry.Entry;
import io.tallystick.entry.PayloadRef;
import io.tallystick.entry.SchemaRef;
import io.tallystick.note.NoteException;
import io.tallystick.note.TlogProof;
import io.tallystick.tree.Hash;
import io.tallystick.tree.ProofException;
import io.tallystick.tree.Proofs;
import io.tallystick.tree.Rfc6962;
import java.io.IOException;
import java.time.Instant;
import java.util.Collections;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Goes through the lines of one chain in a filtered copy. They need not follow each other, so each is held to the chain's
 * checkpoint by its own path: phases 4 and 5 line by line.
 */
final class FilteredCursor implements Cursor {
    private final BundleFolder folder;
    private final Manifest manifest;
    private final Manifest.Chain chain;
    private final Optional<Documents.Note> checkpoint;
    private final Findings findings;
    private final Set<Hash> schemas = new HashSet<>();
    private long next;
    private long proofs;
    private Instant recorded = Instant.MIN;

    /** @param checkpoint the chain's; absent if it could not be read, which is a fault of its own */
    FilteredCursor(
            BundleFolder folder,
            Manifest manifest,
            Manifest.Chain chain,
            Optional<Documents.Note> checkpoint,
            Findings findings) {
        this.folder = folder;
        this.manifest = manifest;
        this.chain = chain;
        this.checkpoint = checkpoint;
        this.findings = findings;
        this.next = chain.firstSeq();
    }

    @Override
    public long expectedSeq() {
        return next;
    }

    @Override
    public void unreadable() {
        next++;
    }

    @Override
    public void undecodable(byte[] entryBytes) {
        next++;
    }

    @Override
    public void entry(String file, long line, Entry entry, byte[] entryBytes) throws IOException {
        Fault place = Fault.at(file, line, entry.seq(), "");
        if (!entry.chain().equals(manifest.chainId(chain))) {
            chains(place, "entry of chain " + entry.chain() + " in a file of " + manifest.chainId(chain));
        }
        if (entry.seq() < next || entry.seq() >= chain.size()) {
            chains(
                    place,
                    "seq " + entry.seq() + " is not in " + next + ".." + (chain.size() - 1)
                            + ", what is left of the chain's window");
        }
        if (entry.recorded().isBefore(recorded)) {
            chains(place, "recorded " + entry.recorded() + " is before " + recorded + " of the line before");
        }
        BundleLine.payloadOf(entry)
                .flatMap(PayloadRef::schema)
                .map(SchemaRef::sha256)
                .ifPresent(sha256 -> schema(place, sha256));
        requireProof(place, entry, Rfc6962.leafHash(entryBytes));
        next = entry.seq() + 1;
        recorded = entry.recorded();
    }

    private void schema(Fault place, Hash sha256) {
        if (schemas.add(sha256) && Collections.binarySearch(manifest.schemas(), sha256) < 0) {
            chains(place, "schema " + sha256 + " is not listed in the manifest");
        }
    }

    private void requireProof(Fault place, Entry entry, Hash leaf) throws IOException {
        String path = BundleLayout.lineProof(chain.partition(), entry.seq());
        byte[] bytes = folder.readIfThere(path, TlogProof.SIZE_MAX);
        if (bytes == null) {
            trees(place, path + " is missing or over its limit: nothing shows that the line is of this chain");
            return;
        }
        proofs++;
        try {
            TlogProof proof = TlogProof.parse(bytes);
            if (proof.index() != entry.seq()) {
                trees(place, path + " is of index " + proof.index());
            }
            if (checkpoint.isEmpty() || !checkpoint.get().digest().equals(Hash.sha256(proof.checkpoint()))) {
                trees(place, path + " has another checkpoint than " + BundleLayout.chainCheckpoint(chain.partition()));
            }
            Proofs.verifyInclusion(chain.head(), entry.seq(), leaf, proof.path());
        } catch (NoteException | ProofException e) {
            trees(place, path + ": " + e.getMessage());
        }
    }

    private void chains(Fault place, String message) {
        findings.fail(Phase.CHAINS, new Fault(place.file(), place.line(), place.seq(), message));
    }

    private void trees(Fault place, String message) {
        findings.fail(Phase.TREES, new Fault(place.file(), place.line(), place.seq(), message));
    }

    /** How many paths were read. */
    long proofs() {
        return proofs;
    }

    @Override
    public void end() {
        // What the manifest counts is the original's: nothing here can be compared with it.
    }

    /** What the last entry was, and which topic was read, is not known. */
    @Override
    public ChainEnd chainEnd() {
        return new ChainEnd(chain.prev(), Optional.empty(), Optional.empty());
    }

    @Override
    public Set<Hash> schemas() {
        return schemas;
    }
}
