// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.bundle.Manifest;
import io.tallystick.entry.ChainId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Chains that have ended. Nothing follows, however many windows later, and whether or not these are all here. */
final class ClosedChains {
    private final Map<ChainId, Long> sizes = new HashMap<>();

    /** Remembers which chains the manifest says have ended. */
    void see(Manifest manifest) {
        for (Manifest.Chain chain : manifest.chains()) {
            if (chain.counts().containsKey("closed")) {
                sizes.putIfAbsent(manifest.chainId(chain), chain.size());
            }
        }
    }

    /**
     * The chains that have more entries here than when they ended, each once for every time they grew; to be asked in order
     * of the windows. Entries of a window that is missing are seen in the sizes of a later one.
     */
    List<ChainId> reopened(Manifest manifest) {
        List<ChainId> reopened = new ArrayList<>();
        for (Manifest.Chain chain : manifest.chains()) {
            ChainId id = manifest.chainId(chain);
            if (sizes.containsKey(id) && chain.size() > sizes.get(id)) {
                sizes.put(id, chain.size());
                reopened.add(id);
            }
        }
        return reopened;
    }
}
