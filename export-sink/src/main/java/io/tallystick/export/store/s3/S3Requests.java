// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store.s3;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.export.store.LockMode;
import io.tallystick.export.store.ObjectLock;
import io.tallystick.export.store.ObjectName;
import io.tallystick.export.store.Protection;
import io.tallystick.export.store.Versions;
import io.tallystick.tree.Hash;
import java.net.URLEncoder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.DeleteMarkerEntry;
import software.amazon.awssdk.services.s3.model.ListObjectVersionsResponse;
import software.amazon.awssdk.services.s3.model.ObjectLockLegalHoldStatus;
import software.amazon.awssdk.services.s3.model.ObjectLockMode;
import software.amazon.awssdk.services.s3.model.ObjectVersion;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;

/** The requests that several classes here make, each in one form. */
final class S3Requests {
    /** Retention class of an object, percent-encoded, in its metadata. */
    static final String CLASS_METADATA = "ledger-retention-class";

    private static final int PAGE = 100;

    private final S3Settings settings;

    S3Requests(S3Settings settings) {
        this.settings = settings;
    }

    S3Settings settings() {
        return settings;
    }

    /** A PUT under the condition that the name is free. */
    PutObjectRequest.Builder put(ObjectName name, Hash sha256, Protection protection) {
        PutObjectRequest.Builder put = PutObjectRequest.builder()
                .bucket(settings.bucket())
                .key(settings.key(name))
                .ifNoneMatch("*")
                .checksumSHA256(base64(sha256))
                .metadata(metadata(protection));
        settings.kmsKey().ifPresent(key -> put.serverSideEncryption(ServerSideEncryption.AWS_KMS)
                .ssekmsKeyId(key));
        if (isLocked(protection)) {
            put.objectLockMode(mode(lockMode(protection))).objectLockRetainUntilDate(protection.until());
        }
        if (isHeld(protection)) {
            put.objectLockLegalHoldStatus(ObjectLockLegalHoldStatus.ON);
        }
        return put;
    }

    /** The begin of an upload in parts, which carries the lock. The condition goes with its end. */
    CreateMultipartUploadRequest create(ObjectName name, Protection protection) {
        CreateMultipartUploadRequest.Builder create = CreateMultipartUploadRequest.builder()
                .bucket(settings.bucket())
                .key(settings.key(name))
                .checksumAlgorithm(ChecksumAlgorithm.SHA256)
                .metadata(metadata(protection));
        settings.kmsKey().ifPresent(key -> create.serverSideEncryption(ServerSideEncryption.AWS_KMS)
                .ssekmsKeyId(key));
        if (isLocked(protection)) {
            create.objectLockMode(mode(lockMode(protection))).objectLockRetainUntilDate(protection.until());
        }
        if (isHeld(protection)) {
            create.objectLockLegalHoldStatus(ObjectLockLegalHoldStatus.ON);
        }
        return create.build();
    }

    boolean isLocked(Protection protection) {
        return lockMode(protection) != LockMode.NONE && protection.isDated();
    }

    boolean isHeld(Protection protection) {
        return lockMode(protection) != LockMode.NONE && protection.legalHold();
    }

    /** How an object under this protection is locked. */
    LockMode lockMode(Protection protection) {
        return protection.mode(settings.lockMode());
    }

    /** Lists the versions of one name; a name that it is the beginning of comes after it. */
    Versions versions(S3Client client, ObjectName name) {
        String key = settings.key(name);
        List<String> ids = new ArrayList<>();
        List<Long> sizes = new ArrayList<>();
        int markers = 0;
        String keyMarker = null;
        String versionMarker = null;
        do {
            String afterKey = keyMarker;
            String afterVersion = versionMarker;
            ListObjectVersionsResponse page = client.listObjectVersions(list -> list.bucket(settings.bucket())
                    .prefix(key)
                    .maxKeys(PAGE)
                    .keyMarker(afterKey)
                    .versionIdMarker(afterVersion));
            for (ObjectVersion version : page.versions()) {
                if (version.key().equals(key)) {
                    ids.add(version.versionId());
                    sizes.add(version.size());
                }
            }
            markers += (int) page.deleteMarkers().stream()
                    .map(DeleteMarkerEntry::key)
                    .filter(key::equals)
                    .count();
            boolean more = Boolean.TRUE.equals(page.isTruncated()) && key.equals(page.nextKeyMarker());
            keyMarker = more ? page.nextKeyMarker() : null;
            versionMarker = more ? page.nextVersionIdMarker() : null;
        } while (keyMarker != null);
        return new Versions(ids, sizes, markers);
    }

    /**
     * A lock as an answer's headers tell it.
     *
     * @param mode null if there is none, or whoever asks may not know; one that nobody knows is none, for it promises nothing
     * @param until null without a mode
     */
    static Optional<ObjectLock> lock(String version, String mode, Instant until, ObjectLockLegalHoldStatus hold) {
        boolean held = hold == ObjectLockLegalHoldStatus.ON;
        return mode == null && !held
                ? Optional.empty()
                : Optional.of(new ObjectLock(
                        version == null ? "null" : version, known(mode), until == null ? Instant.EPOCH : until, held));
    }

    private static LockMode known(String mode) {
        if (ObjectLockMode.COMPLIANCE.toString().equals(mode)) {
            return LockMode.COMPLIANCE;
        }
        return ObjectLockMode.GOVERNANCE.toString().equals(mode) ? LockMode.GOVERNANCE : LockMode.NONE;
    }

    static String base64(Hash sha256) {
        return Base64.getEncoder().encodeToString(sha256.bytes());
    }

    static ObjectLockMode mode(LockMode mode) {
        return mode == LockMode.COMPLIANCE ? ObjectLockMode.COMPLIANCE : ObjectLockMode.GOVERNANCE;
    }

    private static Map<String, String> metadata(Protection protection) {
        return protection.retentionClass().isEmpty()
                ? Map.of()
                : Map.of(CLASS_METADATA, URLEncoder.encode(protection.retentionClass(), UTF_8));
    }
}
