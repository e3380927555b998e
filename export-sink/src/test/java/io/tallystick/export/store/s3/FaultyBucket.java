// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store.s3;

import io.tallystick.export.store.LockMode;
import io.tallystick.export.store.ObjectLock;
import io.tallystick.export.store.ObjectName;
import io.tallystick.export.store.ObjectStore;
import io.tallystick.export.store.StoreListing;
import io.tallystick.export.store.Watched;
import io.tallystick.export.store.s3.S3Double.Fault;
import io.tallystick.tree.Hash;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

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
        return open(LockMode.COMPLIANCE);
    }

    public ObjectStore open(LockMode mode) {
        return s3.open(s3.settings(S3Settings.Condition.CHECKED, mode), watch);
    }

    /** As auditors open it. */
    public StoreListing reader() {
        return s3.open(s3.settings(S3Settings.Condition.TRUSTED), watch);
    }

    public URI endpoint() {
        return s3.endpoint();
    }

    /** Somebody stores an object, or a further version of one, without a lock. */
    public void put(String key, byte[] bytes) {
        s3.putBehind(key, bytes);
    }

    /** Somebody deletes an object, as far as that goes. */
    public void hide(String key) {
        s3.hideBehind(key);
    }

    /** Lists so many versions a page. */
    public void pageMax(int versions) {
        s3.pageMax(versions);
    }

    /** Something happens just before the object is asked for. */
    public void beforeGet(String key, Runnable action) {
        s3.beforeNext(seen -> seen.method().equals("GET") && seen.key().equals(key), action);
    }

    /** Something happens just before this listing, counted from one. */
    public void beforeListing(int number, Runnable action) {
        AtomicInteger listings = new AtomicInteger();
        s3.beforeNext(seen -> seen.query().containsKey("versions") && listings.incrementAndGet() == number, action);
    }

    /** Somebody removes every version of an object, with whatever right. */
    public void remove(String key) {
        s3.removeBehind(key);
    }

    /** Nobody may list, or read, any more. */
    public void forbid() {
        s3.always(seen -> true, () -> Fault.FORBIDDEN);
    }

    /** There is no such bucket. */
    public void vanish() {
        s3.always(seen -> true, () -> Fault.NO_BUCKET);
    }

    /** Every GET of this object ends in the middle of its bytes. */
    public void cutShort(String key) {
        s3.always(seen -> seen.method().equals("GET") && seen.key().equals(key), () -> Fault.CUT);
    }

    /** The next GET of this object does, and none after it. */
    public void cutShortOnce(String key) {
        s3.script(seen -> seen.method().equals("GET") && seen.key().equals(key), Fault.CUT);
    }

    /** How often an object was asked for. */
    public long gets(String key) {
        return s3.seen().stream()
                .filter(seen -> seen.method().equals("GET") && seen.key().equals(key))
                .count();
    }

    /** How many parts of this object arrived. */
    public long parts(String key) {
        return s3.seen().stream()
                .filter(seen -> seen.key().equals(key) && seen.query().containsKey("partNumber"))
                .count();
    }

    /** Requests that store it in one piece. */
    public long puts(String key) {
        return s3.seen().stream()
                .filter(seen -> seen.isPut() && seen.key().equals(key))
                .count();
    }

    /** Uploads that were begun and neither completed nor given up. */
    public int openUploads() {
        return s3.openUploads();
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
