// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.assemble;

import io.tallystick.bundle.BundleException;
import io.tallystick.bundle.BundleLayout;
import io.tallystick.bundle.ExportRecord;
import io.tallystick.bundle.Manifest;
import io.tallystick.bundle.Sha256Sums;
import io.tallystick.entry.Bytes;
import io.tallystick.entry.SchemaRef;
import io.tallystick.export.store.LockMode;
import io.tallystick.export.store.ObjectLock;
import io.tallystick.export.store.ObjectName;
import io.tallystick.export.store.ObjectStore;
import io.tallystick.export.store.Protection;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.tree.Hash;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Writes the objects of a bundle in their order; the registry checkpoint last, which commits it. DESIGN.md section 8.
 *
 * <p>Writing a bundle again, from the beginning or from wherever a crash ended it, adopts what is there and adds what is
 * missing. What follows from the topics must be equal; a signature is adopted if it verifies, the export record if it
 * lists the same files; anything else is a fork.
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

    /**
     * A bundle that is complete in the store.
     *
     * @param directory its folder
     * @param manifest SHA-256 of its manifest
     * @param unlocked the manifest of the bundle before, if the store is to lock objects and reports no lock for this one
     */
    public record Written(String directory, Hash manifest, Optional<ObjectName> unlocked) {}

    /** The bundle before: its manifest, and the lock the store reports for it. */
    private record Previous(ObjectName name, Hash manifest, Optional<ObjectLock> lock) {}

    /**
     * Writes one bundle. The tenant's bundle of the window before must have been written.
     *
     * @param now for the retention of a bundle that is exported late
     * @throws LedgerIntegrityException if the store holds something else than this bundle, or not the one before
     * @throws SchemaMissingException if the text of a schema is missing; the bundle can be written when it is there
     * @throws IOException if the store or the schema registry fails; to be tried again
     */
    public Written write(TenantWindow tenant, SchemaTexts texts, Instant now) throws IOException {
        Optional<Previous> previous = previous(tenant);
        Manifest manifest = tenant.manifest(previous.map(Previous::manifest));
        Seal seal = keys.seal(manifest.window().end());
        Protection protection = rules.bundle(tenant.tenant(), manifest.window().end(), now);
        String directory =
                BundleLayout.bundleDir(manifest.tenant(), manifest.window().start());
        BundleFolder folder = new BundleFolder(directory, store, protection);
        putEvidence(folder, tenant, texts);
        byte[] encoded = manifest.encode();
        folder.put(BundleLayout.MANIFEST, encoded);
        folder.put(BundleLayout.MANIFEST_SIGNATURE, seal.manifestSignature(encoded));
        folder.put(BundleLayout.EXPORT, exportRecord(folder, tenant, protection, previous));
        folder.put(BundleLayout.DSSE, seal.envelope(folder.digests()));
        folder.put(BundleLayout.SUMS, Sha256Sums.encode(folder.digests()));
        folder.put(BundleLayout.CHECKPOINT, tenant.sealed().checkpoint().toByteArray());
        Optional<ObjectName> unlocked = store.lockMode() == LockMode.NONE
                ? Optional.empty()
                : previous.filter(bundle -> bundle.lock().isEmpty()).map(Previous::name);
        return new Written(directory, Hash.sha256(encoded), unlocked);
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

    private Optional<Previous> previous(TenantWindow tenant) throws IOException {
        if (tenant.isFirst()) {
            return Optional.empty();
        }
        Manifest.Window window = tenant.sealed().window();
        Instant start = window.start().minus(Duration.between(window.start(), window.end()));
        String directory = BundleLayout.bundleDir(tenant.tenant().tenant(), start);
        ObjectName name = ObjectName.in(directory, BundleLayout.MANIFEST);
        Optional<byte[]> manifest = store.read(name, BundleLayout.MANIFEST_BYTES_MAX);
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
            throw new IOException("what the store gives as " + name + " is not a manifest", e);
        }
        Optional<ObjectLock> lock = store.lock(name).filter(found -> found.mode() != LockMode.NONE);
        return Optional.of(new Previous(name, Hash.sha256(manifest.get()), lock));
    }

    private BundleFolder.Varying exportRecord(
            BundleFolder folder, TenantWindow tenant, Protection protection, Optional<Previous> previous) {
        ExportRecord ours = new ExportRecord(
                folder.files(),
                RetentionRules.record(tenant.tenant(), protection, store.lockMode()),
                software,
                previous.flatMap(BundleWriter::lock));
        return new BundleFolder.Varying() {
            @Override
            public byte[] make() {
                return ours.encode();
            }

            @Override
            public Optional<String> fault(byte[] stored) {
                try {
                    return ExportRecord.parse(stored).files().equals(ours.files())
                            ? Optional.empty()
                            : Optional.of("a list of other files");
                } catch (BundleException e) {
                    return Optional.of(e.getMessage());
                }
            }
        };
    }

    private static Optional<ExportRecord.PreviousLock> lock(Previous previous) {
        return previous.lock()
                .map(lock -> new ExportRecord.PreviousLock(
                        previous.manifest(), lock.versionId(), lock.mode().text(), lock.until()));
    }
}
