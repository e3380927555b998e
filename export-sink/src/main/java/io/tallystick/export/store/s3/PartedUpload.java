// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store.s3;

import io.tallystick.export.store.Content;
import io.tallystick.export.store.ObjectName;
import io.tallystick.export.store.Protection;
import io.tallystick.tree.Hash;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/**
 * Stores a large object in parts. Nothing is there under its name until the last request, which has the condition that
 * the name is free; the lock is named in the first one. Each part goes with its own SHA-256, and the last request is made
 * only if the whole has the announced one. An upload that fails is given up; what a crash leaves behind is invisible and
 * for the bucket's lifecycle rule.
 */
final class PartedUpload {
    private static final int BUFFER_BYTES = 64 * 1024;

    private final S3Client client;
    private final S3Requests requests;
    private final ObjectName name;
    private final Content content;

    PartedUpload(S3Client client, S3Requests requests, ObjectName name, Content content) {
        this.client = client;
        this.requests = requests;
        this.name = name;
        this.content = content;
    }

    /** @return the new version's id; null where the store has no versions */
    String run(Protection protection) throws IOException {
        String upload =
                client.createMultipartUpload(requests.create(name, protection)).uploadId();
        try {
            List<CompletedPart> parts = putParts(upload);
            CompleteMultipartUploadResponse done = client.completeMultipartUpload(complete -> complete.bucket(bucket())
                    .key(key())
                    .uploadId(upload)
                    .ifNoneMatch("*")
                    .multipartUpload(all -> all.parts(parts)));
            return done.versionId();
        } catch (SdkException | IOException e) {
            giveUp(upload, e);
            throw e;
        }
    }

    private List<CompletedPart> putParts(String upload) throws IOException {
        MessageDigest whole = Hash.newDigest();
        List<CompletedPart> parts = new ArrayList<>();
        long partBytes = requests.settings().partBytes();
        for (long begin = 0; begin < content.length(); begin += partBytes) {
            long length = Math.min(partBytes, content.length() - begin);
            parts.add(put(upload, parts.size() + 1, begin, length, whole));
        }
        Hash found = Hash.of(whole.digest());
        if (!found.equals(content.sha256())) {
            throw new ContentChangedException(
                    "content changed while it was stored: expected SHA-256 " + content.sha256() + ", found " + found);
        }
        return parts;
    }

    private CompletedPart put(String upload, int number, long begin, long length, MessageDigest whole)
            throws IOException {
        String sha256 = S3Requests.base64(digest(begin, length, whole));
        UploadPartResponse stored = client.uploadPart(
                part -> part.bucket(bucket())
                        .key(key())
                        .uploadId(upload)
                        .partNumber(number)
                        .checksumSHA256(sha256),
                RequestBody.fromContentProvider(() -> open(begin, length), length, "application/octet-stream"));
        return CompletedPart.builder()
                .partNumber(number)
                .eTag(stored.eTag())
                .checksumSHA256(stored.checksumSHA256()) // absent where the store does not know it
                .build();
    }

    private Hash digest(long begin, long length, MessageDigest whole) throws IOException {
        MessageDigest part = Hash.newDigest();
        byte[] buffer = new byte[BUFFER_BYTES];
        try (InputStream in = section(begin, length)) {
            for (long left = length; left > 0; ) {
                int read = in.read(buffer, 0, (int) Math.min(buffer.length, left));
                if (read < 0) {
                    throw new ContentChangedException("content ends " + left + " bytes early");
                }
                part.update(buffer, 0, read);
                whole.update(buffer, 0, read);
                left -= read;
            }
        }
        return Hash.of(part.digest());
    }

    private InputStream open(long begin, long length) {
        try {
            return section(begin, length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private InputStream section(long begin, long length) throws IOException {
        InputStream in = content.open();
        try {
            in.skipNBytes(begin);
        } catch (IOException e) {
            in.close();
            throw e;
        }
        return new Section(in, length);
    }

    /** Giving up is a courtesy to the bucket's owner, who pays for parts; the first failure is the one that counts. */
    private void giveUp(String upload, Exception cause) {
        try {
            client.abortMultipartUpload(
                    abort -> abort.bucket(bucket()).key(key()).uploadId(upload));
        } catch (SdkException e) {
            cause.addSuppressed(e);
        }
    }

    private String bucket() {
        return requests.settings().bucket();
    }

    private String key() {
        return requests.settings().key(name);
    }

    /** So many bytes of a stream. */
    private static final class Section extends FilterInputStream {
        private long left;

        private Section(InputStream in, long length) {
            super(in);
            this.left = length;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            if (left == 0) {
                return -1;
            }
            int read = super.read(buffer, offset, (int) Math.min(length, left));
            left -= Math.max(read, 0);
            return read;
        }

        @Override
        public boolean markSupported() {
            return false;
        }
    }
}
