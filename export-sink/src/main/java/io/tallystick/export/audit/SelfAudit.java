// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.audit;

import io.tallystick.bundle.BundleException;
import io.tallystick.bundle.BundleLayout;
import io.tallystick.bundle.Manifest;
import io.tallystick.export.store.ObjectName;
import io.tallystick.export.store.ObjectStore;
import io.tallystick.export.store.ScratchDirectory;
import io.tallystick.tree.Hash;
import io.tallystick.verify.Phase;
import io.tallystick.verify.VerificationReport;
import io.tallystick.verify.Verifier;
import io.tallystick.verify.VerifyRequest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

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

    /**
     * @param store where the bundles are
     * @param trustRoot file of the trust root
     * @param scratch local folder, with room for one bundle
     */
    public SelfAudit(ObjectStore store, Path trustRoot, Path scratch) {
        this.store = store;
        this.trustRoot = trustRoot;
        this.scratch = scratch;
    }

    /**
     * Audits one bundle.
     *
     * @return empty if the store has no complete bundle there
     * @throws IOException if the store or the local disk fails, which says nothing about the bundle
     */
    public Optional<Finding> audit(BundleWalk.Target target) throws IOException {
        try (ScratchDirectory directory = ScratchDirectory.open(scratch)) {
            Optional<Path> bundle =
                    new BundleCopy(store, directory.path()).fetch(target.tenant(), target.windowStart());
            return bundle.isEmpty() ? Optional.empty() : Optional.of(verify(target, bundle.get()));
        } catch (BundleCopy.UnfitException e) {
            return Optional.of(failed(target, e.getMessage()));
        }
    }

    /** A bundle that must be there is not. */
    public static Finding missing(BundleWalk.Target target) {
        return failed(target, "the store has no complete bundle of this window any more");
    }

    private static Finding failed(BundleWalk.Target target, String why) {
        return new Finding(target.tenant(), target.windowStart(), Hash.sha256(new byte[0]), FAILED, why);
    }

    private Finding verify(BundleWalk.Target target, Path bundle) throws IOException {
        VerificationReport report = Verifier.verify(VerifyRequest.of(bundle).withTrustRoot(trustRoot));
        Path file = bundle.resolve(BundleLayout.MANIFEST);
        byte[] manifest = Files.exists(file) ? Files.readAllBytes(file) : new byte[0];
        int exitCode = isSound(report) ? 0 : report.exitCode();
        String text = report.text();
        if (exitCode == 0) {
            Optional<String> lost = lost(target, manifest);
            exitCode = lost.isPresent() ? FAILED : 0;
            text = lost.orElse(text);
        }
        return new Finding(target.tenant(), target.windowStart(), Hash.sha256(manifest), exitCode, text);
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

    /** What is wrong with the bundle before, if it is not as this manifest names it. */
    private Optional<String> lost(BundleWalk.Target target, byte[] encoded) throws IOException {
        Manifest manifest;
        try {
            manifest = Manifest.parse(encoded);
        } catch (BundleException e) {
            throw new IllegalStateException("a manifest that was verified cannot be read", e);
        }
        if (manifest.previous().isEmpty()) {
            return Optional.empty();
        }
        Duration window =
                Duration.between(manifest.window().start(), manifest.window().end());
        String directory =
                BundleLayout.bundleDir(target.tenant(), target.windowStart().minus(window));
        Optional<Hash> found = Optional.empty();
        Optional<InputStream> object = store.open(ObjectName.in(directory, BundleLayout.MANIFEST));
        if (object.isPresent()) {
            try (InputStream in = object.get()) {
                found = Optional.of(Hash.sha256(in.readNBytes(BundleLayout.MANIFEST_BYTES_MAX + 1)));
            }
        }
        if (found.equals(manifest.previous()) && !store.exists(ObjectName.in(directory, BundleLayout.CHECKPOINT))) {
            return Optional.of(directory + ", the bundle that comes before, has no checkpoint any more");
        }
        return found.equals(manifest.previous())
                ? Optional.empty()
                : Optional.of(directory + " is not the bundle that comes before: expected manifest "
                        + manifest.previous().get() + ", found "
                        + found.map(Hash::toString).orElse("none"));
    }
}
