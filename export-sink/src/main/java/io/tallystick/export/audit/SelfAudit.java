// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.audit;

import io.tallystick.bundle.BundleException;
import io.tallystick.bundle.BundleLayout;
import io.tallystick.bundle.Manifest;
import io.tallystick.export.store.ObjectName;
import io.tallystick.export.store.ObjectStore;
import io.tallystick.export.store.ScratchDirectory;
import io.tallystick.tree.Hash;
import io.tallystick.verify.VerificationReport;
import io.tallystick.verify.Verifier;
import io.tallystick.verify.VerifyRequest;
import java.io.IOException;
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
        }
    }

    private Finding verify(BundleWalk.Target target, Path bundle) throws IOException {
        VerificationReport report = Verifier.verify(VerifyRequest.of(bundle).withTrustRoot(trustRoot));
        Path file = bundle.resolve(BundleLayout.MANIFEST);
        byte[] manifest = Files.exists(file) ? Files.readAllBytes(file) : new byte[0];
        int exitCode = report.exitCode();
        String text = report.text();
        if (exitCode == 0) {
            Optional<String> lost = lost(target, manifest);
            exitCode = lost.isPresent() ? FAILED : 0;
            text = lost.orElse(text);
        }
        return new Finding(target.tenant(), target.windowStart(), Hash.sha256(manifest), exitCode, text);
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
        Optional<Hash> found = store.read(
                        ObjectName.in(directory, BundleLayout.MANIFEST), BundleLayout.MANIFEST_BYTES_MAX)
                .map(Hash::sha256);
        return found.equals(manifest.previous())
                ? Optional.empty()
                : Optional.of(directory + " is not the bundle that comes before: expected manifest "
                        + manifest.previous().get() + ", found "
                        + found.map(Hash::toString).orElse("none"));
    }
}
