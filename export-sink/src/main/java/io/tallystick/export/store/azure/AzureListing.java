// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store.azure;

import com.azure.core.http.rest.PagedResponse;
import com.azure.storage.blob.BlobClient;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.models.BlobItem;
import com.azure.storage.blob.models.BlobListDetails;
import com.azure.storage.blob.models.BlobStorageException;
import com.azure.storage.blob.models.ListBlobsOptions;
import com.azure.storage.blob.specialized.BlobInputStream;
import io.tallystick.export.store.Attempts;
import io.tallystick.export.store.FetchedStream;
import io.tallystick.export.store.StoreListing;
import io.tallystick.export.store.StoredObject;
import io.tallystick.export.store.VersionedNames;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Lists the versions of a container's names, page by page, and reads the oldest. */
final class AzureListing {
    private final BlobContainerClient client;
    private final AzureFaults faults;
    private final Attempts attempts;
    private final String base;

    AzureListing(BlobContainerClient client, AzureFaults faults, Attempts attempts) {
        this.client = client;
        this.faults = faults;
        this.attempts = attempts;
        String prefix = faults.settings().prefix();
        this.base = prefix.isEmpty() ? "" : prefix + "/";
    }

    void list(String prefix, StoreListing.Visitor visitor) throws IOException {
        VersionedNames names = new VersionedNames(visitor, (next, known) -> next.compareTo(known) < 0);
        ListBlobsOptions options = new ListBlobsOptions()
                .setPrefix(base + prefix)
                .setDetails(new BlobListDetails().setRetrieveVersions(true));
        String token = null;
        do {
            String from = token;
            PagedResponse<BlobItem> page = attempts.run("LIST " + prefix, again -> client.listBlobs(options, from, null)
                    .iterableByPage()
                    .iterator()
                    .next());
            List<BlobItem> items = page.getValue();
            for (BlobItem item : items) {
                add(item, names);
            }
            token = page.getContinuationToken();
            requireNext(prefix, from, token);
            if (!items.isEmpty()) {
                names.pageEnds(name(items.get(items.size() - 1)));
            }
        } while (token != null && !token.isEmpty());
        names.end();
    }

    static void requireNext(String prefix, String from, String next) throws IOException {
        if (next != null && !next.isEmpty() && next.equals(from)) {
            throw new IOException("LIST " + prefix + ": the store lists the same page again and again");
        }
    }

    static long bytes(BlobItem item) throws IOException {
        Long bytes = item.getProperties().getContentLength();
        if (bytes == null || bytes < 0) {
            throw new IOException(
                    "LIST: the store says no length of " + item.getName() + ", or none that can be: " + bytes);
        }
        return bytes;
    }

    private void add(BlobItem item, VersionedNames names) throws IOException {
        if (Boolean.TRUE.equals(item.isPrefix())) {
            return; // a folder of an account that has them
        }
        String version = AzureObjectStore.versionOf(item);
        names.version(name(item), version, bytes(item));
        if (!version.isEmpty() && !Boolean.TRUE.equals(item.isCurrentVersion())) {
            names.hidden(name(item)); // by a later version, or by none
        }
    }

    /** A store that lists what was not asked for shows a name that nothing fits. */
    private String name(BlobItem item) {
        String key = item.getName();
        return key.startsWith(base) ? key.substring(base.length()) : "/" + key;
    }

    Optional<StoreListing.Opened> open(StoredObject object) throws IOException {
        return attempts.run("GET " + object.name(), again -> {
            String key = base + object.name();
            BlobClient blob = object.version().isEmpty()
                    ? client.getBlobClient(key)
                    : client.getBlobVersionClient(key, object.version());
            try {
                BlobInputStream in = blob.getBlockBlobClient().openInputStream();
                return Optional.of(new StoreListing.Opened(
                        new FetchedStream(in, in.getProperties().getBlobSize(), faults),
                        AzureObjectStore.lock(in.getProperties())));
            } catch (BlobStorageException e) {
                if (AzureFault.of(e) == AzureFault.MISSING) {
                    return Optional.empty();
                }
                throw e;
            }
        });
    }
}
