// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export;

import io.tallystick.export.store.LockMode;
import io.tallystick.export.store.ProbeResult;
import io.tallystick.export.store.azure.AzureWormProbe;
import io.tallystick.export.store.s3.S3WormProbe;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Finds out whether the configured store keeps what it promises. For operators, before the first evidence is stored. */
public final class StoreProbe {
    private StoreProbe() {}

    /** The store's place, for people. */
    public static String describe(ExportConfig config) {
        return config.store().toString();
    }

    /** Whether the configuration asks for locks at all. */
    public static boolean isApplicable(ExportConfig config) {
        return config.store().lockMode() != LockMode.NONE;
    }

    /**
     * Stores a canary and tries to remove it.
     *
     * @param lock how long the canary is locked, and stays in the store
     * @return what was tried; evidence is safe there if nothing failed
     * @throws IllegalArgumentException if the probe is not {@linkplain #isApplicable applicable}
     * @throws IOException if the store cannot be reached
     */
    public static List<ProbeResult> run(ExportConfig config, Duration lock) throws IOException {
        if (!isApplicable(config)) {
            throw new IllegalArgumentException(describe(config) + " has no locks");
        }
        boolean holds = !config.store().held().isEmpty();
        return config.store().isAzure()
                ? AzureWormProbe.run(config.store().azure(), holds, lock, Instant.now())
                : S3WormProbe.run(config.store().s3(), holds, lock, Instant.now());
    }
}
