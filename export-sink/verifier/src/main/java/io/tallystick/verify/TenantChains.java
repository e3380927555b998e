// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.bundle.Manifest;
import io.tallystick.bundle.RegistryLeaf;
import io.tallystick.entry.ChainId;
import io.tallystick.tree.Hash;
import java.util.HashMap;
import java.util.Map;

/** How the registry names every chain a tenant can have: partitions 0 to 9,999. */
final class TenantChains {
    private final Map<Hash, Integer> partitions = new HashMap<>();

    /** Those of each tenant met so far. */
    static final class Cache {
        private final Map<String, TenantChains> tenants = new HashMap<>();

        TenantChains of(Manifest manifest) {
            return tenants.computeIfAbsent(
                    manifest.origin() + " " + manifest.tenant(),
                    key -> new TenantChains(manifest.origin(), manifest.tenant()));
        }

        /** Whether the chain is of a tenant met so far. */
        boolean knows(Hash chain) {
            return tenants.values().stream().anyMatch(tenant -> tenant.partitionOf(chain) != null);
        }
    }

    private TenantChains(String origin, String tenant) {
        for (int partition = 0; partition <= ChainId.PARTITION_MAX; partition++) {
            partitions.put(RegistryLeaf.chainId(new ChainId(tenant, partition).origin(origin)), partition);
        }
    }

    /** The partition of the chain, or null if it is another tenant's. */
    Integer partitionOf(Hash chain) {
        return partitions.get(chain);
    }
}
