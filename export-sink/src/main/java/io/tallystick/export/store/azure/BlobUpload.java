// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store.azure;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.azure.core.util.BinaryData;
import com.azure.core.util.Context;
import com.azure.storage.blob.models.BlobImmutabilityPolicy;
import com.azure.storage.blob.models.BlobImmutabilityPolicyMode;
import com.azure.storage.blob.models.BlobRequestConditions;
import com.azure.storage.blob.models.BlockBlobItem;
import com.azure.storage.blob.options.BlockBlobCommitBlockListOptions;
import com.azure.storage.blob.options.BlockBlobSimpleUploadOptions;
import com.azure.storage.blob.options.BlockBlobStageBlockOptions;
import com.azure.storage.blob.specialized.BlockBlobClient;
import io.tallystick.export.store.Content;
import io.tallystick.export.store.LockMode;
import io.tallystick.export.store.Protection;
import io.tallystick.tree.Hash;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Stores one object: in one request, or, if it is larger than a block, in blocks and a last request that names them.
 * Nothing is there under its name until that one, which has the condition that the name is free and carries policy and
 * hold. Each transfer goes with its MD5, which the service checks (it knows no stronger digest); the last request is made
 * only if the whole has the announced length and SHA-256. Blocks that no request names are removed by the service after a
 * week. Holds one block in memory.
 */
final class BlobUpload {
    /** Retention class of an object, percent-encoded, in its metadata. */
    static final String CLASS_METADATA = "ledger_retention_class";

    private final BlockBlobClient blob;
    private final AzureSettings settings;
    private final Content content;
    private final Protection protection;

    BlobUpload(BlockBlobClient blob, AzureSettings settings, Content content, Protection protection) {
        this.blob = blob;
        this.settings = settings;
        this.content = content;
        this.protection = protection;
    }

    void run() throws IOException {
        try (InputStream in = content.open()) {
            if (content.length() <= settings.blockBytes()) {
                whole(in);
            } else {
                blocks(in);
            }
        }
    }

    private void whole(InputStream in) throws IOException {
        byte[] bytes = in.readNBytes((int) content.length() + 1);
        requireAnnounced(bytes.length, Hash.sha256(bytes));
        byte[] md5 = md5(bytes);
        BlockBlobItem stored =
                blob.uploadWithResponse(put(bytes, md5), null, Context.NONE).getValue();
        byte[] kept = stored.getContentMd5();
        if (kept != null && !Arrays.equals(kept, md5)) {
            throw new IOException("the store kept other bytes of " + blob.getBlobName() + " than it was sent: MD5 "
                    + base64(kept) + ", sent " + base64(md5));
        }
    }

    /** A PUT of few bytes under the condition that the name is free. */
    private BlockBlobSimpleUploadOptions put(byte[] bytes, byte[] md5) {
        return new BlockBlobSimpleUploadOptions(BinaryData.fromBytes(bytes))
                .setContentMd5(md5)
                .setRequestConditions(ifFree())
                .setMetadata(metadata())
                .setImmutabilityPolicy(policy().orElse(null))
                .setLegalHold(isHeld() ? Boolean.TRUE : null);
    }

    private void blocks(InputStream in) throws IOException {
        MessageDigest whole = Hash.newDigest();
        List<String> ids = new ArrayList<>();
        String upload = UUID.randomUUID().toString(); // another writer's blocks of the same name have other ids
        long length = 0;
        for (byte[] block = next(in); block.length > 0; block = next(in)) {
            length += block.length;
            whole.update(block);
            if (length > content.length()) {
                break;
            }
            String id = base64(
                    String.format(Locale.ROOT, "%s-%05d", upload, ids.size()).getBytes(UTF_8));
            blob.stageBlockWithResponse(
                    new BlockBlobStageBlockOptions(id, BinaryData.fromBytes(block)).setContentMd5(md5(block)),
                    null,
                    Context.NONE);
            ids.add(id);
        }
        requireAnnounced(length, Hash.of(whole.digest()));
        blob.commitBlockListWithResponse(
                new BlockBlobCommitBlockListOptions(ids)
                        .setRequestConditions(ifFree())
                        .setMetadata(metadata())
                        .setImmutabilityPolicy(policy().orElse(null))
                        .setLegalHold(isHeld() ? Boolean.TRUE : null),
                null,
                Context.NONE);
        long kept = blob.getProperties().getBlobSize();
        if (kept != length) {
            throw new IOException("the store kept " + kept + " of the " + length + " bytes of " + blob.getBlobName());
        }
    }

    private byte[] next(InputStream in) throws IOException {
        return in.readNBytes(settings.blockBytes());
    }

    private void requireAnnounced(long length, Hash sha256) throws IOException {
        if (length != content.length() || !sha256.equals(content.sha256())) {
            throw new IOException("content changed while it was stored: expected " + content.length() + " bytes "
                    + content.sha256() + ", found "
                    + (length > content.length() ? "more than that" : length + " bytes ")
                    + (length > content.length() ? "" : sha256));
        }
    }

    private static BlobRequestConditions ifFree() {
        return new BlobRequestConditions().setIfNoneMatch("*");
    }

    private Optional<BlobImmutabilityPolicy> policy() {
        LockMode mode = protection.mode(settings.lockMode());
        return mode != LockMode.NONE && protection.isDated()
                ? Optional.of(new BlobImmutabilityPolicy()
                        .setExpiryTime(protection.until().atOffset(ZoneOffset.UTC))
                        .setPolicyMode(mode(mode)))
                : Optional.empty();
    }

    private boolean isHeld() {
        return protection.mode(settings.lockMode()) != LockMode.NONE && protection.legalHold();
    }

    static BlobImmutabilityPolicyMode mode(LockMode mode) {
        return mode == LockMode.COMPLIANCE ? BlobImmutabilityPolicyMode.LOCKED : BlobImmutabilityPolicyMode.UNLOCKED;
    }

    private Map<String, String> metadata() {
        return protection.retentionClass().isEmpty()
                ? Map.of()
                : Map.of(CLASS_METADATA, URLEncoder.encode(protection.retentionClass(), UTF_8));
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    /** For the way to the store only: nothing rests on it later. */
    private static byte[] md5(byte[] bytes) {
        try {
            return MessageDigest.getInstance("MD5").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has MD5", e);
        }
    }
}
