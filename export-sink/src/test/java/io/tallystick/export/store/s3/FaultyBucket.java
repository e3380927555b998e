// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store.s3;

import io.tallystick.export.store.ObjectLock;
import io.tallystick.export.store.ObjectName;
import io.tallystick.export.store.ObjectStore;
import io.tallystick.export.store.Watched;
import io.tallystick.export.store.s3.S3Double.Fault;
import io.tallystick.tree.Hash;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;

/** A bucket for tests of other packages, with faults by chance or where they are wanted. */
public final class FaultyBucket implements AutoCloseable {
    /** What a store may do to a request without breaking its word. */
    private static final List<Fault> HONEST = List.of(
            Fault.CONFLICT,
            Fault.SLOW_DOWN,
            Fault.FORBIDDEN,
            Fault.EXPIRED,
            Fault.INCOMPLETE,
            Fault.INTERNAL,
            Fault.LOST);

    private static final double CHANCE_PUT = 0.15;
    private static final double CHANCE = 0.005;

    private final S3Double s3;
    private final Watched watch = new Watched();

    /** One that works. */
    public FaultyBucket() throws IOException {
        this.s3 = new S3Double();
    }

    /** One that ignores conditions, and in which every seventh PUT or so fails, and now and then another request. */
    public FaultyBucket(Random random) throws IOException {
        this.s3 = new S3Double(S3Double.Trait.IGNORES_CONDITION);
        s3.always(
                seen -> random.nextDouble() < (seen.isPut() ? CHANCE_PUT : CHANCE),
                () -> HONEST.get(random.nextInt(HONEST.size())));
    }

    public ObjectStore open() {
        return s3.open(s3.settings(S3Settings.Condition.CHECKED), watch);
    }

    /** The next PUT of this object finds that the credentials have expired. */
    public void expireAt(String key) {
        s3.script(seen -> seen.isPut() && seen.key().equals(key), Fault.EXPIRED);
    }

    /** Somebody with a longer view keeps everything until then. */
    public void extendLocks(Instant until) {
        s3.eachVersion(version -> version.until = until);
    }

    /** The lock of an object; what is asked of is there. */
    public ObjectLock lock(String key) throws IOException {
        try (ObjectStore store = open()) {
            return store.lock(new ObjectName(key)).orElseThrow();
        }
    }

    public void forgetLocks() {
        s3.eachVersion(version -> version.mode = null);
    }

    public SortedMap<String, Hash> digests() {
        return new TreeMap<>(s3.oldestDigests());
    }

    public int versionCount() {
        return s3.versionCount();
    }

    public List<String> reports() {
        return watch.reports();
    }

    @Override
    public void close() {
        s3.close();
    }
}
