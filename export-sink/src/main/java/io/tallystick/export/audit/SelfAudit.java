// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.audit;

import io.tallystick.bundle.BundleException;
import io.tallystick.bundle.BundleLayout;
import io.tallystick.bundle.Manifest;
import io.tallystick.export.store.ObjectStore;
import io.tallystick.export.store.ScratchDirectory;
import io.tallystick.tree.Hash;
import io.tallystick.trust.TrustException;
import io.tallystick.trust.TrustRoot;
import io.tallystick.verify.ListedReceipts;
import io.tallystick.verify.Phase;
import io.tallystick.verify.VerificationReport;
import io.tallystick.verify.Verifier;
import io.tallystick.verify.VerifyRequest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * Reads a bundle back from the store and verifies it as an auditor would: with the verifier, the trust root and the
 * registry's leaves. Then it looks whether the bundle before is still the one this one names.
 */
public final class SelfAudit {
    /** The verifier's code for a failed phase. */
    private static final int FAILED = 1;

    /** Its code for what could not be checked. */
    private static final int INCOMPLETE = 3;

    private final ObjectStore store;
    private final Path trustRoot;
    private final Path scratch;
    private final Set<String> held;

    /**
     * @param store where the bundles are
     * @param trustRoot file of the trust root
     * @param scratch local folder, with room for one bundle
     * @param held tenants under a legal hold
     */
    public SelfAudit(ObjectStore store, Path trustRoot, Path scratch, Set<String> held) {
        this.store = store;
        this.trustRoot = trustRoot;
        this.scratch = scratch;
        this.held = Set.copyOf(held);
    }

    /**
     * Audits one bundle.
     *
     * @param now tells whose retention is over
     * @return empty if the store has no complete bundle there
     * @throws IOException if the store, the local disk or the trust root fails, which says nothing about the bundle
     */
    public Optional<Finding> audit(BundleWalk.Target target, Instant now) throws IOException {
        TrustRoot root = root();
        try (ScratchDirectory directory = ScratchDirectory.open(scratch)) {
            BundleCopy copy = new BundleCopy(store, directory.path(), ListedReceipts.of(root));
            Optional<Path> bundle = copy.fetch(target.tenant(), target.windowStart());
            return bundle.isEmpty() ? Optional.empty() : Optional.of(verify(target, copy, bundle.get(), root, now));
        } catch (BundleCopy.UnfitException e) {
            return Optional.of(failed(target, e.getMessage()));
        }
    }

    /** A bundle that must be there is not. */
    public static Finding missing(BundleWalk.Target target) {
        return failed(target, "the store has no complete bundle of this window any more");
    }

    /** The audit itself broke: nothing is known of the bundle, and the fault is this program's. */
    public static Finding broken(BundleWalk.Target target, RuntimeException fault) {
        return unread(target, Finding.BROKEN, "the audit broke: " + fault);
    }

    private static Finding failed(BundleWalk.Target target, String why) {
        return unread(target, FAILED, why);
    }

    private static Finding unread(BundleWalk.Target target, int exitCode, String why) {
        return new Finding(target.tenant(), target.windowStart(), Hash.sha256(new byte[0]), exitCode, why, false);
    }

    private TrustRoot root() throws IOException {
        try (InputStream in = Files.newInputStream(trustRoot)) {
            return TrustRoot.parse(in.readNBytes(TrustRoot.SIZE_MAX + 1));
        } catch (TrustException e) {
            throw new IOException("the trust root " + trustRoot + " cannot be used: " + e.getMessage(), e);
        }
    }

    private Finding verify(BundleWalk.Target target, BundleCopy copy, Path bundle, TrustRoot root, Instant now)
            throws IOException, BundleCopy.UnfitException {
        byte[] encoded = manifest(bundle);
        VerificationReport report = report(bundle, root);
        if (!isSound(report)) {
            Optional<Manifest> manifest =
                    parse(encoded).filter(parsed -> parsed.window().start().equals(target.windowStart()));
            if (manifest.isPresent() && isOfUnknownAge(report)) {
                copy.fetchLater(manifest.get().window());
                report = report(bundle, root);
            }
        }
        Hash digest = Hash.sha256(encoded);
        if (!isSound(report)) {
            return new Finding(target.tenant(), target.windowStart(), digest, report.exitCode(), report.text(), false);
        }
        Manifest manifest = parse(encoded)
                .orElseThrow(() -> new IllegalStateException("a manifest that was verified cannot be read"));
        PreviousBundle previous = PreviousBundle.of(store, manifest, bundle, held.contains(target.tenant()), now);
        return new Finding(
                target.tenant(),
                target.windowStart(),
                digest,
                previous.fault().isPresent() ? FAILED : 0,
                previous.fault().orElse(report.text()),
                previous.disposed());
    }

    /** At most one byte more than a manifest may have, none if there is none. */
    private static byte[] manifest(Path bundle) throws IOException {
        Path file = bundle.resolve(BundleLayout.MANIFEST);
        if (!Files.isRegularFile(file)) {
            return new byte[0];
        }
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(BundleLayout.MANIFEST_BYTES_MAX + 1);
        }
    }

    private static Optional<Manifest> parse(byte[] encoded) {
        try {
            return Optional.of(Manifest.parse(encoded));
        } catch (BundleException e) {
            return Optional.empty(); // the verifier says what is wrong with it
        }
    }

    /** The fingerprint says that the verifier reads the root whose receipts were fetched. */
    private VerificationReport report(Path bundle, TrustRoot root) throws IOException {
        VerificationReport report = Verifier.verify(
                VerifyRequest.of(bundle).withTrustRoot(trustRoot).withFingerprint(root.fingerprint()));
        if (report.problem().isPresent()) {
            throw new IOException(
                    "nothing could be verified: " + report.problem().get().message());
        }
        if (report.trustRoot().isEmpty()) {
            throw new IOException(
                    "the trust root " + trustRoot + " changed during an audit, or cannot be read any more");
        }
        return report;
    }

    /** A key that was compromised later still counts for what outside parties prove older. */
    private static boolean isOfUnknownAge(VerificationReport report) {
        return report.bundles().stream()
                .anyMatch(bundle -> bundle.existedBy().isEmpty()
                        && bundle.phase(Phase.SIGNATURES).exitCode() == FAILED);
    }

    /** Receipts may still come, and the store's lock is not the verifier's to read: these alone condemn no bundle. */
    private static boolean isSound(VerificationReport report) {
        return report.exitCode() == 0
                || (report.exitCode() == INCOMPLETE
                        && report.target().stream().allMatch(verdict -> verdict.exitCode() == 0)
                        && report.tenants().stream()
                                .allMatch(tenant -> tenant.completeness().exitCode() == 0)
                        && report.bundles().stream()
                                .flatMap(bundle -> bundle.phases().stream())
                                .allMatch(verdict -> verdict.exitCode() == 0
                                        || verdict.phase() == Phase.ANCHORS
                                        || verdict.phase() == Phase.RETENTION));
    }
}
