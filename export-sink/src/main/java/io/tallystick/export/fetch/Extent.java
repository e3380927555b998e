// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.fetch;

import io.tallystick.bundle.BundleLayout;
import io.tallystick.entry.ChainId;
import io.tallystick.receipt.WantedReceipts;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What of a bucket is wanted.
 *
 * @param tenant this one alone; empty for all
 * @param from windows that begin at this instant or later
 * @param to windows that begin before this instant
 * @param registry whether the registry's leaves are wanted too
 * @param receipts what outside parties are asked for, be it of a checkpoint far behind the last window
 */
public record Extent(Optional<String> tenant, Instant from, Instant to, boolean registry, WantedReceipts receipts) {
    /** Everything that verification reads. */
    public static final Extent ALL = new Extent(Optional.empty(), Instant.MIN, Instant.MAX, true, WantedReceipts.NONE);

    /** @throws IllegalArgumentException if the tenant is none */
    public Extent {
        if (tenant.isPresent() && !ChainId.isTenant(tenant.get())) {
            throw new IllegalArgumentException("not a tenant: " + tenant.get());
        }
    }

    public Extent withTenant(String name) {
        return new Extent(Optional.of(name), from, to, registry, receipts);
    }

    public Extent within(Instant begin, Instant end) {
        return new Extent(tenant, begin, end, registry, receipts);
    }

    public Extent withoutRegistry() {
        return new Extent(tenant, from, to, false, receipts);
    }

    public Extent withReceipts(WantedReceipts wanted) {
        return new Extent(tenant, from, to, registry, wanted);
    }

    Span span() {
        return new Span(from, to);
    }

    /** What the names begin with. */
    List<String> prefixes() {
        if (tenant.isEmpty() && registry) {
            return List.of(BundleLayout.ROOT + "/");
        }
        List<String> prefixes = new ArrayList<>();
        if (registry) {
            prefixes.add(BundleLayout.ROOT + "/registry/"); // first: a window that it has meanwhile is not asked for
        }
        prefixes.add(tenant.map(name -> BundleLayout.tenantDir(name) + "/").orElse(BundleLayout.ROOT + "/tenant="));
        prefixes.add(BundleLayout.ROOT + "/anchors/");
        return prefixes;
    }

    @Override
    public String toString() {
        return tenant.map(name -> "tenant " + name).orElse("all tenants")
                + (from.equals(Instant.MIN) ? "" : " from " + from)
                + (to.equals(Instant.MAX) ? "" : " to " + to);
    }
}
