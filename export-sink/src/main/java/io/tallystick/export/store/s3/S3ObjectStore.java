// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store.s3;

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
import java.io.UncheckedIOException;
import java.util.Optional;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ObjectLockLegalHoldStatus;
import software.amazon.awssdk.services.s3.model.ObjectLockRetention;
import software.amazon.awssdk.services.s3.model.ObjectLockRetentionMode;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;

/**
 * A bucket of S3 or of a compatible store.
 *
 * <p>Every PUT carries the lock, the SHA-256 of the bytes and {@code If-None-Match: *}. Where that condition cannot be
 * trusted ({@link S3Settings.Condition#CHECKED}), or objects are locked, the versions of the name are listed before, and
 * nothing is written if there is one: locks protect versions, and whoever may delete can hide one from conditions.
 * Where the condition cannot be trusted they are listed after, too: of several writers the one whose version is the oldest
 * created the object, and the others are told that it existed. Reading reads the oldest version. So whatever is written
 * over an object, by us in a race or by somebody else, the first bytes stay the ones that count; a second version, or a
 * hidden first, is reported.
 *
 * <p>An attempt whose answer was lost is followed by a look at what is there before anything is written again.
 */
public final class S3ObjectStore implements ObjectStore, StoreListing {
    private final S3Client client;
    private final S3Requests requests;
    private final Attempts attempts;
    private final StoreWatch watch;
    private final S3Listing listing;

    S3ObjectStore(S3Client client, S3Settings settings, StoreWatch watch, Attempts.Pause pause) {
        this.client = client;
        this.requests = new S3Requests(settings);
        this.attempts = new Attempts(new S3Faults(settings), pause);
        this.watch = watch;
        this.listing = new S3Listing(client, settings, attempts);
    }

    /**
     * Opens the store.
     *
     * @throws IOException if the bucket cannot be reached, or is not allowed to be read
     */
    public static S3ObjectStore open(S3Settings settings, StoreWatch watch) throws IOException {
        S3ObjectStore store = connect(settings, watch);
        try {
            store.attempts.run("HEAD bucket", again -> store.client.headBucket(head -> head.bucket(settings.bucket())));
            return store;
        } catch (IOException e) {
            store.close();
            throw e;
        }
    }

    /**
     * Opens the bucket to be read, by whoever may perhaps do no more than list and read below a prefix.
     *
     * @throws IOException if there are no credentials or no region to ask with
     */
    public static StoreListing reader(S3Settings settings, StoreWatch watch) throws IOException {
        return connect(settings, watch);
    }

    private static S3ObjectStore connect(S3Settings settings, StoreWatch watch) throws IOException {
        try {
            return new S3ObjectStore(S3Clients.open(settings), settings, watch, wait -> Thread.sleep(wait.toMillis()));
        } catch (SdkException e) {
            throw new IOException("cannot use " + settings + ": " + e.getMessage(), e);
        }
    }

    @Override
    public PutOutcome putIfAbsent(ObjectName name, Content content, Protection protection) throws IOException {
        return attempts.run("PUT " + name, again -> put(name, content, protection, again));
    }

    private PutOutcome put(ObjectName name, Content content, Protection protection, boolean again) throws IOException {
        if (countsVersions() || again) {
            Optional<String> there = find(name);
            if (there.isPresent()) {
                return adopt(name, there.get(), content, protection);
            }
        }
        String version;
        try {
            version = upload(name, content, protection);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } catch (SdkException e) {
            requireReadable(e);
            if (S3Fault.of(e) == S3Fault.TAKEN) {
                return adopt(name, find(name).orElse(""), content, protection);
            }
            throw e;
        }
        return isChecked() ? judge(name, version, content.length()) : PutOutcome.CREATED;
    }

    /** An upload in parts may have ended without its lock, and whoever began it may not come back. */
    private PutOutcome adopt(ObjectName name, String version, Content content, Protection protection) {
        if (content.length() > requests.settings().partBytes()) {
            lockLate(name, named(version), protection);
        }
        return PutOutcome.EXISTED;
    }

    /** A content that changes is no fault of the store; the SDK wraps what its body throws. */
    private static void requireReadable(SdkException fault) throws IOException {
        for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
            if (cause instanceof ContentChangedException changed) {
                throw changed;
            }
        }
    }

    private String upload(ObjectName name, Content content, Protection protection) throws IOException {
        if (content.length() > requests.settings().partBytes()) {
            String version = new PartedUpload(client, requests, name, content).run(protection);
            lockLate(name, version, protection);
            return version;
        }
        PutObjectResponse stored = client.putObject(
                requests.put(name, content.sha256(), protection).build(),
                RequestBody.fromContentProvider(() -> open(content), content.length(), "application/octet-stream"));
        return stored.versionId();
    }

    private static InputStream open(Content content) {
        try {
            return new VerifiedStream(content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Some stores forget the lock of an upload in parts; and what is adopted may be locked for less. */
    private void lockLate(ObjectName name, String version, Protection protection) {
        if (!requests.isLocked(protection) && !requests.isHeld(protection)) {
            return;
        }
        Optional<ObjectLock> lock = lock(name, version);
        if (requests.isLocked(protection)) {
            ObjectLock.extension(lock, requests.lockMode(protection), protection.until())
                    .ifPresent(lacking -> retain(name, version, lacking));
        }
        if (requests.isHeld(protection) && !lock.map(ObjectLock::legalHold).orElse(false)) {
            client.putObjectLegalHold(put -> put.bucket(requests.settings().bucket())
                    .key(requests.settings().key(name))
                    .versionId(version)
                    .legalHold(hold -> hold.status(ObjectLockLegalHoldStatus.ON)));
        }
    }

    private void retain(ObjectName name, String version, ObjectLock.Extension lock) {
        ObjectLockRetention retention = ObjectLockRetention.builder()
                .mode(ObjectLockRetentionMode.fromValue(
                        S3Requests.mode(lock.mode()).toString()))
                .retainUntilDate(lock.until())
                .build();
        client.putObjectRetention(put -> put.bucket(requests.settings().bucket())
                .key(requests.settings().key(name))
                .versionId(version)
                .retention(retention));
    }

    private PutOutcome judge(ObjectName name, String version, long length) throws IOException {
        Versions after = requests.versions(client, name);
        if (after.isEmpty()) {
            throw new IOException(name + " was stored in " + requests.settings() + " and is not there");
        }
        if (after.isAmbiguous()) {
            watch.ambiguous(name, after.toString());
        }
        boolean ours = version == null || after.oldest().orElseThrow().equals(version);
        if (ours && after.oldestSize() != length) {
            throw new IOException("the store kept " + after.oldestSize() + " of the " + length + " bytes of " + name);
        }
        return ours ? PutOutcome.CREATED : PutOutcome.EXISTED;
    }

    /** A delete marker hides a locked version, and a version may be stored over it. */
    private boolean countsVersions() {
        return isChecked() || lockMode() != LockMode.NONE;
    }

    private boolean isChecked() {
        return requests.settings().condition() == S3Settings.Condition.CHECKED;
    }

    /** The version that counts; "" stands for the only one, where versions are not looked at. */
    private Optional<String> find(ObjectName name) {
        if (countsVersions()) {
            Versions versions = requests.versions(client, name);
            if (versions.isAmbiguous()) {
                watch.ambiguous(name, versions.toString());
            }
            return versions.oldest();
        }
        try {
            head(name, null);
            return Optional.of("");
        } catch (SdkException e) {
            if (S3Fault.of(e) == S3Fault.MISSING) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private HeadObjectResponse head(ObjectName name, String version) {
        return client.headObject(head -> head.bucket(requests.settings().bucket())
                .key(requests.settings().key(name))
                .versionId(version));
    }

    @Override
    public Optional<InputStream> open(ObjectName name) throws IOException {
        return attempts.run("GET " + name, again -> {
            Optional<String> version = countsVersions() ? find(name) : Optional.of("");
            return version.isPresent() ? get(name, named(version.get())) : Optional.empty();
        });
    }

    private Optional<InputStream> get(ObjectName name, String version) {
        try {
            ResponseInputStream<GetObjectResponse> object =
                    client.getObject(get -> get.bucket(requests.settings().bucket())
                            .key(requests.settings().key(name))
                            .versionId(version));
            return Optional.of(
                    new FetchedStream(object, object.response().contentLength(), new S3Faults(requests.settings())));
        } catch (SdkException e) {
            if (S3Fault.of(e) == S3Fault.MISSING) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Stores without versions call the only one "null". */
    private static String named(String version) {
        return version.isEmpty() ? null : version;
    }

    @Override
    public boolean exists(ObjectName name) throws IOException {
        return attempts.run("HEAD " + name, again -> find(name).isPresent());
    }

    @Override
    public boolean protect(ObjectName name, Protection protection) throws IOException {
        return attempts.run("PUT lock of " + name, again -> {
            Optional<String> version = find(name);
            version.ifPresent(found -> lockLate(name, named(found), protection));
            return version.isPresent();
        });
    }

    @Override
    public LockMode lockMode() {
        return requests.settings().lockMode();
    }

    @Override
    public Optional<ObjectLock> lock(ObjectName name) throws IOException {
        return attempts.run("HEAD " + name, again -> {
            Optional<String> version = find(name);
            return version.isPresent() ? lock(name, named(version.get())) : Optional.empty();
        });
    }

    private Optional<ObjectLock> lock(ObjectName name, String version) {
        HeadObjectResponse head = head(name, version);
        return S3Requests.lock(
                head.versionId(),
                head.objectLockModeAsString(),
                head.objectLockRetainUntilDate(),
                head.objectLockLegalHoldStatus());
    }

    @Override
    public void list(String prefix, Visitor visitor) throws IOException {
        listing.list(prefix, visitor);
    }

    @Override
    public Optional<Opened> open(StoredObject object) throws IOException {
        return listing.open(object);
    }

    @Override
    public void close() {
        client.close();
    }

    @Override
    public String toString() {
        return requests.settings().toString();
    }
}
