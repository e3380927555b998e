// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store.s3;

import io.tallystick.export.store.Attempts;
import io.tallystick.export.store.FetchedStream;
import io.tallystick.export.store.StoreListing;
import io.tallystick.export.store.StoredObject;
import io.tallystick.export.store.VersionedNames;
import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.DeleteMarkerEntry;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectVersionsResponse;
import software.amazon.awssdk.services.s3.model.ObjectVersion;

/** Lists the versions of a bucket's names, page by page, and reads the oldest. */
final class S3Listing {
    private static final int PAGE = 1_000;

    private final S3Client client;
    private final S3Settings settings;
    private final Attempts attempts;
    private final String base;

    S3Listing(S3Client client, S3Settings settings, Attempts attempts) {
        this.client = client;
        this.settings = settings;
        this.attempts = attempts;
        this.base = settings.prefix().isEmpty() ? "" : settings.prefix() + "/";
    }

    void list(String prefix, StoreListing.Visitor visitor) throws IOException {
        VersionedNames names = new VersionedNames(visitor, (next, known) -> true); // newest first
        ListObjectVersionsResponse page = page(prefix, null, null);
        while (true) {
            for (ObjectVersion version : page.versions()) {
                names.version(name(version.key()), id(version), bytes(version));
            }
            for (DeleteMarkerEntry marker : page.deleteMarkers()) {
                names.hidden(name(marker.key()));
            }
            if (!Boolean.TRUE.equals(page.isTruncated())) {
                names.end();
                return;
            }
            names.pageEnds(name(page.nextKeyMarker()));
            page = next(prefix, page);
        }
    }

    static long bytes(ObjectVersion version) throws IOException {
        if (version.size() == null || version.size() < 0) {
            throw new IOException(
                    "LIST: the store says no length of " + version.key() + ", or none that can be: " + version.size());
        }
        return version.size();
    }

    private static String id(ObjectVersion version) {
        return version.versionId() == null ? "" : version.versionId();
    }

    private ListObjectVersionsResponse next(String prefix, ListObjectVersionsResponse page) throws IOException {
        ListObjectVersionsResponse next = page(prefix, page.nextKeyMarker(), page.nextVersionIdMarker());
        if (Boolean.TRUE.equals(next.isTruncated())
                && Objects.equals(next.nextKeyMarker(), page.nextKeyMarker())
                && Objects.equals(next.nextVersionIdMarker(), page.nextVersionIdMarker())) {
            throw new IOException(
                    "LIST " + prefix + " in " + settings + ": the store lists the same page again and again");
        }
        return next;
    }

    private ListObjectVersionsResponse page(String prefix, String afterKey, String afterVersion) throws IOException {
        ListObjectVersionsResponse page = attempts.run(
                "LIST " + prefix,
                again -> client.listObjectVersions(list -> list.bucket(settings.bucket())
                        .prefix(base + prefix)
                        .maxKeys(PAGE)
                        .keyMarker(afterKey)
                        .versionIdMarker(afterVersion)));
        if (Boolean.TRUE.equals(page.isTruncated()) && page.nextKeyMarker() == null) {
            throw new IOException("LIST " + prefix + " in " + settings + ": the store does not say where it goes on");
        }
        return page;
    }

    /** A store that lists what was not asked for shows a name that nothing fits. */
    private String name(String key) {
        return key.startsWith(base) ? key.substring(base.length()) : "/" + key;
    }

    Optional<StoreListing.Opened> open(StoredObject object) throws IOException {
        return attempts.run("GET " + object.name(), again -> {
            try {
                ResponseInputStream<GetObjectResponse> found = client.getObject(get -> get.bucket(settings.bucket())
                        .key(base + object.name())
                        .versionId(object.version().isEmpty() ? null : object.version()));
                return Optional.of(opened(found));
            } catch (SdkException e) {
                if (S3Fault.of(e) == S3Fault.MISSING) {
                    return Optional.empty();
                }
                throw e;
            }
        });
    }

    private StoreListing.Opened opened(ResponseInputStream<GetObjectResponse> found) {
        GetObjectResponse head = found.response();
        try {
            return new StoreListing.Opened(
                    new FetchedStream(found, head.contentLength(), new S3Faults(settings)),
                    S3Requests.lock(
                            head.versionId(),
                            head.objectLockModeAsString(),
                            head.objectLockRetainUntilDate(),
                            head.objectLockLegalHoldStatus()));
        } catch (RuntimeException e) {
            found.abort();
            throw e;
        }
    }
}
