// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.bundle.RegistryLeaf;
import io.tallystick.receipt.ReceiptNames;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Of which listed party there are receipts for which windows: names in the anchors folders, of which none is opened. */
final class AnchorIndex {
    private final Map<ReceiptNames.Parsed, NavigableSet<Instant>> windows = new HashMap<>();

    private AnchorIndex() {}

    static AnchorIndex of(RegistryFolder registry, AnchorFolder anchors, Set<ReceiptNames.Parsed> listed)
            throws IOException {
        AnchorIndex index = new AnchorIndex();
        index.add(registry, anchors, listed);
        Optional<Path> leading = anchors.leading();
        if (leading.isPresent()) {
            index.add(RegistryFolder.of(leading.get()), anchors, listed);
        }
        return index;
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
                        .forEach(name -> add(name, window.getKey()));
            }
        }
    }

    private void add(ReceiptNames.Parsed party, Instant window) {
        windows.computeIfAbsent(party, name -> new TreeSet<>()).add(window);
    }

    /** The first window after this one with a receipt of one of these parties. */
    Optional<Instant> next(Instant after, Set<ReceiptNames.Parsed> parties) {
        return parties.stream()
                .map(windows::get)
                .filter(Objects::nonNull)
                .map(found -> found.higher(after))
                .filter(Objects::nonNull)
                .min(Comparator.naturalOrder());
    }
}
