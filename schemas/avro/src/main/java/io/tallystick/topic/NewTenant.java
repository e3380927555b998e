// SPDX-License-Identifier: Apache-2.0
package io.tallystick.topic;

import static java.util.Objects.requireNonNull;

import io.tallystick.entry.ChainId;

/**
 * A tenant to be created.
 *
 * @param tenant id of the tenant
 * @param partitions partitions of its input topic, each of them a chain; at least 1
 * @param replication replicas of each of its topics; at least 1
 * @param retention how long its bundles are kept
 * @param transactional whether its producers use transactions
 * @param policies what the sequencer does to its events
 */
public record NewTenant(
        String tenant,
        int partitions,
        int replication,
        TenantDescriptor.Retention retention,
        boolean transactional,
        TenantPolicies policies) {

    /** Partitions of one tenant at most: the verifier looks for no more chains. DESIGN.md section 8. */
    public static final int PARTITIONS_MAX = ChainId.PARTITION_MAX + 1;

    /** Seven years. */
    public static final TenantDescriptor.Retention DEFAULT_RETENTION = new TenantDescriptor.Retention("standard", 2555);

    /** @throws IllegalArgumentException if a number is out of its range */
    public NewTenant {
        requireNonNull(tenant, "tenant");
        requireNonNull(retention, "retention");
        requireNonNull(policies, "policies");
        if (partitions < 1 || partitions > PARTITIONS_MAX) {
            throw new IllegalArgumentException(
                    "a tenant has 1 to " + PARTITIONS_MAX + " partitions, got " + partitions);
        }
        if (replication < 1 || replication > Short.MAX_VALUE) {
            throw new IllegalArgumentException("replication must be at least 1, got " + replication);
        }
    }

    /** A tenant with the default retention and policies. */
    public static NewTenant of(String tenant, int partitions, int replication) {
        return new NewTenant(tenant, partitions, replication, DEFAULT_RETENTION, false, TenantPolicies.DEFAULT);
    }
}
