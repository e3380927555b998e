// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.fetch;

import io.tallystick.receipt.ReceiptIndex;
import io.tallystick.receipt.ReceiptNames;
import io.tallystick.receipt.WantedReceipts;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/**
 * What was anchored behind the windows that are wanted, where the registry's leaves are wanted too: a later checkpoint with
 * receipts covers those before it. It is wanted up to the first receipt of each party that has none for the last window, of
 * the first {@value ReceiptIndex#CHECKPOINTS_MAX} checkpoints with receipts; and as far behind as it takes to have what is
 * asked of listed parties, however many answer in between. Where one checkpoint must have it all, as many that do are wanted
 * as are offered to a proof. The names of the receipts tell that; the leaves are wanted by whole days, as those names do not
 * tell their window.
 */
final class LaterAnchors {
    private final NavigableMap<Long, Set<String>> receipts = new TreeMap<>();
    private final ReceiptIndex<Long> index = new ReceiptIndex<>();
    private final Map<Long, LocalDate> days = new HashMap<>();
    private int count;
    private Span windows = new Span(Instant.MAX, Instant.MAX);
    private long lastSize;
    private long untilSize;

    /** Notes a receipt; how many there are by now. */
    int add(FoundObject object) {
        OptionalLong size = object.registrySize();
        if (size.isPresent() && object.anchorDay().isPresent()) {
            count++;
            receipts.computeIfAbsent(size.getAsLong(), unused -> new HashSet<>())
                    .add(object.lastName());
            ReceiptNames.parse(object.lastName()).ifPresent(party -> index.add(party, size.getAsLong()));
            days.putIfAbsent(size.getAsLong(), object.anchorDay().get());
        }
        return count;
    }

    /**
     * Decides what is wanted of them.
     *
     * @param size of the registry at the end of the last window that is wanted
     * @param end windows that begin before this instant are wanted anyway
     * @param wanted what is asked of listed parties
     * @param alone whether one checkpoint must have it all
     */
    void behind(long size, Instant end, WantedReceipts wanted, boolean alone) {
        lastSize = size;
        untilSize = size;
        Set<String> answered = new HashSet<>(receipts.getOrDefault(size, Set.of()));
        receipts.tailMap(size, false).entrySet().stream()
                .limit(ReceiptIndex.CHECKPOINTS_MAX)
                .filter(later -> answered.addAll(later.getValue()))
                .forEach(later -> untilSize = later.getKey());
        List<Long> asked = alone
                ? index.alone(size, wanted, ReceiptIndex.CHECKPOINTS_MAX)
                : index.reach(size, wanted).stream().toList();
        asked.forEach(later -> untilSize = Math.max(untilSize, later));
        if (untilSize > lastSize) {
            windows =
                    new Span(end, days.get(untilSize).plusDays(1).atStartOfDay().toInstant(ZoneOffset.UTC));
        }
    }

    boolean isWanted(FoundObject object) {
        if (object.registryWindow().isPresent()) {
            return windows.covers(object.registryWindow().get());
        }
        OptionalLong size = object.registrySize();
        return size.isPresent() && size.getAsLong() > lastSize && size.getAsLong() <= untilSize;
    }
}
