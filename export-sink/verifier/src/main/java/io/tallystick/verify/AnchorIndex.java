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

/**
 * Of which listed party there are receipts for which windows: names in the anchors folders, of which none is opened. A folder
 * whose leaves say another start than its name is passed over; that is for the audit of the registry to tell.
 */
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

    /**
     * By the start of the windows, this one and those that follow it without gap. What lies beside that sequence leads nowhere.
     *
     * @param start of the first window
     * @param size of the registry before it
     */
    static ReceiptIndex<Instant> following(
            Instant start, long size, AnchorFolder anchors, Set<ReceiptNames.Parsed> listed) throws IOException {
        AnchorIndex index = new AnchorIndex();
        Optional<RegistryLeaf.Window> leaf = anchors.windowLeaf(start, size);
        while (leaf.isPresent()) {
            index.add(leaf.get(), anchors, listed);
            leaf = anchors.windowLeaf(leaf.get().end(), leaf.get().index() + 1);
        }
        return index.receipts;
    }

    private void add(RegistryFolder registry, AnchorFolder anchors, Set<ReceiptNames.Parsed> listed)
            throws IOException {
        for (Map.Entry<Instant, Path> window : registry.windows().entrySet()) {
            Optional<RegistryLeaf.Window> leaf = RegistryFolder.windowLeaf(window.getValue());
            if (leaf.filter(said -> said.start().equals(window.getKey())).isPresent()) {
                add(leaf.get(), anchors, listed);
            }
        }
    }

    private void add(RegistryLeaf.Window leaf, AnchorFolder anchors, Set<ReceiptNames.Parsed> listed)
            throws IOException {
        anchors.list(leaf.start(), leaf.index() + 1).receipts().values().stream()
                .flatMap(Optional::stream)
                .filter(listed::contains)
                .forEach(name -> receipts.add(name, leaf.start()));
    }
}
