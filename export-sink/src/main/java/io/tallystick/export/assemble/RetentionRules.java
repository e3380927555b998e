// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.assemble;

import io.tallystick.bundle.ExportRecord;
import io.tallystick.export.store.LockMode;
import io.tallystick.export.store.Protection;
import io.tallystick.topic.TenantDescriptor;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Set;

/**
 * How long what is stored is kept: from the window's end as many days as the tenant's descriptor says, but at least a day
 * from now, because a lock that ends at once is none.
 *
 * @param held tenants under a legal hold: what is stored for them has no end until the hold is taken back
 */
public record RetentionRules(Set<String> held) {
    private static final Duration LEAST = Duration.ofDays(1);

    public RetentionRules {
        held = Set.copyOf(held);
    }

    /** For the objects of a bundle. */
    Protection bundle(TenantDescriptor tenant, Instant windowEnd, Instant now) {
        return new Protection(
                until(tenant, windowEnd, now),
                isHeld(tenant),
                tenant.retention().name());
    }

    /** For data files, which are stored before their bundle. */
    public DataFileWriter.Keeping dataFiles(DataFileWriter.Tenants tenants, InstantSource clock) {
        return (tenant, windowEnd) -> bundle(tenants.find(tenant), windowEnd, clock.instant());
    }

    /** For what all tenants' bundles of a window need: as long as the one that is kept longest. */
    public Protection shared(Collection<TenantDescriptor> tenants, Instant windowEnd, Instant now) {
        Instant until = tenants.stream()
                .map(tenant -> until(tenant, windowEnd, now))
                .max(Instant::compareTo)
                .orElse(now.plus(LEAST));
        boolean anyHeld = tenants.stream().anyMatch(this::isHeld);
        return new Protection(until, anyHeld, "");
    }

    /** What export.json says of a bundle that is stored under this protection. */
    static ExportRecord.Retention record(TenantDescriptor tenant, Protection protection, LockMode mode) {
        return new ExportRecord.Retention(
                tenant.retention().name(),
                tenant.retention().days(),
                mode.text(),
                protection.until(),
                mode != LockMode.NONE && protection.legalHold());
    }

    /** Whether nothing of the tenant may go, however old it is. */
    boolean isHeld(TenantDescriptor tenant) {
        return held.contains(tenant.tenant());
    }

    private static Instant until(TenantDescriptor tenant, Instant windowEnd, Instant now) {
        Instant due = windowEnd.plus(Duration.ofDays(tenant.retention().days()));
        Instant least = now.plus(LEAST);
        return due.isBefore(least) ? least : due;
    }
}
