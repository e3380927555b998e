// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.bundle.Manifest;
import io.tallystick.bundle.RegistryLeaf;
import io.tallystick.receipt.ReceiptNames;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Windows behind the last one that evidence is packed of, as far as they are needed to see by what it is covered: for each
 * party without a receipt for the last one, up to the first that has one. Names decide; what the receipts are worth is the
 * verifier's to say, which looks at {@value AnchorCheck#COVERS_MAX} checkpoints with receipts, and so does this.
 */
final class LaterWindows {
    private LaterWindows() {}

    /**
     * A window behind.
     *
     * @param leaves folder of its leaves
     * @param size of the registry at its end
     */
    record Later(Instant start, Path leaves, long size) {}

    /** Those behind the window of this manifest, without gap; none if every party has answered, or none did later. */
    static List<Later> after(Manifest last, AnchorFolder anchors) throws IOException {
        Set<ReceiptNames.Parsed> answered =
                names(anchors, last.window().start(), last.registry().size());
        List<Later> walked = new ArrayList<>();
        int needed = 0;
        int anchored = 0;
        Instant start = last.window().end();
        long size = last.registry().size();
        while (anchored < AnchorCheck.COVERS_MAX && anchors.isAnyAfter(size)) {
            Optional<Path> folder = anchors.leaves(start);
            Optional<RegistryLeaf.Window> leaf =
                    folder.isPresent() ? RegistryFolder.windowLeaf(folder.get()) : Optional.empty();
            if (leaf.isEmpty()
                    || !leaf.get().start().equals(start)
                    || leaf.get().first() != size) {
                break;
            }
            size = leaf.get().index() + 1;
            walked.add(new Later(start, folder.get(), size));
            if (anchors.has(start, size)) {
                anchored++;
                if (answered.addAll(names(anchors, start, size))) {
                    needed = walked.size();
                }
            }
            start = leaf.get().end();
        }
        return List.copyOf(walked.subList(0, needed));
    }

    private static Set<ReceiptNames.Parsed> names(AnchorFolder anchors, Instant start, long size) throws IOException {
        Set<ReceiptNames.Parsed> names = new HashSet<>();
        anchors.list(start, size).receipts().values().forEach(name -> name.ifPresent(names::add));
        return names;
    }
}
