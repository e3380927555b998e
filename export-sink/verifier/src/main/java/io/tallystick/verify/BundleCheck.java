// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.bundle.BundleLayout;
import io.tallystick.bundle.Manifest;
import io.tallystick.entry.ChainId;
import io.tallystick.tree.Hash;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** All phases over one bundle's folder. */
final class BundleCheck {
    private final TrustInput trust;
    private final Optional<RegistryFolder> registry;
    private final TenantChains.Cache chains;
    private final AnchorRequirement required;
    private final Optional<AnchorCheck> anchorCheck;
    private final RetentionCheck retention;

    /**
     * @param required anchors asked for beside what the trust root requires
     * @param anchorCheck absent without a trust root
     * @param retention what is asked of the bundles' keeping
     */
    BundleCheck(
            TrustInput trust,
            TenantChains.Cache chains,
            Optional<RegistryFolder> registry,
            AnchorRequirement required,
            Optional<AnchorCheck> anchorCheck,
            RetentionCheck retention) {
        this.trust = trust;
        this.retention = retention;
        this.required = required;
        this.anchorCheck = anchorCheck;
        this.chains = chains;
        this.registry = registry;
    }

    /**
     * What was found, and what the next window's bundle is compared with.
     *
     * @param manifest absent if it could not be read
     * @param ends where each chain stands, by partition
     */
    record Checked(
            BundleReport report,
            Optional<Manifest> manifest,
            Optional<Hash> digest,
            Map<Integer, ChainEnd> ends,
            long heads) {}

    /** @param neighbours what the bundles around it say of locks */
    Checked run(Path root, String path, RetentionCheck.Neighbours neighbours) throws IOException {
        Findings findings = new Findings();
        BundleFolder folder = new BundleFolder(root);
        Documents documents = Documents.read(folder, findings);
        new DigestCheck(folder, documents, findings).run();
        documents.manifest().ifPresent(manifest -> requireName(root, manifest, findings));
        findings.checked(Phase.STRUCTURE);
        findings.checked(Phase.DIGESTS);
        Map<Integer, ChainEnd> ends = new TreeMap<>();
        if (documents.manifest().isPresent()) {
            content(folder, documents, findings, ends);
        }
        AnchorCheck.Anchored anchored = anchors(documents, findings);
        List<BundleFacts.Signer> signers = signatures(documents, anchored, findings);
        retention.run(root, documents, neighbours, findings);
        return checked(path, documents, findings, ends, anchored, BundleFacts.of(documents, signers));
    }

    /** A copy leaves something out: it must not lie where its original belongs. */
    private static void requireName(Path root, Manifest manifest, Findings findings) {
        String original =
                BundleLayout.bundleDir(manifest.tenant(), manifest.window().start());
        if (manifest.derived().isPresent() && root.toAbsolutePath().endsWith(original)) {
            findings.fail(
                    Phase.STRUCTURE,
                    BundleLayout.MANIFEST,
                    "a copy of shape " + manifest.derived().get().shape().text() + " under the name of its original, "
                            + original);
        }
    }

    private void content(BundleFolder folder, Documents documents, Findings findings, Map<Integer, ChainEnd> ends)
            throws IOException {
        Manifest manifest = documents.manifest().orElseThrow();
        Map<Integer, ContentCheck.Grown> grown = new ContentCheck(folder, documents, findings).run();
        grown.forEach((partition, chain) -> ends.put(partition, chain.end()));
        findings.checked(Phase.ENTRIES);
        findings.checked(Phase.CHAINS);
        new TreeCheck(manifest, documents, grown, findings).run();
        findings.checked(Phase.TREES);
        new CompletenessCheck(manifest, documents, chains.of(manifest), findings).run(registry);
        findings.checked(Phase.COMPLETENESS);
        noteClaims(manifest, findings);
        vouch(manifest, findings);
    }

    /** asOf is the clock of ingest, the window's end that of the brokers: they may differ, and by how much is said. */
    private static void noteClaims(Manifest manifest, Findings findings) {
        Instant end = manifest.window().end();
        for (Manifest.Chain chain : manifest.chains()) {
            if (chain.asOf().filter(end::isBefore).isPresent()) {
                findings.note(
                        manifest.chainId(chain) + ": asOf " + chain.asOf().get() + " is after the window's end " + end);
            }
        }
    }

    /** Says how far the statement of completeness reaches. */
    private static void vouch(Manifest manifest, Findings findings) {
        for (Manifest.Chain chain : manifest.chains()) {
            if (chain.sourceEnd().isPresent()
                    && chain.sourceEnd().getAsLong() > chain.source().next()) {
                findings.note(manifest.chainId(chain) + ": the source reached offset "
                        + chain.sourceEnd().getAsLong() + " as of "
                        + chain.asOf().orElseThrow() + ", "
                        + (chain.sourceEnd().getAsLong() - chain.source().next())
                        + " beyond what is recorded: transaction markers, or records read after this window");
            }
            if (chain.skippedOffsets() > 0) {
                findings.note(manifest.chainId(chain) + ": only the source could vouch for " + chain.skippedOffsets()
                        + " skipped offsets (transaction markers, aborted records)");
            }
        }
    }

    private List<BundleFacts.Signer> signatures(Documents documents, AnchorCheck.Anchored anchored, Findings findings) {
        if (trust.root().isEmpty()) {
            findings.notChecked(
                    Phase.SIGNATURES, ExitCode.UNTRUSTED, trust.why().orElseThrow());
            return List.of();
        }
        if (documents.manifest().isEmpty()) {
            findings.notChecked(
                    Phase.SIGNATURES, ExitCode.INCOMPLETE, BundleLayout.MANIFEST + " is missing or malformed");
            return List.of();
        }
        Manifest manifest = documents.manifest().get();
        if (!trust.root().get().ledger().equals(manifest.origin())) {
            findings.notChecked(
                    Phase.SIGNATURES,
                    ExitCode.UNTRUSTED,
                    "the trust root is of ledger " + trust.root().get().ledger() + ", the bundle of "
                            + manifest.origin());
            return List.of();
        }
        SignatureCheck check =
                new SignatureCheck(trust.root().get(), manifest.window().end(), anchored.existedBy(), findings);
        documents.checkpoint().ifPresent(note -> check.checkpoint(note, manifest.origin()));
        documents
                .chainCheckpoints()
                .forEach((partition, note) ->
                        check.checkpoint(note, new ChainId(manifest.tenant(), partition).origin(manifest.origin())));
        check.bundle(documents, manifest.origin(), manifest.tenant());
        boolean all = documents.checkpoint().isPresent()
                && documents.dsse().isPresent()
                && documents.manifestSignature().isPresent();
        if (!all) {
            findings.notChecked(Phase.SIGNATURES, ExitCode.INCOMPLETE, "a signature is missing or malformed");
        }
        findings.checked(Phase.SIGNATURES);
        return check.signers();
    }

    private AnchorCheck.Anchored anchors(Documents documents, Findings findings) throws IOException {
        int code = required.isNone() ? ExitCode.VALID : ExitCode.INCOMPLETE;
        if (anchorCheck.isEmpty()) {
            findings.notChecked(Phase.ANCHORS, code, "without a trust root no outside party is known");
            return AnchorCheck.Anchored.NOTHING;
        }
        if (documents.manifest().isEmpty() || documents.checkpoint().isEmpty()) {
            findings.notChecked(
                    Phase.ANCHORS, ExitCode.INCOMPLETE, "manifest or registry checkpoint is missing or malformed");
            return AnchorCheck.Anchored.NOTHING;
        }
        return anchorCheck
                .get()
                .run(
                        AnchorCheck.Window.of(documents.manifest().get()),
                        documents.checkpoint().get(),
                        findings);
    }

    private static Checked checked(
            String path,
            Documents documents,
            Findings findings,
            Map<Integer, ChainEnd> ends,
            AnchorCheck.Anchored anchored,
            BundleFacts facts) {
        Optional<Manifest> manifest = documents.manifest();
        Optional<Hash> digest = documents.manifestBytes().map(bytes -> Hash.sha256(bytes.bytes()));
        List<ChainSummary> summaries = manifest.map(m -> m.chains().stream()
                        .map(chain -> ChainSummary.of(m, chain))
                        .toList())
                .orElse(List.of());
        BundleReport report = new BundleReport(
                path,
                manifest.map(Manifest::tenant),
                manifest.map(Manifest::window),
                digest,
                findings.verdicts(),
                summaries,
                anchored.anchors(),
                anchored.existedBy(),
                findings.notes(),
                facts);
        long heads =
                documents.proofs().map(proofs -> (long) proofs.heads().size()).orElse(0L);
        return new Checked(report, manifest, digest, ends, heads);
    }
}
