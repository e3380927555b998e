// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.assemble;

import io.tallystick.bundle.BundleException;
import io.tallystick.bundle.BundleLayout;
import io.tallystick.bundle.ExportRecord;
import io.tallystick.bundle.Manifest;
import io.tallystick.export.store.LockMode;
import io.tallystick.export.store.ObjectLock;
import io.tallystick.export.store.ObjectName;
import io.tallystick.export.store.ObjectStore;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.tree.Hash;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A tenant's bundle of the window before the one that is written, which names it.
 *
 * @param directory its folder
 * @param manifest SHA-256 of its manifest
 * @param lock what the store reports for its manifest
 */
record BundleBefore(String directory, Hash manifest, Optional<ObjectLock> lock) {
    /**
     * Finds it in the store.
     *
     * @return empty for a tenant's first window
     * @throws LedgerIntegrityException if it is not there whole, or is none
     * @throws IOException if the store fails
     */
    static Optional<BundleBefore> of(ObjectStore store, TenantWindow tenant) throws IOException {
        if (tenant.isFirst()) {
            return Optional.empty();
        }
        Manifest.Window window = tenant.sealed().window();
        Instant start = window.start().minus(Duration.between(window.start(), window.end()));
        String directory = BundleLayout.bundleDir(tenant.tenant().tenant(), start);
        ObjectName name = manifest(directory);
        Optional<byte[]> manifest = Evidence.read(store, name, BundleLayout.MANIFEST_BYTES_MAX + 1);
        if (manifest.isEmpty() || !store.exists(ObjectName.in(directory, BundleLayout.CHECKPOINT))) {
            throw new LedgerIntegrityException("the store has no complete bundle " + directory
                    + ", which comes before window " + window.start() + " of "
                    + tenant.tenant().tenant()
                    + ". Give the exporter the store it wrote to before, or a name of its own"
                    + " (ledger.export.name) to fill a new one from the beginning.");
        }
        try {
            Manifest.parse(manifest.get());
        } catch (BundleException e) {
            throw new LedgerIntegrityException(
                    "what the store gives as " + name + " is not a manifest: " + e.getMessage()
                            + ". Nothing was written that names it. Find out who changed the object, or what answers in"
                            + " the store's place; the exporter goes on when the manifest is read as it was stored.",
                    e);
        }
        return Optional.of(new BundleBefore(directory, Hash.sha256(manifest.get()), store.lock(name)));
    }

    private static ObjectName manifest(String directory) {
        return ObjectName.in(directory, BundleLayout.MANIFEST);
    }

    ObjectName manifestName() {
        return manifest(directory);
    }

    /** The lock with a date, if there is one. */
    Optional<ObjectLock> dated() {
        return lock.filter(found -> found.mode() != LockMode.NONE);
    }

    boolean isHeld() {
        return lock.filter(ObjectLock::legalHold).isPresent();
    }

    /** What the next bundle's export.json tells of its lock. */
    Optional<ExportRecord.PreviousLock> told() {
        return dated().map(found -> new ExportRecord.PreviousLock(
                manifest, found.versionId(), found.mode().text(), found.until()));
    }

    /**
     * How long its own export.json promises that it is kept.
     *
     * @return empty if there is none that can be read
     */
    Optional<ExportRecord.Retention> promise(ObjectStore store) throws IOException {
        Optional<byte[]> export =
                Evidence.read(store, ObjectName.in(directory, BundleLayout.EXPORT), BundleLayout.LIST_BYTES_MAX + 1);
        try {
            return export.isEmpty()
                    ? Optional.empty()
                    : Optional.of(ExportRecord.parse(export.get()).retention());
        } catch (BundleException e) {
            return Optional.empty(); // a fault of that bundle
        }
    }
}
