// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.tallystick.export.assemble.BundleWriter.Lack;
import io.tallystick.export.audit.BundleWalk;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * Tells of the bundles that step two has written: the self-audit that they are there, and in a metric what the store does not
 * report for them. The README has the table. Written by the step's thread, read by any.
 */
final class WrittenBundles implements BundleExporter.Listener, AutoCloseable {
    private final MeterRegistry registry;
    private final Optional<BundleWalk> walk;
    private final Map<Lack, Counter> unprotected = new EnumMap<>(Lack.class);

    /** @param walk of the self-audit, if there is one */
    WrittenBundles(MeterRegistry registry, Optional<BundleWalk> walk) {
        this.registry = registry;
        this.walk = walk;
        for (Lack lack : Lack.values()) {
            unprotected.put(
                    lack,
                    Counter.builder("ledger.export.unprotected.bundles")
                            .tag("lacks", lack.text())
                            .description(
                                    "Bundles whose manifest the store does not report as kept the way it was to be.")
                            .register(registry));
        }
    }

    @Override
    public void written(String tenant, Instant windowStart) {
        walk.ifPresent(known -> known.written(tenant, windowStart));
    }

    @Override
    public void unprotected(Lack lack) {
        unprotected.get(lack).increment();
    }

    @Override
    public void close() {
        unprotected.values().forEach(registry::remove);
    }
}
