// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store.azure;

import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.models.BlobImmutabilityPolicy;
import com.azure.storage.blob.models.BlobImmutabilityPolicyMode;
import com.azure.storage.blob.models.BlobItem;
import com.azure.storage.blob.models.BlobListDetails;
import com.azure.storage.blob.models.BlobProperties;
import com.azure.storage.blob.models.BlobStorageException;
import com.azure.storage.blob.models.ListBlobsOptions;
import com.azure.storage.blob.specialized.BlobInputStream;
import com.azure.storage.blob.specialized.BlockBlobClient;
import io.tallystick.export.store.Attempts;
import io.tallystick.export.store.Content;
import io.tallystick.export.store.FetchedStream;
import io.tallystick.export.store.LockMode;
import io.tallystick.export.store.ObjectLock;
import io.tallystick.export.store.ObjectName;
import io.tallystick.export.store.ObjectStore;
import io.tallystick.export.store.Protection;
import io.tallystick.export.store.PutOutcome;
import io.tallystick.export.store.StoreListing;
import io.tallystick.export.store.StoreWatch;
import io.tallystick.export.store.StoredObject;
import io.tallystick.export.store.Versions;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A container of Azure Blob Storage.
 *
 * <p>Every object is stored with {@code If-None-Match: *}, which the service keeps: of several writers one creates it.
 * Policies protect versions, though, not names: whoever may delete can hide a locked version and store another. So where
 * objects are locked the versions of a name are listed first; nothing is written if there is one, the oldest is what is
 * read, and a second, or a hidden first, is reported.
 *
 * <p>An attempt whose answer was lost is followed by a look at what is there before anything is written again.
 */
public final class AzureObjectStore implements ObjectStore, StoreListing {
    private static final int PAGE = 100;
    private static final Comparator<BlobItem> NEWEST_FIRST =
            Comparator.comparing(AzureObjectStore::versionOf).reversed();

    private final BlobContainerClient client;
    private final AzureSettings settings;
    private final AzureFaults faults;
    private final Attempts attempts;
    private final StoreWatch watch;
    private final AzureListing listing;

    AzureObjectStore(BlobContainerClient client, AzureSettings settings, StoreWatch watch, Attempts.Pause pause) {
        this.client = client;
        this.settings = settings;
        this.faults = new AzureFaults(settings);
        this.attempts = new Attempts(faults, pause);
        this.watch = watch;
        this.listing = new AzureListing(client, faults, attempts);
    }

    /**
     * Opens the store.
     *
     * @throws IOException if the container cannot be reached, or is not allowed to be read
     */
    public static AzureObjectStore open(AzureSettings settings, StoreWatch watch) throws IOException {
        AzureObjectStore store = connect(settings, watch);
        store.attempts.run("GET container", again -> store.client.getProperties());
        return store;
    }

    /**
     * Opens the container to be read, by whoever may perhaps do no more than list and read blobs.
     *
     * @throws IOException if the credentials cannot be used
     */
    public static StoreListing reader(AzureSettings settings, StoreWatch watch) throws IOException {
        return connect(settings, watch);
    }

    private static AzureObjectStore connect(AzureSettings settings, StoreWatch watch) throws IOException {
        return new AzureObjectStore(
                AzureClients.open(settings), settings, watch, wait -> Thread.sleep(wait.toMillis()));
    }

    @Override
    public PutOutcome putIfAbsent(ObjectName name, Content content, Protection protection) throws IOException {
        return attempts.run("PUT " + name, again -> put(name, content, protection, again));
    }

    private PutOutcome put(ObjectName name, Content content, Protection protection, boolean again) throws IOException {
        if ((hasLocks() || again) && find(name).isPresent()) {
            return PutOutcome.EXISTED;
        }
        try {
            new BlobUpload(blob(name, ""), settings, content, protection).run();
            return PutOutcome.CREATED;
        } catch (BlobStorageException e) {
            if (AzureFault.of(e) == AzureFault.TAKEN && find(name).isPresent()) {
                return PutOutcome.EXISTED;
            }
            throw e;
        }
    }

    private boolean hasLocks() {
        return settings.lockMode() != LockMode.NONE;
    }

    /** @param version "" for the current one */
    private BlockBlobClient blob(ObjectName name, String version) {
        String key = settings.key(name);
        return (version.isEmpty() ? client.getBlobClient(key) : client.getBlobVersionClient(key, version))
                .getBlockBlobClient();
    }

    /** The version that counts; "" stands for the only one, where versions are not looked at or not kept. */
    private Optional<String> find(ObjectName name) {
        if (hasLocks()) {
            Versions versions = versions(name);
            if (versions.isAmbiguous()) {
                watch.ambiguous(name, versions.toString());
            }
            return versions.oldest();
        }
        return properties(name, "").map(found -> "");
    }

    private Optional<BlobProperties> properties(ObjectName name, String version) {
        try {
            return Optional.of(blob(name, version).getProperties());
        } catch (BlobStorageException e) {
            if (AzureFault.of(e) == AzureFault.MISSING) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private Versions versions(ObjectName name) {
        String key = settings.key(name);
        List<BlobItem> found = new ArrayList<>();
        ListBlobsOptions options = new ListBlobsOptions()
                .setPrefix(key)
                .setMaxResultsPerPage(PAGE)
                .setDetails(new BlobListDetails().setRetrieveVersions(true));
        for (BlobItem item : client.listBlobs(options, null)) {
            if (!item.getName().equals(key)) {
                break; // a name that this one is the beginning of comes after it
            }
            found.add(item);
        }
        found.sort(NEWEST_FIRST);
        boolean hidden = found.stream()
                .noneMatch(item -> item.getVersionId() == null || Boolean.TRUE.equals(item.isCurrentVersion()));
        return new Versions(
                found.stream().map(AzureObjectStore::versionOf).toList(),
                found.stream()
                        .map(item -> item.getProperties().getContentLength())
                        .toList(),
                hidden ? 1 : 0);
    }

    /** Version ids are times of one form, so the oldest is the least; accounts without versions have none. */
    static String versionOf(BlobItem item) {
        return item.getVersionId() == null ? "" : item.getVersionId();
    }

    @Override
    public Optional<InputStream> open(ObjectName name) throws IOException {
        return attempts.run("GET " + name, again -> {
            Optional<String> version = hasLocks() ? find(name) : Optional.of("");
            return version.isPresent() ? get(name, version.get()) : Optional.empty();
        });
    }

    private Optional<InputStream> get(ObjectName name, String version) {
        try {
            BlobInputStream in = blob(name, version).openInputStream();
            return Optional.of(new FetchedStream(in, in.getProperties().getBlobSize(), faults));
        } catch (BlobStorageException e) {
            if (AzureFault.of(e) == AzureFault.MISSING) {
                return Optional.empty();
            }
            throw e;
        }
    }

    @Override
    public boolean exists(ObjectName name) throws IOException {
        return attempts.run("HEAD " + name, again -> find(name).isPresent());
    }

    @Override
    public boolean protect(ObjectName name, Protection protection) throws IOException {
        return attempts.run("PUT lock of " + name, again -> {
            Optional<String> version = find(name);
            LockMode mode = protection.mode(settings.lockMode());
            if (version.isPresent() && mode != LockMode.NONE) {
                lockLate(name, version.get(), mode, protection);
            }
            return version.isPresent();
        });
    }

    private void lockLate(ObjectName name, String version, LockMode mode, Protection protection) {
        if (!protection.isDated() && !protection.legalHold()) {
            return;
        }
        Optional<ObjectLock> lock = properties(name, version).flatMap(AzureObjectStore::lock);
        if (protection.isDated()) {
            ObjectLock.extension(lock, mode, protection.until()).ifPresent(lacking -> blob(name, version)
                    .setImmutabilityPolicy(new BlobImmutabilityPolicy()
                            .setPolicyMode(BlobUpload.mode(lacking.mode()))
                            .setExpiryTime(lacking.until().atOffset(ZoneOffset.UTC))));
        }
        if (protection.legalHold() && !lock.map(ObjectLock::legalHold).orElse(false)) {
            blob(name, version).setLegalHold(true);
        }
    }

    @Override
    public LockMode lockMode() {
        return settings.lockMode();
    }

    @Override
    public Optional<ObjectLock> lock(ObjectName name) throws IOException {
        return attempts.run("HEAD " + name, again -> {
            Optional<String> version = find(name);
            return version.flatMap(id -> properties(name, id)).flatMap(AzureObjectStore::lock);
        });
    }

    static Optional<ObjectLock> lock(BlobProperties properties) {
        boolean held = Boolean.TRUE.equals(properties.hasLegalHold());
        LockMode mode = mode(properties.getImmutabilityPolicy());
        if (mode == LockMode.NONE && !held) {
            return Optional.empty();
        }
        return Optional.of(new ObjectLock(
                properties.getVersionId() == null ? "null" : properties.getVersionId(),
                mode,
                mode == LockMode.NONE ? Instant.EPOCH : until(properties.getImmutabilityPolicy()),
                held));
    }

    @Override
    public void list(String prefix, Visitor visitor) throws IOException {
        listing.list(prefix, visitor);
    }

    @Override
    public Optional<Opened> open(StoredObject object) throws IOException {
        return listing.open(object);
    }

    static LockMode mode(BlobImmutabilityPolicy policy) {
        if (policy == null || policy.getPolicyMode() == null || policy.getExpiryTime() == null) {
            return LockMode.NONE;
        }
        return policy.getPolicyMode() == BlobImmutabilityPolicyMode.LOCKED ? LockMode.COMPLIANCE : LockMode.GOVERNANCE;
    }

    private static Instant until(BlobImmutabilityPolicy policy) {
        return policy.getExpiryTime().toInstant();
    }

    /** Nothing to give back: connections belong to the JDK's client. */
    @Override
    public void close() {}

    @Override
    public String toString() {
        return settings.toString();
    }
}
