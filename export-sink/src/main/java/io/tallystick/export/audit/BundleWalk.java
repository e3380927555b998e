// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.audit;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * Which bundle to audit next. Takes the tenants in turn; of each it goes from the newest bundle back to the first, taking a
 * share of them by chance, and then begins anew. So whoever tampers cannot know what will not be looked at.
 *
 * <p>For one thread, except {@link #written}.
 */
public final class BundleWalk {
    private final double share;
    private final Duration windowSize;
    private final RandomGenerator random;
    private final TreeMap<String, Instant> newest = new TreeMap<>();
    private final Map<String, Instant> oldest = new TreeMap<>();
    private final Map<String, Instant> at = new TreeMap<>();

    /** What was found last on this way back. */
    private final Map<String, Instant> found = new TreeMap<>();

    private String last = "";

    /** A bundle. */
    public record Target(String tenant, Instant windowStart) {}

    /** @param share of the bundles that are audited on each way back; above 0, at most 1 */
    public BundleWalk(double share, Duration windowSize, RandomGenerator random) {
        if (!(share > 0 && share <= 1)) {
            throw new IllegalArgumentException("share " + share);
        }
        this.share = share;
        this.windowSize = windowSize;
        this.random = random;
    }

    /** A bundle is complete in the store. By any thread. */
    public synchronized void written(String tenant, Instant windowStart) {
        newest.merge(tenant, windowStart, (a, b) -> a.isAfter(b) ? a : b);
        oldest.merge(tenant, windowStart, (a, b) -> a.isBefore(b) ? a : b);
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
        while (random.nextDouble() >= share) {
            window = window.minus(windowSize);
        }
        at.put(tenant, window.minus(windowSize));
        return Optional.of(new Target(tenant, window));
    }

    /** There was no bundle: the way back ended. */
    public synchronized void ended(Target target) {
        at.remove(target.tenant());
        found.remove(target.tenant());
    }
}
