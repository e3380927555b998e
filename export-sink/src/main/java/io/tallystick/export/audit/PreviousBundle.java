// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.audit;

import io.tallystick.bundle.BundleException;
import io.tallystick.bundle.BundleLayout;
import io.tallystick.bundle.ExportRecord;
import io.tallystick.bundle.Manifest;
import io.tallystick.export.store.ObjectName;
import io.tallystick.export.store.ObjectStore;
import io.tallystick.tree.Hash;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What became of the bundle that comes before a verified one. It must be the one that the manifest names; or be gone after
 * its retention, whose end the verified bundle tells: the lock read back from the store, else its own days from the end of
 * the window before.
 *
 * @param fault what is wrong; empty if nothing is
 * @param disposed whether it is gone, as it may be
 */
record PreviousBundle(Optional<String> fault, boolean disposed) {
    private static final PreviousBundle SOUND = new PreviousBundle(Optional.empty(), false);
    private static final PreviousBundle DISPOSED = new PreviousBundle(Optional.empty(), true);

    /**
     * Looks for it in the store.
     *
     * @param bundle folder of the verified bundle's copy
     * @param held whether the tenant is under a legal hold: nothing of it may go
     * @throws IOException if the store or the local disk fails
     */
    static PreviousBundle of(ObjectStore store, Manifest manifest, Path bundle, boolean held, Instant now)
            throws IOException {
        if (manifest.previous().isEmpty()) {
            return SOUND;
        }
        Instant start = manifest.window().start();
        Duration window = Duration.between(start, manifest.window().end());
        String directory = BundleLayout.bundleDir(manifest.tenant(), start.minus(window));
        Optional<Hash> found = digest(store, ObjectName.in(directory, BundleLayout.MANIFEST));
        if (found.isPresent() && !found.equals(manifest.previous())) {
            return fault(directory + " is not the bundle that comes before: expected manifest "
                    + manifest.previous().get() + ", found " + found.get());
        }
        if (found.isPresent() && store.exists(ObjectName.in(directory, BundleLayout.CHECKPOINT))) {
            return SOUND;
        }
        Instant kept = keptUntil(bundle, manifest);
        if (!held && now.isAfter(kept)) {
            return DISPOSED;
        }
        String until = held ? "its tenant is under a legal hold" : "it is to be kept until " + kept;
        return fault(
                found.isPresent()
                        ? directory + ", the bundle that comes before, has no checkpoint any more; " + until
                        : directory + " is not the bundle that comes before: expected manifest "
                                + manifest.previous().get() + ", found none; " + until);
    }

    private static PreviousBundle fault(String message) {
        return new PreviousBundle(Optional.of(message), false);
    }

    private static Optional<Hash> digest(ObjectStore store, ObjectName manifest) throws IOException {
        Optional<InputStream> object = store.open(manifest);
        if (object.isEmpty()) {
            return Optional.empty();
        }
        try (InputStream in = object.get()) {
            return Optional.of(Hash.sha256(in.readNBytes(BundleLayout.MANIFEST_BYTES_MAX + 1)));
        }
    }

    private static Instant keptUntil(Path bundle, Manifest manifest) throws IOException {
        ExportRecord export;
        try (InputStream in = Files.newInputStream(bundle.resolve(BundleLayout.EXPORT))) {
            export = ExportRecord.parse(in.readNBytes(BundleLayout.LIST_BYTES_MAX + 1));
        } catch (BundleException e) {
            throw new IllegalStateException("an export.json that was verified cannot be read", e);
        }
        return export.previousLock()
                .filter(lock -> Optional.of(lock.manifest()).equals(manifest.previous()))
                .map(ExportRecord.PreviousLock::until)
                .orElse(manifest.window()
                        .start()
                        .plus(Duration.ofDays(export.retention().days())));
    }
}
