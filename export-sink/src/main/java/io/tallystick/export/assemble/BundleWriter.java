// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.assemble;

import io.tallystick.bundle.BundleLayout;
import io.tallystick.bundle.ExportRecord;
import io.tallystick.bundle.Manifest;
import io.tallystick.bundle.Sha256Sums;
import io.tallystick.entry.Bytes;
import io.tallystick.entry.SchemaRef;
import io.tallystick.export.store.LockMode;
import io.tallystick.export.store.ObjectName;
import io.tallystick.export.store.ObjectStore;
import io.tallystick.export.store.Protection;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.tree.Hash;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;

/**
 * Writes the objects of a bundle in their order; the registry checkpoint last, which commits it. DESIGN.md section 8.
 *
 * <p>Writing a bundle again, from the beginning or from wherever a crash ended it, adopts what is there and adds what is
 * missing. What follows from the topics must be equal; a signature is adopted if it verifies, the export record as
 * {@link ExportPromise} says; anything else is a fork.
 *
 * <p>Not safe for use by several threads.
 */
public final class BundleWriter {
    private final ObjectStore store;
    private final BundleKeys keys;
    private final ExportRecord.Software software;
    private final RetentionRules rules;

    /**
     * @param store where the bundles go
     * @param keys the bundle keys
     * @param software what export.json says of this program
     * @param rules how long bundles are kept
     */
    public BundleWriter(ObjectStore store, BundleKeys keys, ExportRecord.Software software, RetentionRules rules) {
        this.store = store;
        this.keys = keys;
        this.software = software;
        this.rules = rules;
    }

    /** Finds the text of a schema. */
    public interface SchemaTexts {
        /**
         * The text with this digest.
         *
         * @throws SchemaMissingException if the registry has no text, or another one, under this id
         * @throws IOException if the registry cannot be reached
         */
        byte[] text(SchemaRef schema) throws IOException;
    }

    /** Called between two objects, by who must not be silent for as long as a large bundle takes. */
    public interface Progress {
        /** @throws IOException to give the bundle up; what is stored of it will be adopted */
        void object() throws IOException;
    }

    /**
     * A bundle that is complete in the store.
     *
     * @param directory its folder
     * @param manifest SHA-256 of its manifest
     * @param unprotected the manifest of the bundle before, if the store is to lock objects and does not report for this one
     *     what it was to keep it with
     */
    public record Written(String directory, Hash manifest, Optional<Unprotected> unprotected) {}

    /** An object, and what the store does not report for it. */
    public record Unprotected(ObjectName object, Lack lack) {}

    /** What a store that locks objects may not report for one. */
    public enum Lack {
        /** There is no lock with a date. */
        LOCK,
        /** There is one, but no legal hold, which the tenant is under. */
        LEGAL_HOLD;

        /** The word in metrics. */
        public String text() {
            return this == LOCK ? "lock" : "legal-hold";
        }
    }

    /**
     * Writes one bundle. The tenant's bundle of the window before must have been written.
     *
     * @param now for the retention of a bundle that is exported late
     * @param progress called before each object is stored, or protected anew
     * @throws LedgerIntegrityException if the store holds something else than this bundle, or not the one before
     * @throws SchemaMissingException if the text of a schema is missing; the bundle can be written when it is there
     * @throws IOException if the store or the schema registry fails; to be tried again
     */
    public Written write(TenantWindow tenant, SchemaTexts texts, Instant now, Progress progress) throws IOException {
        Optional<BundleBefore> before = BundleBefore.of(store, tenant);
        Manifest manifest = tenant.manifest(before.map(BundleBefore::manifest));
        Seal seal = keys.seal(manifest.window().end());
        Protection protection = rules.bundle(tenant.tenant(), manifest.window().end(), now);
        String directory =
                BundleLayout.bundleDir(manifest.tenant(), manifest.window().start());
        BundleFolder folder = new BundleFolder(directory, store, protection, progress);
        putEvidence(folder, tenant, texts);
        byte[] encoded = manifest.encode();
        folder.put(BundleLayout.MANIFEST, encoded);
        folder.put(BundleLayout.MANIFEST_SIGNATURE, seal.manifestSignature(encoded));
        ExportPromise promise = new ExportPromise(
                new ExportRecord(
                        folder.files(),
                        RetentionRules.record(tenant.tenant(), protection, store.lockMode()),
                        software,
                        before.flatMap(BundleBefore::told)),
                manifest.window().end(),
                before,
                store);
        folder.protect(promise.promised(folder.put(BundleLayout.EXPORT, promise)));
        folder.put(BundleLayout.DSSE, seal.envelope(folder.digests()));
        folder.put(BundleLayout.SUMS, Sha256Sums.encode(folder.digests()));
        folder.put(BundleLayout.CHECKPOINT, tenant.sealed().checkpoint().toByteArray());
        return new Written(directory, Hash.sha256(encoded), before.flatMap(found -> unprotected(tenant, found)));
    }

    private static void putEvidence(BundleFolder folder, TenantWindow tenant, SchemaTexts texts) throws IOException {
        for (DataFile file : tenant.files()) {
            folder.add(file.stored());
        }
        for (SchemaRef schema : tenant.schemas()) {
            folder.put(BundleLayout.schema(schema.sha256()), texts.text(schema));
        }
        for (ChainSegment segment : tenant.segments()) {
            Bytes checkpoint = tenant.checkpoints().get(segment.chain());
            if (checkpoint != null) {
                folder.put(BundleLayout.chainCheckpoint(segment.chain().partition()), checkpoint.toByteArray());
            }
        }
        folder.put(
                BundleLayout.REGISTRY_PROOFS,
                tenant.sealed().proofs(tenant.checkpoints().keySet()).encode());
    }

    private Optional<Unprotected> unprotected(TenantWindow tenant, BundleBefore before) {
        if (store.lockMode() == LockMode.NONE) {
            return Optional.empty();
        }
        if (before.dated().isEmpty()) {
            return Optional.of(new Unprotected(before.manifestName(), Lack.LOCK));
        }
        return rules.isHeld(tenant.tenant()) && !before.isHeld()
                ? Optional.of(new Unprotected(before.manifestName(), Lack.LEGAL_HOLD))
                : Optional.empty();
    }
}
