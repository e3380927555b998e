// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.assemble;

import io.tallystick.bundle.BundleException;
import io.tallystick.bundle.BundleLayout;
import io.tallystick.bundle.ExportRecord;
import io.tallystick.bundle.Manifest;
import io.tallystick.bundle.Sha256Sums;
import io.tallystick.entry.Bytes;
import io.tallystick.entry.SchemaRef;
import io.tallystick.export.store.ObjectName;
import io.tallystick.export.store.ObjectStore;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.topic.TenantDescriptor;
import io.tallystick.tree.Hash;
import io.tallystick.trust.SigningKey;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
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
    /** An object lock that ends at once is none. */
    private static final Duration RETENTION_MIN = Duration.ofDays(1);

    private static final String NO_LOCK = "none";

    private final ObjectStore store;
    private final Seal seal;
    private final ExportRecord.Software software;

    /**
     * @param store where the bundles go
     * @param key the bundle key, ECDSA P-256
     * @param software what export.json says of this program
     */
    public BundleWriter(ObjectStore store, SigningKey key, ExportRecord.Software software) {
        this.store = store;
        this.seal = new Seal(key);
        this.software = software;
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
     */
    public record Written(String directory, Hash manifest) {}

    /**
     * Writes one bundle. The tenant's bundle of the window before must have been written.
     *
     * @param now for the retention of a bundle that is exported late
     * @throws LedgerIntegrityException if the store holds something else than this bundle, or not the one before
     * @throws SchemaMissingException if the text of a schema is missing; the bundle can be written when it is there
     * @throws IOException if the store or the schema registry fails; to be tried again
     */
    public Written write(TenantWindow tenant, SchemaTexts texts, Instant now) throws IOException {
        Manifest manifest = tenant.manifest(previousManifest(tenant));
        String directory =
                BundleLayout.bundleDir(manifest.tenant(), manifest.window().start());
        BundleFolder folder = new BundleFolder(directory, store);
        putEvidence(folder, tenant, texts);
        byte[] encoded = manifest.encode();
        folder.put(BundleLayout.MANIFEST, encoded);
        folder.put(BundleLayout.MANIFEST_SIGNATURE, seal.manifestSignature(encoded));
        folder.put(BundleLayout.EXPORT, exportRecord(folder, tenant, now));
        folder.put(BundleLayout.DSSE, seal.envelope(folder.digests()));
        folder.put(BundleLayout.SUMS, Sha256Sums.encode(folder.digests()));
        folder.put(BundleLayout.CHECKPOINT, tenant.sealed().checkpoint().toByteArray());
        return new Written(directory, Hash.sha256(encoded));
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

    private Optional<Hash> previousManifest(TenantWindow tenant) throws IOException {
        if (tenant.isFirst()) {
            return Optional.empty();
        }
        Manifest.Window window = tenant.sealed().window();
        Instant start = window.start().minus(Duration.between(window.start(), window.end()));
        String directory = BundleLayout.bundleDir(tenant.tenant().tenant(), start);
        Optional<byte[]> manifest =
                store.read(ObjectName.in(directory, BundleLayout.MANIFEST), BundleLayout.MANIFEST_BYTES_MAX);
        if (manifest.isEmpty() || !store.exists(ObjectName.in(directory, BundleLayout.CHECKPOINT))) {
            throw new LedgerIntegrityException("the store has no complete bundle " + directory
                    + ", which comes before window " + window.start() + " of "
                    + tenant.tenant().tenant()
                    + ". Give the exporter the store it wrote to before, or a name of its own"
                    + " (ledger.export.name) to fill a new one from the beginning.");
        }
        return manifest.map(Hash::sha256);
    }

    private BundleFolder.Varying exportRecord(BundleFolder folder, TenantWindow tenant, Instant now) {
        ExportRecord ours = new ExportRecord(
                folder.files(),
                retention(tenant.tenant(), tenant.sealed().window().end(), now),
                software,
                Optional.empty());
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

    private static ExportRecord.Retention retention(TenantDescriptor tenant, Instant windowEnd, Instant now) {
        Instant due = windowEnd.plus(Duration.ofDays(tenant.retention().days()));
        Instant least = now.plus(RETENTION_MIN).truncatedTo(ChronoUnit.MILLIS);
        return new ExportRecord.Retention(
                tenant.retention().name(),
                tenant.retention().days(),
                NO_LOCK,
                due.isBefore(least) ? least : due,
                false);
    }
}
