// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import io.tallystick.bundle.Manifest;
import io.tallystick.bundle.RegistryLeaf;
import io.tallystick.receipt.ReceiptIndex;
import io.tallystick.receipt.ReceiptNames;
import io.tallystick.receipt.WantedReceipts;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Windows behind the last one that is copied out of a bucket, as far as they are needed to see by what it is covered. Names
 * decide: of the first {@value AnchorCheck#COVERS_MAX} checkpoints with receipts, up to the first receipt of each party that
 * has none for the last window; and as far behind as it takes to have what is wanted of the parties that a trust root lists,
 * however many answer in between. What the receipts are worth is the verifier's to say.
 */
public final class LaterWindows {
    private final AnchorFolder anchors;
    private final ReceiptIndex<Instant> index;
    private final WantedReceipts wanted;

    private LaterWindows(AnchorFolder anchors, ReceiptIndex<Instant> index, WantedReceipts wanted) {
        this.anchors = anchors;
        this.index = index;
        this.wanted = wanted;
    }

    /**
     * A window behind.
     *
     * @param leaves folder of its leaves and checkpoint
     * @param size of the registry at its end
     */
    public record Later(Instant start, Path leaves, long size) {
        /** Where its leaves and checkpoint lie in a copy, below {@code v1}; apart from those of windows that are copied. */
        public String leavesDir() {
            return AnchorFolder.leavesDir(start);
        }
    }

    /**
     * Those behind the window of this manifest, without gap; none if every party has answered, or none did later.
     *
     * @param registry folder of the leaves in the bucket, with {@code anchors} beside it
     */
    public static List<Later> after(Manifest last, Path registry, WantedReceipts wanted) throws IOException {
        Optional<AnchorFolder> anchors =
                RegistryFolder.isDirectory(registry) ? AnchorFolder.beside(registry) : Optional.empty();
        if (anchors.isEmpty() || !anchors.get().isAnyAfter(last.registry().size())) {
            return List.of();
        }
        ReceiptIndex<Instant> index = AnchorIndex.following(
                last.window().start(), last.registry().previousSize(), anchors.get(), wanted.listed());
        return new LaterWindows(anchors.get(), index, wanted).after(last);
    }

    private List<Later> after(Manifest last) throws IOException {
        Set<ReceiptNames.Parsed> answered =
                names(last.window().start(), last.registry().size());
        Optional<Instant> reach = index.reach(last.window().start(), wanted);
        List<Later> walked = new ArrayList<>();
        int needed = 0;
        int anchored = 0;
        Instant start = last.window().end();
        long size = last.registry().size();
        while (anchors.isAnyAfter(size) && (anchored < AnchorCheck.COVERS_MAX || isWithin(start, reach))) {
            Optional<RegistryLeaf.Window> leaf = anchors.windowLeaf(start, size);
            if (leaf.isEmpty()) {
                break;
            }
            size = leaf.get().index() + 1;
            walked.add(new Later(start, anchors.leaves(start).orElseThrow(), size));
            if (anchors.has(start, size)) {
                boolean adds = anchored < AnchorCheck.COVERS_MAX && answered.addAll(names(start, size));
                anchored++;
                needed = adds || isWithin(start, reach) ? walked.size() : needed;
            }
            start = leaf.get().end();
        }
        return List.copyOf(walked.subList(0, needed));
    }

    private static boolean isWithin(Instant start, Optional<Instant> reach) {
        return reach.isPresent() && !start.isAfter(reach.get());
    }

    private Set<ReceiptNames.Parsed> names(Instant start, long size) throws IOException {
        Set<ReceiptNames.Parsed> names = new HashSet<>();
        anchors.list(start, size).receipts().values().forEach(name -> name.ifPresent(names::add));
        return names;
    }
}
