// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.audit;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * Which bundle to audit next. Takes the tenants in turn; of each it goes from the newest bundle back to the first, and then
 * begins anew. On each way back it takes one window of every few that follow each other, by a secret number, and on the next
 * way back the one behind it: so whoever tampers cannot know what will not be looked at, and after as many ways back as it
 * leaves out windows and one every bundle was taken once. A walk that {@linkplain #resume goes on} where an earlier one was
 * keeps that promise.
 *
 * <p>For one thread, except {@link #written}.
 */
public final class BundleWalk {
    private final int stride;
    private final Duration windowSize;
    private final TreeMap<String, Instant> newest = new TreeMap<>();
    private final Map<String, Instant> oldest = new TreeMap<>();
    private final Map<String, Instant> at = new TreeMap<>();
    private final Map<String, Integer> ways = new TreeMap<>();

    /** What was found last on this way back. */
    private final Map<String, Instant> found = new TreeMap<>();

    /** Of tenants of which nothing was written yet. */
    private final TreeMap<String, Place> awaited = new TreeMap<>();

    private long secret;
    private String last = "";

    /** A bundle. */
    public record Target(String tenant, Instant windowStart) {}

    /**
     * Where the walk is of one tenant.
     *
     * @param next window that is looked at next, or from which on one is chosen
     * @param first window of the first bundle that is known
     * @param way number of the way back, 0 to one less than windows that follow each other and of which one is taken
     */
    public record Place(Instant next, Instant first, int way) {
        public Place {
            if (way < 0) {
                throw new IllegalArgumentException("way back number " + way);
            }
        }
    }

    /**
     * How far a walk is.
     *
     * @param secret decides which windows are taken on which way back
     * @param places by tenant
     */
    public record Progress(long secret, SortedMap<String, Place> places) {}

    /** @param share of the bundles that are audited on each way back, at least; above 0, at most 1 */
    public BundleWalk(double share, Duration windowSize, RandomGenerator random) {
        if (!(share > 0 && share <= 1)) {
            throw new IllegalArgumentException("share " + share);
        }
        this.stride = (int) Math.min(Integer.MAX_VALUE, 1 / share);
        this.windowSize = windowSize;
        this.secret = random.nextLong();
    }

    /** A bundle is complete in the store. By any thread. */
    public synchronized void written(String tenant, Instant windowStart) {
        newest.merge(tenant, windowStart, (a, b) -> a.isAfter(b) ? a : b);
        oldest.merge(tenant, windowStart, (a, b) -> a.isBefore(b) ? a : b);
        Optional.ofNullable(awaited.remove(tenant)).ifPresent(place -> goOn(tenant, place));
    }

    /** Goes on where an earlier walk was; of tenants that are at work already only what they have not passed yet. */
    public synchronized void resume(Progress earlier) {
        secret = earlier.secret();
        earlier.places().forEach((tenant, place) -> {
            if (newest.containsKey(tenant)) {
                goOn(tenant, place);
            } else {
                awaited.put(tenant, place);
            }
        });
    }

    private void goOn(String tenant, Place place) {
        ways.put(tenant, Math.floorMod(place.way(), stride));
        oldest.merge(tenant, place.first(), (a, b) -> a.isBefore(b) ? a : b);
        if (!at.containsKey(tenant) && place.next().isBefore(newest.get(tenant))) {
            at.put(tenant, place.next());
        }
    }

    /** How far it is; of tenants of which nothing was written yet, how far the earlier one was. */
    public synchronized Progress progress() {
        TreeMap<String, Place> places = new TreeMap<>(awaited);
        newest.forEach((tenant, window) -> places.put(
                tenant, new Place(at.getOrDefault(tenant, window), oldest.get(tenant), ways.getOrDefault(tenant, 0))));
        return new Progress(secret, places);
    }

    /** The bundle is there: so must be every later one. */
    public synchronized void found(Target target) {
        oldest.merge(target.tenant(), target.windowStart(), (a, b) -> a.isBefore(b) ? a : b);
        found.put(target.tenant(), target.windowStart());
    }

    /** The next later bundle, up to the one that was found last on this way back: one of them is the first that is there. */
    public synchronized Optional<Target> after(Target target) {
        Instant later = target.windowStart().plus(windowSize);
        return Optional.ofNullable(found.get(target.tenant()))
                .filter(known -> !later.isAfter(known))
                .map(known -> new Target(target.tenant(), later));
    }

    /** What came before this bundle was disposed of when its retention was over: the way back ended. */
    public synchronized void begins(Target first) {
        oldest.put(first.tenant(), first.windowStart());
        ended(first);
    }

    /** The bundle is lost; later ones cannot tell more of those before it. */
    public synchronized void lost(Target target) {
        found.remove(target.tenant());
    }

    /** Whether the target is not before the first bundle that is known: a tenant has one for every window. */
    public synchronized boolean mustExist(Target target) {
        Instant first = oldest.get(target.tenant());
        return first != null && !target.windowStart().isBefore(first);
    }

    /** The next bundle; empty while none is known. */
    public synchronized Optional<Target> next() {
        if (newest.isEmpty()) {
            return Optional.empty();
        }
        String tenant = newest.higherKey(last);
        if (tenant == null) {
            tenant = newest.firstKey();
        }
        last = tenant;
        Instant window = at.getOrDefault(tenant, newest.get(tenant));
        while (!isTaken(tenant, window)) {
            window = window.minus(windowSize);
        }
        at.put(tenant, window.minus(windowSize));
        return Optional.of(new Target(tenant, window));
    }

    private boolean isTaken(String tenant, Instant window) {
        long index = Math.floorDiv(window.getEpochSecond(), windowSize.toSeconds());
        long block = Math.floorDiv(index, (long) stride);
        long first =
                new SplittableRandom(secret ^ 31 * block ^ ((long) tenant.hashCode() << Integer.SIZE)).nextInt(stride);
        return Math.floorMod(index, (long) stride)
                == Math.floorMod(first + ways.getOrDefault(tenant, 0), (long) stride);
    }

    /** There was no bundle: the way back ended. */
    public synchronized void ended(Target target) {
        at.remove(target.tenant());
        found.remove(target.tenant());
        ways.merge(target.tenant(), 1, (way, one) -> (way + one) % stride);
    }
}
