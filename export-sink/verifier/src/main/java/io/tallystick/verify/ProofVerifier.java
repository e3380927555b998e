// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.bundle.BundleException;
import io.tallystick.bundle.EntryProof;
import io.tallystick.bundle.Manifest;
import io.tallystick.bundle.RegistryLeaf;
import io.tallystick.entry.Control;
import io.tallystick.entry.Entry;
import io.tallystick.entry.Event;
import io.tallystick.note.Checkpoint;
import io.tallystick.note.NoteException;
import io.tallystick.note.TlogProof;
import io.tallystick.tree.Hash;
import io.tallystick.tree.ProofException;
import io.tallystick.tree.Proofs;
import io.tallystick.tree.Rfc6962;
import io.tallystick.tree.TreeHead;
import io.tallystick.trust.TrustRole;
import io.tallystick.trust.TrustRoot;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * Verifies the proof of one entry, offline: {@link EntryProof} and a trust root, nothing else. The phases are those of a
 * bundle, as far as one entry has them.
 *
 * <pre>
 * line ── commitments opened (3)
 *   └ leaf hash ── chain path ──► chain checkpoint (5, signed: 6)
 *                                    └ with blind and window: head leaf ── path ──► registry checkpoint (5, signed: 6)
 *                                                            window leaf ── path ──┘ (5) says when; keys hold then (6)
 * </pre>
 *
 * The registry checkpoint may be that of a later window, which contains the entry's: then the proof is anchored by what was
 * said of the later one.
 *
 * Thread-safe: it has no state.
 */
public final class ProofVerifier {
    private ProofVerifier() {}

    /**
     * Verifies a proof file. Whatever is wrong with it is in the report; this does not throw.
     *
     * @param request its target is the proof file; a registry is not asked for
     */
    public static VerificationReport verify(VerifyRequest request) {
        for (Optional<Path> path : List.of(Optional.of(request.target()), request.trustRoot())) {
            if (path.isPresent() && !Files.exists(path.get())) {
                return VerificationReport.of(
                        new VerificationReport.Problem(ExitCode.USAGE, path.get() + " does not exist"));
            }
        }
        if (Files.isDirectory(request.target())) {
            return VerificationReport.of(new VerificationReport.Problem(
                    ExitCode.USAGE, request.target() + " is a folder, not a proof; bundles are for 'tally verify'"));
        }
        try (InputStream in = Files.newInputStream(request.target())) {
            return verify(in.readNBytes(EntryProof.BYTES_MAX + 1), request);
        } catch (IOException e) {
            return VerificationReport.of(
                    new VerificationReport.Problem(ExitCode.UNREACHABLE, "cannot read: " + Reason.of(e)));
        }
    }

    /** Verifies a proof's bytes; of the request, trust root, fingerprint, required anchors and times count. */
    public static VerificationReport verify(byte[] bytes, VerifyRequest request) {
        TrustInput trust = TrustInput.read(request.trustRoot(), request.fingerprint());
        String name = String.valueOf(request.target().getFileName());
        return new Run(trust, request)
                .verify(bytes, name, trust.expiry(request.now()).stream().toList());
    }

    /** Size of the registry that the proof leads to, if that is a later one than its own window's; else empty. */
    static OptionalLong coveredBy(EntryProof proof, Checkpoint registry) {
        long size = registry.head().size();
        return proof.windowLeaf().index() < size - 1 ? OptionalLong.of(size) : OptionalLong.empty();
    }

    private static final class Run {
        private static final String PROOF = "proof";
        private static final String CHAIN = "proof chain";
        private static final String HEAD = "proof head";
        private static final String WINDOW = "proof window";

        private final TrustInput trust;
        private final AnchorRequirement required;
        private final Optional<Instant> asOf;
        private final Findings findings = new Findings();
        private AnchorCheck.Anchored anchored = AnchorCheck.Anchored.NOTHING;
        private Optional<TreeHead> registry = Optional.empty();
        private List<BundleFacts.Signer> signers = List.of();

        Run(TrustInput trust, VerifyRequest request) {
            this.trust = trust;
            this.required = request.anchors();
            this.asOf = request.asOf();
        }

        VerificationReport verify(byte[] bytes, String name, List<String> warnings) {
            Optional<EntryProof> proof = parse(bytes);
            proof.ifPresent(this::check);
            apart();
            Optional<Manifest.Window> window = proof.flatMap(Run::window);
            BundleReport report = new BundleReport(
                    name,
                    proof.map(p -> p.line().entry().chain().tenant()),
                    window,
                    Optional.empty(),
                    findings.verdicts(),
                    List.of(),
                    anchored.anchors(),
                    anchored.existedBy(),
                    findings.notes(),
                    new BundleFacts(
                            registry,
                            Collections.emptySortedMap(),
                            Collections.emptySortedMap(),
                            signers,
                            Optional.empty()));
            return new VerificationReport(
                    Optional.empty(),
                    trust.root().map(TrustRoot::fingerprint),
                    Optional.empty(),
                    Optional.empty(),
                    List.of(report),
                    List.of(),
                    Optional.empty(),
                    warnings);
        }

        private Optional<EntryProof> parse(byte[] bytes) {
            try {
                EntryProof proof = EntryProof.parse(bytes);
                return Optional.of(proof);
            } catch (BundleException e) {
                findings.fail(Phase.STRUCTURE, PROOF, e.getMessage());
                return Optional.empty();
            }
        }

        private static Optional<Manifest.Window> window(EntryProof proof) {
            try {
                return Optional.of(new Manifest.Window(
                        proof.windowLeaf().start(), proof.windowLeaf().end()));
            } catch (IllegalArgumentException e) {
                return Optional.empty(); // phase 1 says so
            }
        }

        private void check(EntryProof proof) {
            describe(
                    proof.line().entry(),
                    Rfc6962.leafHash(proof.line().entryBytes().toByteArray()));
            Optional<Manifest.Window> window = window(proof);
            Optional<Documents.Note> chain = note(CHAIN, proof.chain());
            Optional<Documents.Note> note = note(HEAD, proof.head());
            if (window.isEmpty()) {
                findings.fail(
                        Phase.STRUCTURE,
                        WINDOW,
                        "not a window: " + proof.windowLeaf().start() + " to "
                                + proof.windowLeaf().end());
            }
            findings.checked(Phase.STRUCTURE);
            window.ifPresent(in -> {
                new OpeningCheck(in, findings).check(PROOF, OptionalLong.empty(), proof.line());
                findings.checked(Phase.ENTRIES);
            });
            if (chain.isPresent() && note.isPresent()) {
                registry = note.map(n -> n.checkpoint().head());
                trees(proof, chain.get().checkpoint(), note.get().checkpoint());
                findings.checked(Phase.TREES);
                anchors(proof, note.get());
                signatures(proof, chain.get(), note.get());
            } else {
                findings.notChecked(Phase.ANCHORS, ExitCode.INCOMPLETE, "a checkpoint is missing or malformed");
            }
        }

        private void describe(Entry entry, Hash leafHash) {
            String what = "";
            if (entry.body() instanceof Event event) {
                what = ", event '" + event.id() + "' of type '" + event.type() + "'";
            } else if (entry.body() instanceof Control control) {
                what = ", control '" + control.id() + "' of type '" + control.type() + "'";
            }
            findings.note("entry " + entry.chain() + " seq " + entry.seq() + ": "
                    + entry.kind().wireName() + what + ", recorded " + entry.recorded());
            findings.note("leaf hash " + leafHash);
        }

        private Optional<Documents.Note> note(String file, TlogProof path) {
            try {
                return Optional.of(Documents.note(file, path.checkpoint()));
            } catch (NoteException e) {
                findings.fail(Phase.STRUCTURE, file, e.getMessage());
                return Optional.empty();
            }
        }

        private void trees(EntryProof proof, Checkpoint chain, Checkpoint registry) {
            Entry entry = proof.line().entry();
            if (proof.chain().index() != entry.seq()) {
                fail(CHAIN, "the path is of index " + proof.chain().index() + ", the entry has seq " + entry.seq());
            }
            Hash leaf = Rfc6962.leafHash(proof.line().entryBytes().toByteArray());
            attempt(CHAIN, proof.chain(), chain, leaf);
            String origin = entry.chain().origin(registry.origin());
            if (!chain.origin().equals(origin)) {
                fail(CHAIN, "expected origin " + origin + ", found " + chain.origin());
            }
            RegistryLeaf.Window window = proof.windowLeaf();
            RegistryLeaf.Head head = new RegistryLeaf.Head(
                    RegistryLeaf.chainId(chain.origin()),
                    RegistryLeaf.headCommitment(proof.blind().bytes(), chain.text()),
                    window.start());
            long index = proof.head().index();
            if (index < window.first() || index >= window.index()) {
                fail(
                        HEAD,
                        "index " + index + " is not one of the window's heads " + window.first() + " to "
                                + (window.index() - 1));
            }
            attempt(HEAD, proof.head(), registry, Rfc6962.leafHash(head.encode()));
            if (proof.window().index() != window.index()
                    || window.index() >= registry.head().size()) {
                fail(
                        WINDOW,
                        "index " + proof.window().index() + ", the window leaf counts itself as " + window.index()
                                + ", the registry has size " + registry.head().size());
            }
            attempt(WINDOW, proof.window(), registry, Rfc6962.leafHash(window.encode()));
            coveredBy(proof, registry)
                    .ifPresent(size -> findings.note("the registry checkpoint is a later one, of size " + size
                            + ", which contains the entry's window (the registry had size " + (window.index() + 1)
                            + " at its end)"));
        }

        private void attempt(String file, TlogProof path, Checkpoint checkpoint, Hash leaf) {
            try {
                Proofs.verifyInclusion(checkpoint.head(), path.index(), leaf, path.path());
            } catch (ProofException e) {
                fail(file, e.getMessage());
            }
        }

        private void signatures(EntryProof proof, Documents.Note chain, Documents.Note registry) {
            if (trust.root().isEmpty()) {
                findings.notChecked(
                        Phase.SIGNATURES, ExitCode.UNTRUSTED, trust.why().orElseThrow());
                return;
            }
            TrustRoot root = trust.root().get();
            String origin = registry.checkpoint().origin();
            if (!root.ledger().equals(origin)) {
                findings.notChecked(
                        Phase.SIGNATURES,
                        ExitCode.UNTRUSTED,
                        "the trust root is of ledger " + root.ledger() + ", the proof of " + origin);
                return;
            }
            Instant end = proof.windowLeaf().end();
            SignatureCheck ofChain = new SignatureCheck(root, end, anchored.existedBy(), findings);
            SignatureCheck ofRegistry = coveredBy(proof, registry.checkpoint()).isPresent()
                    ? new SignatureCheck(root, signedAt(root, end, registry), anchored.existedBy(), findings)
                    : ofChain;
            ofRegistry.checkpoint(registry, origin);
            ofChain.checkpoint(chain, proof.line().entry().chain().origin(origin));
            signers = ofRegistry.signers();
            if (!ofRegistry.equals(ofChain)) {
                signers = together(signers, ofChain.signers());
            }
            findings.checked(Phase.SIGNATURES);
        }

        /**
         * When a later checkpoint was signed, as well as can be told: the end of its window is not in the proof. It lies behind
         * the end of the entry's window, and no later than what outside parties prove; so the checkpoint stands if keys and
         * demands of some time in between allow it. Who could use this to have an old key count, or an old demand, could sign
         * a checkpoint of the entry's own window with it.
         *
         * @return the last such time; where there is none, the last one it could be
         */
        private Instant signedAt(TrustRoot root, Instant end, Documents.Note registry) {
            Instant last = anchored.existedBy().filter(end::isBefore).orElse(end);
            return moments(root, end, last).stream()
                    .filter(at -> stands(root, at, registry))
                    .findFirst()
                    .orElse(last);
        }

        /** Between two of these neither a key's standing nor what is required changes; the last comes first. */
        private static List<Instant> moments(TrustRoot root, Instant first, Instant last) {
            return Stream.concat(
                            Stream.of(first, last),
                            root.keys(TrustRole.CHECKPOINT, root.ledger()).stream()
                                    .flatMap(key -> Stream.of(
                                            key.notBefore(), key.notBefore().minusMillis(1), key.notAfter())))
                    .filter(at -> !at.isBefore(first) && !at.isAfter(last))
                    .distinct()
                    .sorted(Comparator.reverseOrder())
                    .toList();
        }

        private boolean stands(TrustRoot root, Instant at, Documents.Note registry) {
            Findings trial = new Findings();
            new SignatureCheck(root, at, anchored.existedBy(), trial).checkpoint(registry, root.ledger());
            trial.checked(Phase.SIGNATURES);
            return trial.verdict(Phase.SIGNATURES).verdict() == PhaseVerdict.Verdict.PASS;
        }

        private static List<BundleFacts.Signer> together(List<BundleFacts.Signer> a, List<BundleFacts.Signer> b) {
            Map<String, BundleFacts.Signer> all = new LinkedHashMap<>();
            Stream.concat(a.stream(), b.stream())
                    .forEach(signer -> all.merge(signer.keyId(), signer, BundleFacts.Signer::plus));
            return List.copyOf(all.values());
        }

        private void anchors(EntryProof proof, Documents.Note registry) {
            if (trust.root().isEmpty()) {
                findings.notChecked(Phase.ANCHORS, ExitCode.VALID, "without a trust root no outside party is known");
                return;
            }
            try {
                anchored = new AnchorCheck(trust.root().get(), required, asOf, Optional.empty())
                        .carried(proof, registry, findings);
            } catch (IOException e) {
                throw new IllegalStateException("no folder is read for a proof", e);
            }
        }

        /** What one entry alone cannot show. */
        private void apart() {
            findings.notChecked(Phase.DIGESTS, ExitCode.VALID, "a proof is one file");
            findings.notChecked(Phase.CHAINS, ExitCode.VALID, "one entry alone; its neighbours are in the bundle");
            findings.notChecked(
                    Phase.COMPLETENESS,
                    ExitCode.VALID,
                    "a proof shows what is there, the bundles that nothing is missing");
            findings.notChecked(Phase.RETENTION, ExitCode.VALID, "a proof is not in the store");
        }

        private void fail(String file, String message) {
            findings.fail(Phase.TREES, file, message);
        }
    }
}
