// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.recover;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How long each chain once was, as far as anything unsigned knows: what the entries topic lacks of it is lost. Nothing vouches
 * for these numbers, so they refuse nothing by themselves; they name what an operator would lose without knowing. For one
 * thread.
 */
public final class KnownSizes {
    private final Map<String, Known> sizes = new TreeMap<>();

    private record Known(long size, String by) {}

    /**
     * Entries that were written once and are not in the entries topic.
     *
     * @param chain chain id
     * @param from sequence of the first
     * @param size of the chain when it had them: the last has the sequence before
     * @param by what knows of them
     */
    public record Lost(String chain, long from, long size, String by) {
        @Override
        public String toString() {
            return chain + " seq " + from + " to " + (size - 1) + " (known by " + by + ")";
        }
    }

    /** The chain once had so many entries. Of equal sizes the first counts. */
    public void seen(String chain, long size, String by) {
        sizes.merge(chain, new Known(size, by), (before, now) -> now.size() > before.size() ? now : before);
    }

    /**
     * What is missing, by chain.
     *
     * @param found entries of each chain in the entries topic; of a chain that is not named, none
     */
    public List<Lost> beyond(Map<String, Long> found) {
        return sizes.entrySet().stream()
                .map(known -> new Lost(
                        known.getKey(),
                        found.getOrDefault(known.getKey(), 0L),
                        known.getValue().size(),
                        known.getValue().by()))
                .filter(lost -> lost.size() > lost.from())
                .toList();
    }
}
