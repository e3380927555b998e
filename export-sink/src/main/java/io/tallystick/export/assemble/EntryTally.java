// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.assemble;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Entries of one chain and window, counted.
 *
 * @param counts by kind, zeros left out
 * @param reasons rejected, gap, source and closed entries by reason, zeros left out
 * @param skippedOffsets sum of next-from-1 over event and rejected entries
 */
public record EntryTally(SortedMap<String, Long> counts, SortedMap<String, Long> reasons, long skippedOffsets) {
    /** Nothing counted. */
    public static final EntryTally NONE = new EntryTally(new TreeMap<>(), new TreeMap<>(), 0);

    public EntryTally {
        counts = Collections.unmodifiableSortedMap(new TreeMap<>(counts));
        reasons = Collections.unmodifiableSortedMap(new TreeMap<>(reasons));
    }

    /** As {@link #EntryTally(SortedMap, SortedMap, long)} from maps without order. */
    public static EntryTally of(Map<String, Long> counts, Map<String, Long> reasons, long skippedOffsets) {
        return new EntryTally(new TreeMap<>(counts), new TreeMap<>(reasons), skippedOffsets);
    }
}
