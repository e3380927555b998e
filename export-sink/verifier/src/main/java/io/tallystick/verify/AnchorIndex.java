// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.bundle.RegistryLeaf;
import io.tallystick.receipt.ReceiptIndex;
import io.tallystick.receipt.ReceiptNames;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Of which listed party there are receipts for which windows: names in the anchors folders, of which none is opened. */
final class AnchorIndex {
    private final ReceiptIndex<Instant> receipts = new ReceiptIndex<>();

    private AnchorIndex() {}

    /**
     * By the start of the windows.
     *
     * @param listed parties whose receipts count
     */
    static ReceiptIndex<Instant> of(RegistryFolder registry, AnchorFolder anchors, Set<ReceiptNames.Parsed> listed)
            throws IOException {
        AnchorIndex index = new AnchorIndex();
        index.add(registry, anchors, listed);
        Optional<Path> leading = anchors.leading();
        if (leading.isPresent()) {
            index.add(RegistryFolder.of(leading.get()), anchors, listed);
        }
        return index.receipts;
    }

    private void add(RegistryFolder registry, AnchorFolder anchors, Set<ReceiptNames.Parsed> listed)
            throws IOException {
        for (Map.Entry<Instant, Path> window : registry.windows().entrySet()) {
            Optional<RegistryLeaf.Window> leaf = RegistryFolder.windowLeaf(window.getValue());
            if (leaf.isPresent()) {
                AnchorFolder.Listing listing =
                        anchors.list(window.getKey(), leaf.get().index() + 1);
                listing.receipts().values().stream()
                        .flatMap(Optional::stream)
                        .filter(listed::contains)
                        .forEach(name -> receipts.add(name, window.getKey()));
            }
        }
    }
}
