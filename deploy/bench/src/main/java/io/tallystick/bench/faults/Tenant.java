// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.faults;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The tenants of the campaign. */
enum Tenant {
    /** Plain JSON. */
    ALPHA(3, 2, false),
    /** CloudEvents. */
    BETA(2, 1, false),
    /** CloudEvents in transactions, some of them aborted. */
    GAMMA(1, 1, true);

    private final int partitions;
    private final int producers;
    private final boolean transactional;

    Tenant(int partitions, int producers, boolean transactional) {
        this.partitions = partitions;
        this.producers = producers;
        this.transactional = transactional;
    }

    int partitions() {
        return partitions;
    }

    int producers() {
        return producers;
    }

    boolean isTransactional() {
        return transactional;
    }

    String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Each with its partitions. */
    static Map<String, Integer> all() {
        Map<String, Integer> all = new TreeMap<>();
        List.of(values()).forEach(tenant -> all.put(tenant.id(), tenant.partitions()));
        return all;
    }
}
