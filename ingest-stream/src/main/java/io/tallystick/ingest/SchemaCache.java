// SPDX-License-Identifier: Apache-2.0
package io.tallystick.ingest;

import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What the registry answered, by schema id, up to a weight for all of it. Each answer is one tenant's: that which had it looked
 * up last. Where there is too much, whoever has the most gives up what was not used for longest; so a tenant of many schemas
 * takes none from one of few.
 *
 * <p>For one thread at a time.
 *
 * @param <A> an answer
 */
final class SchemaCache<A> {
    private record Kept<A>(A answer, long weight) {}

    private static final class Share<A> {
        private final Map<Integer, Kept<A>> kept = new LinkedHashMap<>(16, 0.75f, true);
        private long weight;
    }

    private final long weightMax;
    private final Map<Integer, String> tenants = new HashMap<>();
    private final Map<String, Share<A>> shares = new HashMap<>();
    private long weight;

    /** @param weightMax of all answers together */
    SchemaCache(long weightMax) {
        this.weightMax = weightMax;
    }

    /** The answer about this id, which is thereby used. */
    Optional<A> get(int id) {
        String tenant = tenants.get(id);
        return tenant == null
                ? Optional.empty()
                : Optional.of(shares.get(tenant).kept.get(id).answer());
    }

    /** Keeps an answer instead of the one before, as far as there is room: one that weighs more than all may is not kept. */
    void put(String tenant, int id, A answer, long weighs) {
        remove(id);
        tenants.put(id, tenant);
        Share<A> share = shares.computeIfAbsent(tenant, name -> new Share<>());
        share.kept.put(id, new Kept<>(answer, weighs));
        share.weight += weighs;
        weight += weighs;
        while (weight > weightMax) {
            Share<A> largest = shares.values().stream()
                    .max(Comparator.comparingLong(of -> of.weight))
                    .orElseThrow();
            remove(largest.kept.keySet().iterator().next());
        }
    }

    private void remove(int id) {
        String tenant = tenants.remove(id);
        if (tenant == null) {
            return;
        }
        Share<A> share = shares.get(tenant);
        long weighed = share.kept.remove(id).weight();
        share.weight -= weighed;
        weight -= weighed;
        if (share.kept.isEmpty()) {
            shares.remove(tenant);
        }
    }
}
