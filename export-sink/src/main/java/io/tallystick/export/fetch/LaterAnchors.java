// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.fetch;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/**
 * What was anchored behind the windows that are wanted, where the registry's leaves are wanted too: a later checkpoint with
 * receipts covers those before it, so it is wanted up to the first receipt of each party that has none for the last window.
 * The names of the receipts tell that; the leaves are wanted by whole days, as those names do not tell their window.
 */
final class LaterAnchors {
    /** As many checkpoints with receipts as the verifier looks at for one bundle. */
    private static final int CHECKPOINTS_MAX = 8;

    private final NavigableMap<Long, Set<String>> receipts = new TreeMap<>();
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
            days.putIfAbsent(size.getAsLong(), object.anchorDay().get());
        }
        return count;
    }

    /**
     * Decides what is wanted of them.
     *
     * @param size of the registry at the end of the last window that is wanted
     * @param end windows that begin before this instant are wanted anyway
     */
    void behind(long size, Instant end) {
        Set<String> answered = new HashSet<>(receipts.getOrDefault(size, Set.of()));
        int looked = 0;
        lastSize = size;
        untilSize = size;
        for (Map.Entry<Long, Set<String>> later : receipts.tailMap(size, false).entrySet()) {
            if (looked == CHECKPOINTS_MAX) {
                return;
            }
            looked++;
            if (answered.addAll(later.getValue())) {
                untilSize = later.getKey();
                LocalDate day = days.get(untilSize);
                windows = new Span(end, day.plusDays(1).atStartOfDay().toInstant(ZoneOffset.UTC));
            }
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
