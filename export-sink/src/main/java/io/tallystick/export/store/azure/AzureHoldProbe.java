// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store.azure;

import com.azure.storage.blob.BlobClient;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.models.BlobProperties;
import com.azure.storage.blob.models.BlobStorageException;
import com.azure.storage.blob.specialized.BlobClientBase;
import io.tallystick.export.store.Content;
import io.tallystick.export.store.ObjectName;
import io.tallystick.export.store.ProbeResult;
import io.tallystick.export.store.Protection;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Tries to break a legal hold: stores a canary that nothing else protects, deletes it, and takes the hold back at the end.
 * What goes wrong is a failure only where tenants are under a hold; else it is worth knowing.
 */
final class AzureHoldProbe {
    private static final Protection HELD = new Protection(Instant.EPOCH, true, "probe");
    private static final Set<Integer> REFUSED = Set.of(403, 409);

    private final BlobContainerClient container;
    private final AzureSettings settings;
    private final ObjectName name;
    private final boolean holds;
    private final List<ProbeResult> results = new ArrayList<>();

    /**
     * @param name of the canary
     * @param holds whether tenants are under a hold
     */
    AzureHoldProbe(BlobContainerClient container, AzureSettings settings, ObjectName name, boolean holds) {
        this.container = container;
        this.settings = settings;
        this.name = name;
        this.holds = holds;
    }

    /** What was tried, in order. */
    List<ProbeResult> run(byte[] canary) throws IOException {
        BlobClient blob = container.getBlobClient(settings.key(name));
        String check = "store a canary under a legal hold";
        BlobProperties stored;
        try {
            new BlobUpload(blob.getBlockBlobClient(), settings, Content.of(canary), HELD).run();
            stored = blob.getProperties();
        } catch (BlobStorageException e) {
            results.add(wrong(check, AzureFault.describe(e)));
            return results;
        }
        results.add(ProbeResult.pass(check, name.path()));
        boolean held = Boolean.TRUE.equals(stored.hasLegalHold());
        results.add(
                held
                        ? ProbeResult.pass("read the hold back", "held")
                        : wrong("read the hold back", "the store reports no hold"));
        BlobClientBase version = stored.getVersionId() == null ? blob : blob.getVersionClient(stored.getVersionId());
        delete(blob, version);
        lift(blob, version);
        return results;
    }

    private ProbeResult wrong(String check, String detail) {
        return ProbeResult.wrongHold(holds, check, detail);
    }

    private void delete(BlobClientBase blob, BlobClientBase version) {
        String check = "delete what is held";
        try {
            remove(blob, version);
            results.add(wrong(check, "the store did it"));
        } catch (BlobStorageException e) {
            results.add(
                    REFUSED.contains(e.getStatusCode())
                            ? ProbeResult.pass(check, "refused, " + AzureFault.describe(e))
                            : wrong(check, "no clear refusal: " + AzureFault.describe(e)));
        }
    }

    private void lift(BlobClientBase blob, BlobClientBase version) {
        String check = "take the hold back and delete";
        try {
            version.setLegalHold(false);
            remove(blob, version);
            results.add(ProbeResult.pass(check, "done"));
        } catch (BlobStorageException e) {
            results.add(ProbeResult.note(
                    check,
                    AzureFault.describe(e) + ". If " + name + " is still there, it is yours to release and remove"));
        }
    }

    /** The current version is hidden first; it may be so already. */
    private static void remove(BlobClientBase blob, BlobClientBase version) {
        blob.deleteIfExists();
        if (version != blob) {
            version.delete();
        }
    }
}
