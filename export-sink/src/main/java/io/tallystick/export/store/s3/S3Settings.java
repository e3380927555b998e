// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store.s3;

import io.tallystick.export.store.LockMode;
import io.tallystick.export.store.ObjectName;
import java.net.URI;
import java.util.Objects;
import java.util.Optional;

/**
 * Which bucket, and how it is used.
 *
 * @param bucket its name
 * @param prefix what all keys begin with; empty, or a name of the form of {@link ObjectName}, without a final slash
 * @param endpoint of a store that is not AWS
 * @param region empty to ask the environment, as AWS's tools do
 * @param pathStyle whether the bucket's name goes into the path instead of the host name
 * @param lockMode how objects are locked
 * @param kmsKey key of SSE-KMS; empty for the bucket's own encryption
 * @param condition what the store makes of {@code If-None-Match}
 * @param partBytes larger objects are stored in parts of this size; S3 takes no parts below 5 MiB
 */
public record S3Settings(
        String bucket,
        String prefix,
        Optional<URI> endpoint,
        Optional<String> region,
        boolean pathStyle,
        LockMode lockMode,
        Optional<String> kmsKey,
        Condition condition,
        long partBytes) {

    public static final long PART_BYTES_MIN = 5 * 1024 * 1024;

    /** What the store makes of {@code If-None-Match: *}, which is always sent. */
    public enum Condition {
        /** It may be ignored: the versions of the name are listed before and after. */
        CHECKED,
        /** It is enforced, also on a locked bucket: the versions are not listed after, and before only where locks are. */
        TRUSTED
    }

    public S3Settings {
        Objects.requireNonNull(lockMode);
        Objects.requireNonNull(condition);
        if (bucket.isEmpty()) {
            throw new IllegalArgumentException("no bucket");
        }
        if (!prefix.isEmpty()) {
            ObjectName unused = new ObjectName(prefix); // throws if it is none
        }
        if (partBytes < PART_BYTES_MIN) {
            throw new IllegalArgumentException("parts of " + partBytes + " bytes, at least " + PART_BYTES_MIN);
        }
    }

    String key(ObjectName name) {
        return prefix.isEmpty() ? name.path() : prefix + "/" + name.path();
    }

    /** {@code s3://bucket/prefix}. */
    @Override
    public String toString() {
        return "s3://" + bucket + (prefix.isEmpty() ? "" : "/" + prefix);
    }
}
